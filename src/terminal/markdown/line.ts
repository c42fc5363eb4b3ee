/**
 * A source line and how far into it reading has come. Columns count a tab as reaching to the next multiple of four, and part
 * of a tab may be consumed by a container, as the CommonMark specification has it.
 */
export class Line {
  readonly text: string;
  #offset = 0;
  #column = 0;
  /** Where the first character that is neither space nor tab stands. */
  #next = 0;
  #nextColumn = 0;
  /** A container took some of the columns of the tab at `#offset`. */
  #tabBegun = false;

  constructor(text: string) {
    this.text = text;
    this.#look();
  }

  /** Columns of space before the next character. */
  get indent(): number {
    return this.#nextColumn - this.#column;
  }

  get blank(): boolean {
    return this.#next >= this.text.length;
  }

  /** From the next character that is no space. */
  get rest(): string {
    return this.text.slice(this.#next);
  }

  /** From here, what is left of a tab as spaces. */
  get remainder(): string {
    if (!this.#tabBegun) return this.text.slice(this.#offset);
    return " ".repeat(4 - (this.#column % 4)) + this.text.slice(this.#offset + 1);
  }

  /** Passes the space before the next character, and as many characters more. */
  take(characters: number): void {
    this.#offset = this.#next + characters;
    this.#column = this.#nextColumn + characters;
    this.#tabBegun = false;
    this.#look();
  }

  /** Passes up to so many columns of space. */
  skip(columns: number): void {
    const target = this.#column + Math.min(columns, this.indent);
    while (this.#column < target) {
      const reach = this.text[this.#offset] === "\t" ? 4 - (this.#column % 4) : 1;
      if (this.#column + reach > target) break;
      this.#column += reach;
      this.#offset += 1;
    }
    this.#tabBegun = this.#column < target || (this.#tabBegun && columns === 0);
    this.#column = target;
    this.#look();
  }

  #look(): void {
    let offset = this.#offset;
    let column = this.#column;
    for (; offset < this.text.length; offset += 1) {
      const character = this.text[offset];
      if (character === " ") column += 1;
      else if (character === "\t") column += 4 - (column % 4);
      else break;
    }
    this.#next = offset;
    this.#nextColumn = column;
  }
}
