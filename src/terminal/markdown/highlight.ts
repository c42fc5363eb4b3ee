import type { CompiledMode, Emitter, HighlightResult, HLJSApi, Language } from "highlight.js";
import { plain, StyledText, withSgr } from "./styled-text.ts";
import type { MarkdownTheme } from "./theme.ts";

/** More modes open within one another than code has: then a line is read by itself again. */
const deepest = 24;
/** Lines of a language within another that are read together, as highlight.js cannot continue that in their middle. */
const linesWithin = 16;
/**
 * The work that a block may cost: so much, and so much for each character. A part with a scope counts as one, a piece of a
 * language within another as many, as reading it begins anew; so does a line that is read in the mode that the one before ended in,
 * which counts as `continuedWork`. Code needs a third of it.
 */
const freeWork = 128 * 1024;
const workRatio = 4;
const pieceWork = 32;
const continuedWork = 16;

/** The name under which highlight.js is given the mode that a line begins in; no language is called so. */
const continued = "continued";

/** A mode of a grammar that is open, within those it stands in; `original` where a line began in it. */
type OpenMode = CompiledMode & { readonly parent?: OpenMode; readonly original?: OpenMode };

/**
 * Colours code line by line: how a line looks depends on it and the lines before it, never on those that follow. Each line is
 * read once, in the mode that the one before ended in, so that the work is proportional to the code; only lines of a language
 * within another are read again, with at most `linesWithin` after them. From the line on at which the work that the block may cost is done, it is plain.
 */
export class Highlighter {
  readonly #api: HLJSApi;
  readonly #language: string;
  readonly #theme: MarkdownTheme;
  /** What is open where `#context` begins; null for nothing. */
  #open: OpenMode | null = null;
  #context: readonly string[] = [];
  #workLeft = freeWork;

  constructor(api: HLJSApi, language: string, theme: MarkdownTheme) {
    this.#api = api;
    this.#language = language;
    this.#theme = theme;
  }

  line(code: string): StyledText {
    if (this.#workLeft < 0) return StyledText.of(code);
    const before = this.#context.join("");
    const result = this.#read(`${before}${code}\n`);
    // Where a grammar of highlight.js fails, the line stays plain.
    if (result.errorRaised !== undefined) return this.#continueWith(null, StyledText.of(code));
    const { parts, pieces } = result._emitter as ScopedText;
    const started = pieceWork * pieces + (this.#open === null ? 0 : continuedWork);
    this.#workLeft += workRatio * code.length - parts.length - started;
    const line = lastLine(parts, before.length, code.length);
    const styled = new StyledText();
    const outside = this.#outside();
    for (const { text, scope } of line) styled.add(text, withSgr(plain, this.#look(scope, outside)));
    const open = modes(result._top as OpenMode | undefined);
    if (open.length > deepest) return this.#continueWith(null, styled);
    if (open.every(({ subLanguage }) => subLanguage === undefined) || this.#context.length + 1 >= linesWithin)
      return this.#continueWith(open[0]?.original ?? open[0] ?? null, styled);
    this.#context = [...this.#context, `${code}\n`];
    return styled;
  }

  #continueWith(open: OpenMode | null, styled: StyledText): StyledText {
    this.#open = open;
    this.#context = [];
    return styled;
  }

  #read(code: string): HighlightResult {
    if (this.#open === null) return this.#api.highlight(code, { language: this.#language, ignoreIllegals: true });
    // A grammar is a mode itself: one that is compiled already is taken as it is, and has what it stands in as its parent.
    const { case_insensitive = false, classNameAliases = {} } = this.#grammar;
    const own = { name: continued, case_insensitive, classNameAliases, disableAutodetect: true, original: this.#open };
    const language: Language = Object.assign(Object.create(this.#open) as Language, own);
    this.#api.registerLanguage(continued, () => language);
    return this.#api.highlight(code, { language: continued, ignoreIllegals: true });
  }

  get #grammar(): Partial<Language> {
    return this.#api.getLanguage(this.#language) ?? {};
  }

  /** The names of the scopes open where `#context` begins, the innermost first. */
  #outside(): string[] {
    const { classNameAliases = {} } = this.#grammar;
    return modes(this.#open).flatMap(({ scope }) =>
      typeof scope === "string" ? [classNameAliases[scope] ?? scope] : [],
    );
  }

  /** The innermost look there is. */
  #look(scope: Scope, outside: readonly string[]): string {
    let at: Scope = scope;
    for (; at.parent !== null; at = at.parent) {
      const look = this.#theme.code(at.name);
      if (look !== "") return look;
    }
    for (const name of outside.slice(at.closed)) {
      const look = this.#theme.code(name);
      if (look !== "") return look;
    }
    return "";
  }
}

/** The mode and those it stands in, without the grammar itself. */
function modes(innermost: OpenMode | null | undefined): OpenMode[] {
  const open: OpenMode[] = [];
  for (let mode = innermost; mode?.parent !== undefined; mode = mode.parent) open.push(mode);
  return open;
}

/** A scope that a text stands in, or, without a parent, the beginning of what was read. */
interface Scope {
  readonly name: string;
  parent: Scope | null;
  /** Of the scopes open at the beginning, how many are closed by now. */
  readonly closed: number;
}

interface Part {
  readonly text: string;
  readonly scope: Scope;
}

/** Collects what highlight.js reads with its scopes, in place of the HTML that it makes by itself. */
export class ScopedText implements Emitter {
  readonly parts: Part[] = [];
  /** How many pieces of it are in a language within the other. */
  pieces = 0;
  readonly #all: Scope = { name: "", parent: null, closed: 0 };
  #scope = this.#all;

  addText(text: string): void {
    if (text !== "") this.parts.push({ text, scope: this.#scope });
  }

  openNode(name: string): void {
    this.#scope = { name, parent: this.#scope, closed: this.#scope.closed };
  }

  closeNode(): void {
    this.#scope = this.#scope.parent ?? { name: "", parent: null, closed: this.#scope.closed + 1 };
  }

  startScope(name: string): void {
    this.openNode(name);
  }

  endScope(): void {
    this.closeNode();
  }

  /** Takes over what was read as another language, within the scopes open here. */
  __addSublanguage(emitter: Emitter): void {
    const within = emitter as ScopedText;
    within.#all.parent = this.#scope;
    for (const part of within.parts) this.parts.push(part);
    this.pieces += 1 + within.pieces;
  }

  finalize(): void {}

  toHTML(): string {
    return "";
  }
}

/** The parts of the line that begins at `start`. */
function lastLine(parts: readonly Part[], start: number, length: number): Part[] {
  const line: Part[] = [];
  let at = -start;
  for (const { text, scope } of parts) {
    const cut = text.slice(Math.max(0, -at), Math.max(0, length - at));
    if (cut !== "") line.push({ text: cut, scope });
    at += text.length;
  }
  return line;
}
