import type { HLJSApi, HighlightResult } from "highlight.js";
import { plain, StyledText, withSgr } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";

/** Characters of code looked at again for each line, at most. */
const longestContext = 1024;
const shortContext = 256;
/** More modes open within one another than code has: then a line is read by itself again. */
const deepest = 24;
/** Characters of context that may be read again: some, and so many for each character of code. */
const freeContext = 256 * 1024;
const contextRatio = 16;

/**
 * Colours code line by line: how a line looks depends on it and the lines before it, never on those that follow. Lines are
 * read together with those before them only while something is open at a line's end (a comment, a string), so that the work
 * is proportional to the code. Of something very long, its first line and the latest are the context.
 */
export class Highlighter {
  readonly #api: HLJSApi;
  readonly #language: string;
  readonly #theme: MarkdownTheme;
  #context = "";
  /** Characters of context that may still be read. */
  #left = freeContext;

  constructor(api: HLJSApi, language: string, theme: MarkdownTheme) {
    this.#api = api;
    this.#language = language;
    this.#theme = theme;
  }

  line(code: string): StyledText {
    this.#left += contextRatio * code.length - this.#context.length;
    if (this.#left < 0) this.#context = "";
    const result = this.#read(`${this.#context}${code}\n`);
    const styled = lastLine(result.value, this.#theme);
    const open = openModes(result);
    if (open === 0 || open > deepest) this.#context = "";
    else this.#context = this.#shortened(`${this.#context}${code}\n`, open);
    return styled;
  }

  #read(code: string): HighlightResult {
    return this.#api.highlight(code, { language: this.#language, ignoreIllegals: true });
  }

  #shortened(context: string, open: number): string {
    if (context.length <= longestContext) return context;
    const first = context.slice(0, context.indexOf("\n") + 1);
    const latest = context.slice(context.indexOf("\n", context.length - shortContext) + 1);
    const short = first + latest;
    return short.length < longestContext && openModes(this.#read(short)) === open ? short : "";
  }
}

/** How many modes of the grammar are open at the end of what was read; `_top` is declared in highlight.js's types as private. */
function openModes({ _top }: HighlightResult): number {
  let open = 0;
  for (let mode = _top as { parent?: object } | undefined; mode?.parent !== undefined; mode = mode.parent) open += 1;
  return open;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

const parts = /<span class="([^"]*)">|<\/span>|&([#\w]+);|[^<&]+/g;

/** The last line of highlight.js's HTML, which ends with a newline, as styled text. */
function lastLine(html: string, theme: MarkdownTheme): StyledText {
  const end = html.lastIndexOf("\n");
  const start = html.lastIndexOf("\n", Math.max(0, end - 1)) + 1;
  const out = new StyledText();
  const open: string[] = [];
  for (const { 0: found, 1: scope, 2: entity, index } of html.matchAll(parts)) {
    if (index >= end) break;
    if (scope !== undefined) open.push(theme.code(scopeName(scope)));
    else if (found === "</span>") open.pop();
    else if (index + found.length > start) {
      const cut = found.slice(Math.max(0, start - index), end - index);
      out.add(entity === undefined ? cut : (entities[entity] ?? found), withSgr(plain, open.findLast(Boolean) ?? ""));
    }
  }
  return out;
}

/** `hljs-title function_` is the scope `title.function`. */
function scopeName(classes: string): string {
  return classes.replaceAll(/hljs-|_(?=\s|$)/g, "").replaceAll(" ", ".");
}
