/** Text as conversations hold it: Chinese, English and code of seeded chance, with the words of the measured searches in it. */

/** Numbers from 0 up to, not including, 1; the same ones for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is searched for, and in how many of the exchanges it is put. Some come up by chance besides. */
const sown: readonly (readonly [text: string, rate: number])[] = [
  ["\u91cf\u5b50\u8ba1\u7b97", 0.01],
  ["\u91cf\u5b50", 0.01],
  ["`kubectl apply -f deploy.yaml`", 0.004],
  ["Linux", 0.01],
  ["linux", 0.01],
  ["\uff2c\uff49\uff4e\uff55\uff58", 0.001],
  // A demon: of the second level of GB 2312, from which no other word is made.
  ["\u9b51", 0.0002],
];

const everydayChinese =
  "\u7684 \u4e86 \u662f \u5728 \u6211\u4eec \u548c \u53ef\u4ee5 \u4e00\u4e2a \u4f60 \u4e0d \u8fd9 \u6709 \u4f7f\u7528 \u5982\u679c \u4e5f \u4e3a \u4e2d \u5bf9 \u5c31 \u9700\u8981".split(
    " ",
  );
const everydayEnglish =
  "the of and to a in is you that it for on with as this are be or can not if your by from use".split(" ");
const syllables = "ba con de er fi gra in ko la men no pre qui ro se ti ul ver wa xo ys ize tion al".split(" ");

/** The 3755 common characters of GB 2312. */
function commonHan(): string[] {
  const decoder = new TextDecoder("gb18030");
  const rows = Array.from({ length: 40 }, (_, row) =>
    Array.from({ length: row === 39 ? 89 : 94 }, (__, cell) => decoder.decode(Uint8Array.of(0xb0 + row, 0xa1 + cell))),
  );
  return rows.flat();
}

export class Prose {
  readonly #random: () => number;
  readonly #han: readonly string[];
  readonly #chinese: readonly string[];
  readonly #english: readonly string[];

  constructor(random: () => number) {
    this.#random = random;
    const han = commonHan();
    for (let at = han.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [han[at], han[other]] = [han[other]!, han[at]!];
    }
    this.#han = han;
    const chinese = () => Array.from({ length: 1 + this.below(3) }, () => this.#rank(this.#han)).join("");
    const english = () => Array.from({ length: 1 + this.below(4) }, () => syllables[this.below(24)]).join("");
    this.#chinese = [...everydayChinese, ...Array.from({ length: 30_000 }, chinese)];
    this.#english = [...everydayEnglish, ...Array.from({ length: 30_000 }, english)];
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  happens(rate: number): boolean {
    return this.#random() < rate;
  }

  question(): string {
    const [sentence] = this.#random() < 0.6 ? [this.#sentence(true)] : [this.#sentence(false)];
    return this.happens(0.1) ? `${sentence}\n\n${this.#code()}` : sentence;
  }

  /** About so many bytes, with what is searched for now and then. */
  answer(bytes: number): string {
    const chinese = this.happens(0.6);
    const paragraphs: string[] = [];
    for (let length = 0; length < bytes;) {
      const paragraph = this.happens(0.2) ? this.#code() : this.#paragraph(chinese);
      paragraphs.push(paragraph);
      length += Buffer.byteLength(paragraph);
    }
    for (const [text, rate] of sown) {
      if (this.happens(rate)) paragraphs.splice(this.below(paragraphs.length + 1), 0, this.#around(text, chinese));
    }
    return paragraphs.join("\n\n");
  }

  /** Low ranks far more often than high ones, as with words of any language (Zipf). */
  #rank<Item>(items: readonly Item[]): Item {
    return items[Math.floor((items.length + 1) ** this.#random()) - 1]!;
  }

  #around(text: string, chinese: boolean): string {
    const [before, after] = [this.#sentence(chinese), this.#sentence(chinese)];
    return `${before.slice(0, -1)} ${text}${chinese ? "" : " "}${after}`;
  }

  #paragraph(chinese: boolean): string {
    const sentences = Array.from({ length: 1 + this.below(5) }, () => this.#sentence(chinese));
    const text = sentences.join(chinese ? "" : " ");
    return this.happens(0.2) ? `- **${text.slice(0, 6)}** ${text}` : text;
  }

  #sentence(chinese: boolean): string {
    const words = Array.from({ length: 4 + this.below(16) }, () =>
      chinese && this.happens(0.95) ? this.#rank(this.#chinese) : this.#rank(this.#english),
    );
    if (chinese) return `${words.join("")}${this.happens(0.3) ? "\uff0c" : "\u3002"}`;
    const text = words.join(" ");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }

  #code(): string {
    const name = () => `${this.#rank(this.#english)}_${this.#rank(this.#english)}`;
    const lines = Array.from({ length: 2 + this.below(10) }, () => {
      const lot = this.below(10);
      if (lot === 0) return `  // ${this.#sentence(this.happens(0.5))}`;
      if (lot === 1) return `  const id = "${this.below(2 ** 32).toString(16)}${this.below(2 ** 32).toString(16)}";`;
      if (lot === 2) return `  --${this.#rank(this.#english)}=/usr/share/${name()}/${this.below(1000)}.conf \\`;
      return `  let ${name()} = await ${name()}(${this.below(10_000)}, "${this.#rank(this.#english)}");`;
    });
    return `\`\`\`ts\n${lines.join("\n")}\n\`\`\``;
  }
}
