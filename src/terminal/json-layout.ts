import type { AnswerWriter } from "./answer.ts";

/** Spaces, and levels beyond which lines are not indented further. */
const step = 2;
const deepest = 40;

/** Lays JSON out, one value a line, as it comes in pieces. What is not in braces or brackets stays as it is. */
class JsonLayout {
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** A brace or bracket was opened, and nothing is in it yet. */
  #isEmpty = false;

  push(text: string): string {
    let laid = "";
    for (const sign of text) laid += this.#next(sign);
    return laid;
  }

  #next(sign: string): string {
    if (this.#isText) {
      this.#isText = sign !== '"' || this.#isEscaped;
      this.#isEscaped = sign === "\\" && !this.#isEscaped;
      return sign;
    }
    const opens = sign === "{" || sign === "[";
    if (this.#depth === 0 && !opens) return sign;
    if (/\s/u.test(sign)) return "";
    const wasEmpty = this.#isEmpty;
    this.#isEmpty = false;
    if (sign === "}" || sign === "]") {
      this.#depth--;
      return wasEmpty ? sign : this.#line() + sign;
    }
    const before = wasEmpty ? this.#line() : "";
    if (opens) {
      this.#depth++;
      this.#isEmpty = true;
    }
    this.#isText = sign === '"';
    if (sign === ",") return sign + this.#line();
    return sign === ":" ? ": " : before + sign;
  }

  #line(): string {
    return `\n${" ".repeat(step * Math.min(this.#depth, deepest))}`;
  }
}

/** Writes JSON laid out. */
export function jsonWriter(writer: AnswerWriter): AnswerWriter {
  const layout = new JsonLayout();
  return { ...writer, push: (text) => writer.push(layout.push(text)) };
}
