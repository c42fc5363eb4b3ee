import { withoutMarks } from "../../providers/files/recognition-marks.ts";
import type { RecognizedPage } from "../../providers/files/text-recognition.ts";

/** How recognized pages are written. */
export interface PageStyle {
  /** Keeps the service's marks, which say what each piece is and where it stands. */
  readonly layout: boolean;
  /** Names the file in the separators: there are several. */
  readonly isOneOfMany: boolean;
}

/** The text of a page as it is wanted, without empty lines around it. */
export function pageText({ text }: RecognizedPage, { layout }: Pick<PageStyle, "layout">): string {
  return (layout ? text : withoutMarks(text)).replaceAll(/^\s*\n|\s+$/gu, "");
}

/**
 * Pages as one Markdown document. Where there are several, each begins with a comment of HTML that numbers it: a reader of the rendered
 * text does not see it, and a program finds each page.
 */
export function pagesAsMarkdown(name: string, pages: readonly RecognizedPage[], style: PageStyle): string {
  const isNumbered = style.isOneOfMany || pages.length > 1;
  const file = name.replaceAll("--", "- -");
  const blocks = pages.map((page) => {
    const head = style.isOneOfMany ? `<!-- ${file}, page ${page.number} -->` : `<!-- page ${page.number} -->`;
    return [...(isNumbered ? [head] : []), pageText(page, style)].filter((each) => each !== "").join("\n\n");
  });
  return `${blocks.join("\n\n")}\n`;
}
