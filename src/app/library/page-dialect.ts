import { formulas, products } from "../../terminal/markdown/formula.ts";
import { pageLanguages } from "../../terminal/markdown/languages.ts";
import type { Dialect } from "../../transcripts/export/html/prose.ts";

/** The Markdown and the colours of the terminal's own drawing, for pages. */
export const dialect: Dialect = {
  extend(md) {
    md.use(formulas).use(products);
  },
  async highlight(code, info) {
    const name = pageLanguages.named(info);
    if (name === null) return null;
    await pageLanguages.load(name);
    return pageLanguages.highlighter(name)?.highlight(code, { language: name, ignoreIllegals: true }).value ?? null;
  },
};
