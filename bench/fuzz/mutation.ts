import { chance } from "../archive/prose.ts";
import { hostile } from "../../test/terminal/hostile.ts";

const rule = "-".repeat(40);

/** What files are made of, and what nearly is; values that no program writes. */
const pieces: readonly string[] = [
  `\n\n${rule}\n`,
  rule,
  "[2026-11-20 23:41:07] Question:\n",
  "\n\n[2026-11-20 23:41:07] Answer:\n",
  "[9999-99-99 99:99:99] Thinking:\n",
  '<!-- deepseek-chat conversation {"v":1,"id":"x","started":"+275760-09-13T00:00:00.000Z"} -->\n',
  '<!-- deepseek-chat turn {"at":"-271821-04-20T00:00:00.000Z","sampling":{"stop":[null]},"images":[{}]} -->\n',
  '<!-- deepseek-chat end {"status":"complete","first_token_ms":1e308,"usage":{"prompt_tokens":-1}} -->\n',
  '<!-- deepseek-chat undo {"id":"a"} -->\n',
  '<!-- deepseek-chat title {"title":"\u202e"} -->\n',
  '<!-- deepseek-chat compact {"summary":"","through":"a"} -->\n',
  "\u8bf7\u6c42\u9519\u8bef: ",
  '"__proto__":{"a":1},',
  '"constructor":',
  "1e400",
  "-1",
  "null",
  "true",
  "[]",
  "{}",
  '"',
  "\\",
  "\\u0000",
  "\\ud800",
  "\u27eaU+001B\u27eb",
  "\r\n",
  "\ufeff",
  "\ud83d\ude00".repeat(20),
  "a".repeat(5000),
  "[".repeat(3000),
  '{"a":'.repeat(3000),
  "`".repeat(3000),
  "- ".repeat(2000),
  "\ue200",
  ...hostile.map(([, text]) => text),
];

/** Chance of one seed. */
export class Mutation {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = chance(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  choose<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  /** The bytes with one to six changes: flipped, cut out, repeated, put in, broken off, mixed with another's. */
  mutate(bytes: Buffer, other: Buffer): Buffer {
    let mutated = bytes;
    for (let times = 1 + this.below(6); times > 0; times--) mutated = this.#change(mutated, other);
    return mutated;
  }

  #change(bytes: Buffer, other: Buffer): Buffer {
    const at = this.below(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + this.below(200));
    const around = (middle: Buffer, from = at) => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(from)]);
    switch (this.below(9)) {
      case 0:
        return around(Buffer.from([this.below(256)]), Math.min(bytes.length, at + 1));
      case 1:
        return around(Buffer.alloc(0), end);
      case 2:
        return around(Buffer.concat(Array.from({ length: 1 + this.below(50) }, () => bytes.subarray(at, end))));
      case 3:
        return bytes.subarray(0, at);
      case 4:
        return around(other.subarray(this.below(other.length), this.below(other.length)));
      case 5:
        return Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
      case 6:
        return Buffer.from(this.#exchanged(bytes.toString("latin1")), "latin1");
      default:
        return around(Buffer.from(this.choose(pieces)));
    }
  }

  /** A number, a word between quotes or a label's word becomes something else. */
  #exchanged(text: string): string {
    const found = [...text.matchAll(/\d+|"[^"\n]*"|[A-Z][a-z]+:/gu)];
    if (found.length === 0) return text;
    const { 0: part, index } = this.choose(found);
    return text.slice(0, index) + Buffer.from(this.choose(pieces)).toString("latin1") + text.slice(index + part.length);
  }
}
