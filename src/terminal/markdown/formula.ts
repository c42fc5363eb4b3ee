import type { MarkdownIt, StateInline } from "markdown-it";

/** A star between digits multiplies them; CommonMark would take `2*3*4` for emphasis. */
export function products(md: MarkdownIt): void {
  md.inline.ruler.before("emphasis", "product", (state, silent) => {
    if (state.src[state.pos] !== "*" || !/\d\*\d/.test(state.src.slice(Math.max(0, state.pos - 1), state.pos + 2)))
      return false;
    if (!silent) state.pending += "*";
    state.pos += 1;
    return true;
  });
}

/**
 * LaTeX in a line (`$x_1$`, `$$x$$`, `\(x\)`, `\[x\]`) becomes one token of its own, so that its underscores, stars and
 * backslashes are left as they are. A dollar opens before a character that is no space, and closes after such a one and
 * before what is no digit, as in Pandoc: prices stay prices.
 */
export function formulas(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "formula", (state, silent) => {
    const length = formulaLength(state);
    if (length === 0) return false;
    if (!silent) {
      const token = state.push("formula", "", 0);
      token.content = state.src.slice(state.pos, state.pos + length);
      // `US$5 … US$`: dollars at a word are hardly a formula's; they must not get lost.
      const beside = state.src.charAt(state.pos - 1) + state.src.charAt(state.pos + length);
      token.info = token.content.startsWith("$") && /[A-Za-z0-9]/.test(beside) ? "" : contentOf(token.content);
    }
    state.pos += length;
    return true;
  });
}

/** What is between dollars or brackets. */
function contentOf(formula: string): string {
  const marks = /^(?:\$\$|\\[([])/.test(formula) ? 2 : 1;
  return formula.slice(marks, -marks);
}

const patterns = [
  /\$\$(?!\s*\$\$)(?:[^$\\]|\\[^])+\$\$/y,
  /\$(?=[^\s$])(?:[^$\\]|\\[^])*?(?<=\S)\$(?!\d)/y,
  /\\\((?!\s*\\\))(?:[^\\]|\\(?![()])[^])+\\\)/y,
  /\\\[(?!\s*\\\])(?:[^\\]|\\(?![[\]])[^])+\\\]/y,
];

function formulaLength({ src, pos, posMax }: StateInline): number {
  const first = src.charAt(pos);
  if (first !== "$" && (first !== "\\" || !/[([]/.test(src.charAt(pos + 1)))) return 0;
  for (const pattern of patterns) {
    pattern.lastIndex = pos;
    const found = pattern.exec(src);
    if (found !== null && pos + found[0].length <= posMax) return found[0].length;
  }
  return 0;
}
