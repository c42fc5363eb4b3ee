import type { KatexOptions } from "katex";
import type { MarkdownIt, StateBlock } from "markdown-it";
import { escapeHtml } from "./escape.ts";

type Draw = (tex: string, options: KatexOptions) => string;

/** No model writes more in one formula; a longer one is shown as its source. */
const longest = 5000;

/** Macros cannot grow without end, and nothing of a formula makes a link, loads a file or sets a style. */
const cautious: KatexOptions = { output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxExpand: 500 };

/**
 * Draws formulas as MathML, which browsers show without scripts and fonts of ours: `formula` tokens of a line, and those on
 * lines of their own between `$$` or `\[` and `\]`.
 */
export function drawnFormulas(md: MarkdownIt, draw: Draw): void {
  md.block.ruler.before("fence", "formula_block", blockFormula, {
    alt: ["paragraph", "reference", "blockquote", "list"],
  });
  md.renderer.rules["formula"] = (tokens, index) => drawn(tokens[index]!.content, draw);
  md.renderer.rules["formula_block"] = (tokens, index) => `<p>${drawn(tokens[index]!.content, draw)}</p>\n`;
}

function drawn(source: string, draw: Draw): string {
  const { body, display } = withoutMarks(source);
  if (body.length <= longest) {
    try {
      return draw(body, { ...cautious, displayMode: display });
    } catch {
      // Not TeX, or TeX of a kind that is not known: the source says more than nothing.
    }
  }
  return `<code>${escapeHtml(source)}</code>`;
}

function withoutMarks(source: string): { body: string; display: boolean } {
  if (source.startsWith("$") && !source.startsWith("$$")) return { body: source.slice(1, -1), display: false };
  return { body: source.slice(2, -2), display: !source.startsWith(String.raw`\(`) };
}

const closings: Readonly<Record<string, string>> = { $$: "$$", "\\[": "\\]" };

function blockFormula(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (state.sCount[start]! - state.blkIndent >= 4) return false;
  const first = lineOf(state, start);
  const opening = first.slice(0, 2);
  const closing = closings[opening];
  if (closing === undefined) return false;
  let content = first;
  let line = start;
  while (!(content.length >= 4 && content.trimEnd().endsWith(closing))) {
    line += 1;
    if (line >= end || state.sCount[line]! < state.blkIndent || content.length > longest) return false;
    content += `\n${lineOf(state, line)}`;
  }
  // `$$a$$ and $$b$$` is a line of text.
  if (content.slice(2, -2).includes(opening)) return false;
  if (silent) return true;
  const token = state.push("formula_block", "", 0);
  token.content = content.trimEnd();
  token.map = [start, line + 1];
  state.line = line + 1;
  return true;
}

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
}
