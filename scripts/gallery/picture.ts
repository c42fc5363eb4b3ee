/** Draws what a terminal shows as a picture: its cells as HTML, each at its own column, photographed by Chromium. */
import type { IBufferCell, Terminal } from "@xterm/headless";
import type { Browser } from "playwright-core";

export type Background = "dark" | "light";

interface Palette {
  readonly background: string;
  readonly foreground: string;
  /** The sixteen colours that a terminal's theme names. */
  readonly ansi: readonly string[];
}

const palettes: Readonly<Record<Background, Palette>> = {
  dark: {
    background: "#16181d",
    foreground: "#d7dae0",
    ansi: [
      "#3b4048",
      "#e06c75",
      "#98c379",
      "#e5c07b",
      "#61afef",
      "#c678dd",
      "#56b6c2",
      "#d7dae0",
      "#767d89",
      "#ef8790",
      "#b1d196",
      "#efd199",
      "#84c1f4",
      "#d698e8",
      "#7ccad4",
      "#ffffff",
    ],
  },
  light: {
    background: "#ffffff",
    foreground: "#24292f",
    ansi: [
      "#24292f",
      "#cf222e",
      "#116329",
      "#7d4e00",
      "#0969da",
      "#8250df",
      "#1b7c83",
      "#6e7781",
      "#57606a",
      "#a40e26",
      "#1a7f37",
      "#633c01",
      "#218bff",
      "#a475f9",
      "#3192aa",
      "#8c959f",
    ],
  },
};

/** Pixels of a cell at the size below; JetBrains Mono is three fifths of its size wide. */
const [cellWidth, cellHeight, fontSize, margin] = [8.4, 18, 14, 14];
const fonts = `"JetBrains Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "Noto Color Emoji", monospace`;

/** The colour of a place of xterm's 256 colours: the theme's sixteen, a cube of six by six by six, and greys. */
function colourOf(index: number, { ansi }: Palette): string {
  if (index < 16) return ansi[index]!;
  if (index >= 232) return `rgb(${"0,0,0".replaceAll("0", String(8 + 10 * (index - 232)))})`;
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const at = index - 16;
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map(level).join(",")})`;
}

function styleOf(cell: IBufferCell, palette: Palette): string {
  const hex = (value: number) => `#${value.toString(16).padStart(6, "0")}`;
  const of = (isPalette: boolean, isRgb: boolean, value: number) =>
    isPalette ? colourOf(value, palette) : isRgb ? hex(value) : null;
  let colour = of(cell.isFgPalette(), cell.isFgRGB(), cell.getFgColor());
  let behind = of(cell.isBgPalette(), cell.isBgRGB(), cell.getBgColor());
  if (cell.isInverse() !== 0) [colour, behind] = [behind ?? palette.background, colour ?? palette.foreground];
  const lines = [cell.isUnderline() !== 0 && "underline", cell.isStrikethrough() !== 0 && "line-through"].filter(
    Boolean,
  );
  return [
    colour !== null && `color:${colour}`,
    behind !== null && `background:${behind}`,
    cell.isBold() !== 0 && "font-weight:700",
    cell.isDim() !== 0 && "opacity:.6",
    cell.isItalic() !== 0 && "font-style:italic",
    lines.length > 0 && `text-decoration:${lines.join(" ")}`,
  ]
    .filter(Boolean)
    .join(";");
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** One row as HTML. Runs of equal style are one element; a wide character has its own, so that nothing after it is moved. */
function rowOf(terminal: Terminal, row: number, palette: Palette): string {
  const line = terminal.buffer.active.getLine(row);
  const runs: { text: string; style: string; column: number; width: number; wide: boolean }[] = [];
  for (let column = 0; column < terminal.cols; column += 1) {
    const cell = line?.getCell(column);
    if (cell === undefined) break;
    const width = cell.getWidth();
    if (width === 0) continue;
    const style = styleOf(cell, palette);
    const text = cell.getChars() || " ";
    const last = runs.at(-1);
    if (last?.style === style && !last.wide && width === 1)
      [last.text, last.width] = [last.text + text, last.width + 1];
    else runs.push({ text, style, column, width, wide: width > 1 });
  }
  return runs
    .filter(({ text, style }) => text.trim() !== "" || style !== "")
    .map(({ text, style, column, width, wide }) => {
      const place = `left:${column * cellWidth}px;width:${width * cellWidth}px${wide ? ";text-align:center" : ""}`;
      return `<span style="${place};${style.replaceAll('"', "'")}">${escaped(text)}</span>`;
    })
    .join("");
}

/** A PNG of all rows of the terminal's buffer, scrollback included; rows empty at the end are left out. */
export async function photograph(browser: Browser, terminal: Terminal, look: Background): Promise<Buffer> {
  const palette = palettes[look];
  const rows = Array.from({ length: terminal.buffer.active.length }, (_, row) => rowOf(terminal, row, palette));
  const used = rows.slice(0, rows.findLastIndex((row) => row.includes("</span>")) + 1);
  const [width, height] = [terminal.cols * cellWidth + 2 * margin, used.length * cellHeight + 2 * margin];
  const page = await browser.newPage({ viewport: { width: Math.ceil(width), height: Math.ceil(height) } });
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>
    body { margin: ${margin}px; background: ${palette.background}; color: ${palette.foreground}; }
    div { position: relative; height: ${cellHeight}px; }
    span { position: absolute; white-space: pre; font: ${fontSize}px/${cellHeight}px ${fonts}; font-variant-ligatures: none; }
  </style>${used.map((row) => `<div>${row}</div>`).join("")}`);
  const picture = await page.screenshot();
  await page.close();
  return picture;
}
