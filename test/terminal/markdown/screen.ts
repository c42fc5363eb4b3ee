import * as graphemes from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import type { MarkdownOptions } from "../../../src/terminal/markdown/options.ts";
import { paletteOf } from "../../../src/terminal/theme.ts";
import type { Reflow } from "../../../src/terminal/reflow.ts";

/** A terminal of 80 columns and sixteen colours that has everything the renderer may use. */
export const capable: MarkdownOptions = {
  columns: 80,
  rows: 24,
  width: 100,
  palette: paletteOf({ level: 1, name: "auto", background: null }),
  hyperlinks: true,
  synchronized: true,
  unicode: true,
  cursor: true,
  reflow: "all",
};

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  /** What happens at a resize to rows that are too long: as in `MarkdownOptions`; all but the cursor's are wrapped by default. */
  readonly reflow?: Reflow;
}

/** A headless xterm that counts columns as terminals with grapheme clusters do. */
export class Screen {
  readonly terminal: headless.Terminal;

  constructor({ columns, rows, reflow = "above" }: ScreenOptions) {
    this.terminal = new headless.Terminal({
      allowProposedApi: true,
      cols: columns,
      rows,
      scrollback: 100_000,
      convertEol: true,
      reflowCursorLine: reflow === "all",
      // The consoles of old Windows wrapped nothing anew.
      ...(reflow === "none" ? { windowsPty: { backend: "winpty", buildNumber: 17_000 } } : {}),
    });
    this.terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
  }

  /** Resolves when everything written so far is on the screen. */
  async write(bytes: string): Promise<void> {
    await new Promise<void>((resolve) => this.terminal.write(bytes, resolve));
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
  }

  /** The text from the oldest line on; rows the terminal wrapped are joined, as a copy is. */
  text(): string {
    const lines: string[] = [];
    for (const { text, wrapped } of this.#rows()) {
      if (wrapped && lines.length > 0) lines[lines.length - 1] += text;
      else lines.push(text);
    }
    return lines
      .map((line) => line.trimEnd())
      .join("\n")
      .trimEnd();
  }

  /** Every row with the looks of its characters, as one string a row. */
  looks(): string[] {
    const { active } = this.terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, y) => {
      const line = active.getLine(y);
      let row = line?.isWrapped ? "(wrapped) " : "";
      let current = "";
      for (let x = 0; x < this.terminal.cols; x += 1) {
        const cell = line?.getCell(x);
        if (cell === undefined || cell.getWidth() === 0) continue;
        const blank = cell.getChars() === "" || cell.getChars() === " ";
        const flags = [cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isStrikethrough()];
        const look = blank
          ? current
          : `${cell.isFgDefault() ? "" : cell.getFgColor()}${flags.map(Boolean).map(Number).join("")}`;
        if (look !== current) row += `{${look}}`;
        current = look;
        row += cell.getChars() || " ";
      }
      return row.trimEnd();
    });
    while (rows.at(-1) === "") rows.pop();
    return rows;
  }

  cursorColumn(): number {
    return this.terminal.buffer.active.cursorX;
  }

  dispose(): void {
    this.terminal.dispose();
  }

  #rows() {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, y) => {
      const line = active.getLine(y);
      return { text: line?.translateToString(false) ?? "", wrapped: line?.isWrapped ?? false };
    });
  }
}
