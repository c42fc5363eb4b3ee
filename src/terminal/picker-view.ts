import { ownRows, paintedWidth } from "./own-line.ts";
import { sanitize } from "./sanitize.ts";
import type { Terminal } from "./terminal.ts";
import { clipped, displayWidth } from "./width.ts";

/** What the list shows of a row. All of it may come from outside. */
export interface PickerCells {
  /** In front, lined up right. */
  readonly age: string;
  readonly title: string;
  /** Behind the title, where there is room: the first before the second. */
  readonly facts: readonly [string, string];
}

/** A part of what is known of a row; it may have several lines, and come from outside. */
export interface PreviewPart {
  readonly text: string;
  readonly kind: "facts" | "question" | "answer";
}

export interface PickerScene {
  /** All rows that the filter leaves. */
  readonly rows: readonly PickerCells[];
  /** Place of the chosen one among them; -1 where there is none. */
  readonly active: number;
  readonly title: string;
  readonly filter: string;
  /** In place of the list where it is empty. */
  readonly empty: string;
  readonly preview: readonly PreviewPart[];
  readonly hint: string;
}

/** Where what stands: rows of the list and of the preview, and columns of the list. */
export interface PickerLayout {
  readonly list: number;
  readonly preview: number;
  readonly listColumns: number;
  /** Columns of the preview beside the list; 0 where it is below. */
  readonly beside: number;
}

/** Columns from which on the preview stands beside the list. */
const wide = 100;
/** Columns that a title has at least before facts behind it are left out. */
const leastTitle = 24;

/** @param hint what stands below, in as many rows as it takes */
export function layoutOf({ rows, columns }: Terminal, found: number, hint: string): PickerLayout {
  const width = columns - 1;
  // The line with the filter, the hint, and one to spare.
  const free = Math.max(1, rows - 2 - hintRows(hint, width).length);
  if (columns >= wide) {
    const listColumns = Math.floor(width / 2);
    return { list: free, preview: free, listColumns, beside: width - listColumns - 3 };
  }
  if (free < 11) return { list: free, preview: 0, listColumns: width, beside: 0 };
  const list = Math.min(Math.max(1, found), Math.floor(free / 2));
  return { list, preview: free - list - 1, listColumns: width, beside: 0 };
}

/** The line with the filter, and all below it. */
export function drawPicker(terminal: Terminal, scene: PickerScene, layout: PickerLayout): [string, string] {
  const ink = terminal.ink.err;
  const width = terminal.columns - 1;
  const head = `${ink.strong(clipped(scene.title, Math.floor(width / 2)))} ${scene.filter}`;
  const list =
    scene.rows.length === 0 ? [ink.warning(clipped(`  ${scene.empty}`, width))] : listRows(terminal, scene, layout);
  const body =
    layout.beside > 0 ? besideEachOther(terminal, scene, list, layout) : [...list, ...below(terminal, scene, layout)];
  return [head, [...body, ...hintRows(scene.hint, width).map(ink.muted)].join("\n")];
}

/** The keys with what they do, none apart from it. */
function hintRows(hint: string, width: number): string[] {
  const rows: string[] = [];
  for (const part of hint.split(" · ")) {
    const last = rows.at(-1);
    if (last !== undefined && displayWidth(`${last} · ${part} ·`) <= width) rows[rows.length - 1] = `${last} · ${part}`;
    else rows.push(part);
  }
  return rows.map((row, index) => clipped(index < rows.length - 1 ? `${row} ·` : row, width));
}

function listRows(
  { ink, symbols }: Terminal,
  { rows, active }: PickerScene,
  { list, listColumns }: PickerLayout,
): string[] {
  const from = Math.max(0, Math.min(active - Math.floor(list / 2), rows.length - list));
  const shown = rows
    .slice(from, from + list)
    .map(({ age, title, facts }) => ({ age, title: sanitize(title), facts: facts.map(sanitize) }));
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(displayWidth));
  const ageWidth = widest(shown.map(({ age }) => age));
  const factWidths = [0, 1].map((at) => widest(shown.map(({ facts }) => facts[at]!)));
  const room = listColumns - ageWidth - 4;
  // As many of the facts as leave the titles room.
  const counts =
    [2, 1, 0].find(
      (count) => room - factWidths.slice(0, count).reduce((sum, each) => sum + each + 2, 0) >= leastTitle,
    ) ?? 0;
  const titleWidth = room - factWidths.slice(0, counts).reduce((sum, each) => sum + each + 2, 0);
  const isMore = { above: from > 0, below: from + list < rows.length };
  return shown.map(({ age, title, facts }, index) => {
    const isChosen = from + index === active;
    const edge = index === 0 && isMore.above ? symbols.up : index === list - 1 && isMore.below ? symbols.down : " ";
    const paint = isChosen ? ink.err.accent : ink.err.muted;
    const text = padded(clipped(title, titleWidth), counts > 0 ? titleWidth : 0);
    const behind = facts.slice(0, counts).map((fact, at) => `  ${at === 0 ? padded(fact, -factWidths[at]!) : fact}`);
    const mark = isChosen ? symbols.pointer : edge;
    return `${paint(`${mark} ${padded(age, -ageWidth)}`)}  ${isChosen ? ink.err.accent(text) : text}${paint(behind.join(""))}`;
  });
}

/** @param width columns; negative: the text ends there */
function padded(text: string, width: number): string {
  const space = " ".repeat(Math.max(0, Math.abs(width) - displayWidth(text)));
  return width < 0 ? space + text : text + space;
}

function previewRows({ ink, symbols }: Terminal, parts: readonly PreviewPart[], width: number, max: number): string[] {
  const { muted, accent } = ink.err;
  const paint = { facts: muted, question: accent, answer: String };
  const lines = parts.flatMap(({ text, kind }) => {
    const lead = kind === "question" ? `${symbols.pointer} ` : "";
    const rows = ownRows(sanitize(text).replaceAll("\t", "  "), Math.max(1, width - lead.length), "cut");
    return rows.map((row, index) =>
      row === "" ? "" : paint[kind]((index === 0 ? lead : " ".repeat(lead.length)) + row),
    );
  });
  return lines.slice(0, max);
}

function below(terminal: Terminal, { preview }: PickerScene, layout: PickerLayout): string[] {
  return layout.preview > 0 ? ["", ...previewRows(terminal, preview, layout.listColumns, layout.preview)] : [];
}

function besideEachOther(
  terminal: Terminal,
  { preview }: PickerScene,
  list: readonly string[],
  layout: PickerLayout,
): string[] {
  const right = previewRows(terminal, preview, layout.beside, layout.preview);
  const bar = terminal.ink.err.muted(terminal.symbols.bar);
  return Array.from({ length: Math.max(list.length, right.length) }, (_, index) => {
    const left = list[index] ?? "";
    return `${left}${" ".repeat(Math.max(0, layout.listColumns - paintedWidth(left)))} ${bar} ${right[index] ?? ""}`.trimEnd();
  });
}
