import { displayWidth } from "../width.ts";
import { accents, type FormulaKind, signOf, styledLetters, subscripts, superscripts } from "./formula-symbols.ts";

/** A part of a formula: its rows (one, but for matrices and cases) and what it is. */
interface Part {
  readonly rows: readonly string[];
  readonly kind: FormulaKind | "space";
  /** Ends in an exponent or index in its own size, which a letter behind it would run into. */
  readonly hasTail?: boolean;
}

/** What is not understood makes the whole formula be shown as its source. */
class UnknownLatex extends Error {}

/** Characters (UTF-16 code units) of a formula that is looked at. */
const longest = 2048;
/** Groups and arguments within one another. */
const deepest = 40;

const known = new Map<string, readonly string[] | null>();
const maxKnown = 256;

/**
 * A formula in LaTeX, without its dollars or brackets, as text in Unicode.
 *
 * @param flat in one row, matrices too
 * @returns its rows; null where something in it is not known, so that its source says more
 */
export function formulaText(latex: string, flat = false): readonly string[] | null {
  const key = `${flat ? "-" : "+"}${latex}`;
  if (latex.length > longest) return null;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const rows = read(latex, flat);
  known.set(key, rows);
  return rows;
}

/** Words one after the other, without anything that makes a formula of them. */
function isProse(latex: string): boolean {
  return /[A-Za-z]{2}\s+[A-Za-z]{2}/.test(latex) && !/[\\^_={}]/.test(latex);
}

function read(latex: string, flat: boolean): readonly string[] | null {
  if (isProse(latex)) return null;
  try {
    const rows = new FormulaReader(latex, flat).whole();
    return rows.some((row) => row !== "") ? rows : null;
  } catch (error) {
    if (error instanceof UnknownLatex) return null;
    throw error;
  }
}

const tokens = /\\(?:[A-Za-z]+\*?|[^])|\s+|[^]/gu;

/** What only tells how something is set. */
const ignored = new Set(
  "displaystyle textstyle limits nolimits nonumber notag left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr mathstrut".split(
    " ",
  ),
);
const spaces: Readonly<Record<string, string>> = {
  ",": " ",
  ";": " ",
  ":": " ",
  " ": " ",
  "!": "",
  quad: "  ",
  qquad: "    ",
};
const fonts = new Set("mathrm mathbf mathit mathsf mathtt mathfrak mathscr boldsymbol bm pmb".split(" "));
const texts = new Set("text textbf textit textrm texttt textsf mbox".split(" "));
const fractions = new Set(["frac", "dfrac", "tfrac", "cfrac"]);
/** Environments of rows below one another, and of rows in brackets: the left and the right one by their height. */
const columns = new Set(["aligned", "align", "gather", "gathered", "split", "equation", "multline"]);
const brackets: Readonly<Record<string, readonly [string, string]>> = {
  cases: ["{⎧⎨⎩⎪", ""],
  matrix: ["", ""],
  array: ["", ""],
  smallmatrix: ["", ""],
  pmatrix: ["(⎛⎜⎝⎜", ")⎞⎟⎠⎟"],
  bmatrix: ["[⎡⎢⎣⎢", "]⎤⎥⎦⎥"],
  Bmatrix: ["{⎧⎨⎩⎪", "}⎫⎬⎭⎪"],
  vmatrix: ["|││││", "|││││"],
  Vmatrix: ["‖‖‖‖‖", "‖‖‖‖‖"],
};

/** Reads LaTeX from left to right. */
class FormulaReader {
  readonly #tokens: readonly string[];
  readonly #flat: boolean;
  #at = 0;
  #depth = 0;

  constructor(latex: string, flat: boolean) {
    this.#flat = flat;
    this.#tokens = latex.match(tokens) ?? [];
  }

  whole(): readonly string[] {
    const rows = this.#rows(() => this.#at >= this.#tokens.length);
    const lines = rows.flatMap((cells) => joined(cells.flat()));
    return this.#flat ? [lines.join("; ")] : lines;
  }

  /** Rows of cells, up to what ends them, which is passed. */
  #rows(isEnd: () => boolean): Part[][][] {
    const rows: Part[][][] = [[[]]];
    while (!isEnd()) {
      const token = this.#next();
      if (token === "\\\\") {
        // Space between rows, as `\\[2pt]`.
        if (this.#peek() === "[") while (this.#next() !== "]");
        rows.push([[]]);
      } else if (token === "&") rows.at(-1)!.push([]);
      else this.#part(token, rows.at(-1)!.at(-1)!);
    }
    return rows.filter((cells) => cells.flat().length > 0);
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new UnknownLatex();
    this.#at += 1;
    return token;
  }

  #peek(): string | undefined {
    while (this.#tokens[this.#at]?.trim() === "") this.#at += 1;
    return this.#tokens[this.#at];
  }

  /** Reads what begins with the token, and adds it. */
  #part(token: string, parts: Part[]): void {
    if (token.trim() === "") return;
    if (token === "^" || token === "_") return this.#script(token, parts);
    if (token === "'") return this.#attach("′", parts);
    if (token === "{") {
      const group = this.#group();
      parts.push({ rows: joined(group), kind: group.length === 1 ? group[0]!.kind : "letter" });
    } else if (token.startsWith("\\")) this.#command(token.slice(1), parts);
    else if (token === "}" || token === "%" || token === "#") throw new UnknownLatex();
    else parts.push({ rows: [token === "~" ? " " : token], kind: kindOf(token) });
  }

  /** The parts up to the closing brace. */
  #group(): Part[] {
    return this.#within(() => {
      const parts: Part[] = [];
      for (let token = this.#next(); token !== "}"; token = this.#next()) {
        if (token === "&" || token === "\\\\") throw new UnknownLatex();
        this.#part(token, parts);
      }
      return parts;
    });
  }

  /** An argument: a group, or the next token. */
  #argument(): Part[] {
    this.#peek();
    const token = this.#next();
    if (token === "{") return this.#group();
    return this.#within(() => {
      const parts: Part[] = [];
      this.#part(token, parts);
      return parts;
    });
  }

  #within<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > deepest) throw new UnknownLatex();
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** The text in braces, as it is. */
  #text(): string {
    if (this.#peek() !== "{") throw new UnknownLatex();
    this.#at += 1;
    let text = "";
    for (let token = this.#next(); token !== "}"; token = this.#next()) {
      if (token === "{" || (token.startsWith("\\") && !/^\\[%$#_& ]$/.test(token))) throw new UnknownLatex();
      text += token.replace(/^\\/, "");
    }
    return text.replaceAll(/\s+/g, " ");
  }

  #script(mark: "^" | "_", parts: Part[]): void {
    const text = line(this.#argument(), true);
    const table = mark === "^" ? superscripts : subscripts;
    const raised = Array.from(text, (letter) => (Object.hasOwn(table, letter) ? table[letter] : undefined));
    if (text === "") throw new UnknownLatex();
    const isWhole = raised.every((letter) => letter !== undefined);
    if (isWhole) this.#attach(raised.join(""), parts);
    else this.#attach(mark + (Array.from(text).length === 1 ? text : `(${text})`), parts, true);
  }

  /** Puts a text behind the last part. */
  #attach(text: string, parts: Part[], hasTail = false): void {
    const base = parts.pop() ?? { rows: [""], kind: "letter" };
    const [first = "", ...rest] = base.rows;
    parts.push({ rows: [first + text, ...rest], kind: base.kind === "binary" ? "letter" : base.kind, hasTail });
  }

  #command(name: string, parts: Part[]): void {
    const add = (text: string, kind: Part["kind"] = "letter") => parts.push({ rows: [text], kind });
    const sign = signOf(name);
    if (sign !== undefined) add(sign[1], sign[0]);
    else if (ignored.has(name)) {
      if (/^(?:left|right)$/.test(name) && this.#peek() === ".") this.#at += 1;
    } else if (Object.hasOwn(spaces, name)) add(spaces[name] ?? "", "space");
    else if (fractions.has(name)) {
      const [above, below] = [line(this.#argument()), line(this.#argument())];
      add(`${grouped(above, isProduct)}/${grouped(below, isSingle)}`, "fraction");
    } else if (name === "sqrt") this.#root(add);
    else if (name === "binom") add(`C(${line(this.#argument())}, ${line(this.#argument())})`);
    else if (name === "pmod") add(` (mod ${line(this.#argument())})`);
    else if (name === "not") add(`${line(this.#argument())}\u0338`, "relation");
    else if (texts.has(name)) add(this.#text());
    else if (name === "operatorname" || name === "operatorname*") add(this.#text(), "function");
    else if (name === "tag" || name === "tag*") add(`  (${this.#text()})`);
    else if (Object.hasOwn(accents, name)) add(accented(line(this.#argument()), accents[name]!));
    else if (fonts.has(name) || Object.hasOwn(styledLetters, name)) {
      const letters = styledLetters[name] ?? {};
      add(Array.from(line(this.#argument()), (letter) => letters[letter] ?? letter).join(""));
    } else if (name === "boxed") add(`[ ${line(this.#argument())} ]`);
    else if (name === "begin") this.#environment(parts);
    else throw new UnknownLatex();
  }

  #root(add: (text: string) => void): void {
    let degree = "";
    if (this.#peek() === "[") {
      this.#at += 1;
      for (let token = this.#next(); token !== "]"; token = this.#next()) degree += superscripts[token] ?? token;
    }
    const signs: Readonly<Record<string, string>> = { "³": "∛", "⁴": "∜" };
    const root = signs[degree] ?? `${degree}√`;
    add(root + grouped(line(this.#argument()), isSingle));
  }

  #environment(parts: Part[]): void {
    const name = this.#text().replace(/\*$/, "");
    if (name === "array") this.#text();
    const isEnd = () => {
      if (this.#peek() !== "\\end") return false;
      this.#at += 1;
      if (this.#text().replace(/\*$/, "") !== name) throw new UnknownLatex();
      return true;
    };
    const rows = this.#within(() => this.#rows(isEnd));
    if (columns.has(name)) {
      const lines = lined(rows);
      return void parts.push({
        rows: this.#flat ? [lines.map((text) => text.trim()).join("; ")] : lines,
        kind: "letter",
      });
    }
    if (!Object.hasOwn(brackets, name)) throw new UnknownLatex();
    const cells = rows.map((row) => row.map((part) => line(part)));
    const [left, right] = brackets[name]!;
    const flat = () => (left.at(0) ?? "") + cells.map((row) => row.join(", ")).join("; ") + (right.at(0) ?? "");
    parts.push({ rows: this.#flat ? [flat()] : bracketed(cells, left, right), kind: "fraction" });
  }
}

/** With an accent on each letter, behind those that it has. */
function accented(text: string, accent: string): string {
  return text.replaceAll(/\P{M}\p{M}*/gu, (letter) => letter + accent);
}

function kindOf(character: string): FormulaKind {
  if (/[+*-]/.test(character)) return "binary";
  if (/[=<>:]/.test(character)) return "relation";
  if (/[([]/.test(character)) return "open";
  if (/[)\]!]/.test(character)) return "close";
  return /[,;]/.test(character) ? "comma" : "letter";
}

/** Rows with what stands before their first `&` lined up at its right. */
function lined(rows: readonly Part[][][]): string[] {
  const texts = rows.map((cells) => line(cells.flat()));
  const starts = rows.map((cells, index) => displayWidth(texts[index]!) - displayWidth(line(cells.slice(1).flat())));
  const widest = Math.max(...starts);
  return texts.map((text, index) => " ".repeat(rows[index]!.length > 1 ? widest - starts[index]! : 0) + text);
}

/** Cells in columns between brackets as high as all of them. */
function bracketed(cells: readonly (readonly string[])[], left: string, right: string): string[] {
  const count = Math.max(...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column] ?? ""))),
  );
  return cells.map((row, index) => {
    const text = widths
      .map((width, column) => (row[column] ?? "") + " ".repeat(width - displayWidth(row[column] ?? "")))
      .join("  ");
    const piece = (bracket: string) => pieceOf(Array.from(bracket), index, cells.length);
    return [piece(left), right === "" ? text.trimEnd() : text, piece(right)].filter(Boolean).join(" ");
  });
}

/** @param bracket alone, upper end, middle, lower end, and what lies between these */
function pieceOf(
  [alone = "", top = "", middle = "", bottom = "", between = ""]: readonly string[],
  row: number,
  height: number,
): string {
  if (height === 1) return alone;
  if (row === 0) return top;
  if (row === height - 1) return bottom;
  return height % 2 === 1 && row === (height - 1) / 2 ? middle : between;
}

/** The parts as one row. */
function line(parts: readonly Part[], compact = false): string {
  const rows = joined(parts, compact);
  if (rows.length !== 1) throw new UnknownLatex();
  return rows[0] ?? "";
}

/** The parts one after the other, those of several rows beside the row that the others are in. */
function joined(parts: readonly Part[], compact = false): string[] {
  const height = Math.max(1, ...parts.map(({ rows }) => rows.length));
  const out = Array.from({ length: height }, () => "");
  const base = Math.floor((height - 1) / 2);
  for (const [index, part] of parts.entries()) {
    const space = isApart(parts, index, compact) && !/(?:^|\s)$/.test(out[base] ?? "") ? " " : "";
    const start = Math.floor((height - part.rows.length) / 2);
    const before = height === 1 ? 0 : Math.max(...out.map(displayWidth));
    for (const [row, text] of out.entries()) {
      const own = part.rows[row - start] ?? "";
      if (height === 1) out[row] = text + space + own;
      else if (own !== "") out[row] = text + " ".repeat(before - displayWidth(text)) + space + own;
    }
  }
  return out.map((row) => row.trimEnd());
}

const operands = new Set<Part["kind"]>(["letter", "fraction", "close"]);

/** Whether a space stands before the part, as TeX would set it. */
function isApart(parts: readonly Part[], index: number, compact: boolean): boolean {
  const [before, own] = [parts[index - 1]?.kind, parts[index]?.kind];
  if (before === undefined || own === "space" || before === "space" || own === "comma" || own === "close") return false;
  if (before === "function" && own !== "open") return true;
  if (compact || before === "open") return false;
  if (own === "relation" || before === "relation" || before === "comma" || before === "operator") return true;
  // A sign of its own, as in `-x`, has no left operand.
  if (own === "binary") return operands.has(before);
  if (before === "binary") return operands.has(parts[index - 2]?.kind ?? "open");
  if (own === "function" || own === "operator") return true;
  if (parts[index - 1]?.hasTail === true && own === "letter") return true;
  return (own === "fraction" || before === "fraction") && (operands.has(own!) || own === "open");
}

/** In parentheses, unless it may stand without. */
function grouped(text: string, isAlone: (text: string) => boolean): string {
  return isAlone(text) ? text : `(${text})`;
}

/** No operator but within its own parentheses. */
function isProduct(text: string): boolean {
  return !/[\s+*/=<>,-]/.test(text.replaceAll(/\([^()]*\)/g, "")) || /^-?[\p{L}\p{N}]+$/u.test(text);
}

/** A number, a letter with its index, a differential, a word, one pair of parentheses; each with what is above and below it. */
const single = /^[∛∜√]?(?:[\d.]+|[\p{L}∞]\p{M}*|[d∂Δ]\p{L}|\p{L}{4,}|\p{L}?\([^()]*\))[\p{No}\p{Lm}\p{Sk}′*⁺⁻₊₋]*$/u;

function isSingle(text: string): boolean {
  return single.test(text);
}
