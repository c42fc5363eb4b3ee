import type { UploadWords } from "../words/types.ts";
import { shortBytes } from "./figures.ts";
import { LiveRow } from "./live-row.ts";
import { timeLeft } from "./local-time.ts";
import { sanitizeLine } from "./sanitize.ts";
import { spinnerFrames } from "./spinner.ts";
import type { Terminal } from "./terminal.ts";
import type { Ink } from "./theme.ts";
import { clipped, displayWidth, shortened } from "./width.ts";

/** Milliseconds between two drawings on a terminal, and between two lines elsewhere. */
const pause = 100;
const linePause = 30_000;
/** Milliseconds over which the rate is measured, and from which on it says something. */
const rateSpan = 5000;
const rateFrom = 1000;
/** Cells of the bar, columns between the parts of the row, and columns that a name keeps where there is no room for all. */
const [cells, gap, leastName] = [24, 2, 8];

/** A file on its way to a service. */
export interface FileUpload {
  /** As it is shown. */
  readonly name: string;
  readonly provider: string;
  /** Bytes. */
  readonly size: number;
}

/** How an upload stands. */
export interface UploadState extends FileUpload {
  /** Bytes that have gone out. */
  readonly sent: number;
  /** Bytes a second; null where nothing can be said yet. */
  readonly rate: number | null;
  /** Milliseconds since the last byte went out; null while some are left. */
  readonly waited: number | null;
}

/**
 * Shows a file's way to a service: a row on a terminal, which leaves no trace, with the bytes that have gone out and then how long the
 * service takes to read them; elsewhere a line every 30 seconds. What is over at once shows nothing. Under `--quiet` nothing is shown.
 */
export class UploadRow implements Disposable {
  readonly #terminal: Terminal;
  readonly #words: UploadWords;
  readonly #file: FileUpload;
  readonly #row: LiveRow;
  readonly #timer: NodeJS.Timeout;
  /** Moments of `performance.now()` with the bytes sent until then, oldest first. */
  #samples: { readonly at: number; readonly sent: number }[] = [{ at: performance.now(), sent: 0 }];
  #sent = 0;
  #sentAllAt: number | null = null;
  #turns = 0;
  #shown = "";

  constructor(terminal: Terminal, words: UploadWords, file: FileUpload) {
    [this.#terminal, this.#words] = [terminal, words];
    this.#file = { ...file, name: sanitizeLine(file.name), provider: sanitizeLine(file.provider) };
    this.#row = new LiveRow(terminal);
    const [show, each] = this.#row.isPossible ? [() => this.#draw(), pause] : [() => this.#say(), linePause];
    this.#timer = setInterval(show, each).unref();
  }

  /** @param bytes that have gone out so far; what surrounds the file in the request may be among them */
  readonly onSent = (bytes: number): void => {
    const { size } = this.#file;
    this.#sent = Math.min(bytes, size);
    this.#sentAllAt = this.#sent < size ? null : (this.#sentAllAt ?? performance.now());
  };

  /** Takes the row away; to be called before anything else is written. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#row.clear();
  }

  #state(): UploadState {
    const now = performance.now();
    const sent = this.#sent;
    // A request that is sent once more begins from nothing.
    if (sent < this.#samples.at(-1)!.sent) this.#samples = [];
    this.#samples.push({ at: now, sent });
    while (this.#samples.length > 2 && now - this.#samples[1]!.at > rateSpan) this.#samples.shift();
    const first = this.#samples[0]!;
    const rate = now - first.at < rateFrom ? null : ((sent - first.sent) / (now - first.at)) * 1000;
    return { ...this.#file, sent, rate, waited: this.#sentAllAt === null ? null : now - this.#sentAllAt };
  }

  #draw(): void {
    const { columns, ink, unicode, symbols } = this.#terminal;
    const frames = spinnerFrames(unicode);
    const sign = frames[this.#turns++ % frames.length]!;
    const { text, painted } = uploadRow(this.#state(), this.#words, {
      columns,
      ink: ink.err,
      unicode,
      dot: symbols.dot,
      sign,
    });
    if (text === this.#shown) return;
    this.#shown = text;
    this.#row.draw(text, painted);
  }

  #say(): void {
    this.#terminal.say(uploadLine(this.#state(), this.#words));
  }
}

/** What a row is drawn for. */
export interface UploadLook {
  readonly columns: number;
  readonly ink: Ink;
  readonly unicode: boolean;
  /** Between two facts. */
  readonly dot: string;
  /** The picture of what turns. */
  readonly sign: string;
}

/** The row of an upload, narrower than the terminal: the facts at its end go first, the name is cut in its middle. */
export function uploadRow(
  state: UploadState,
  words: UploadWords,
  { columns, ink, unicode, dot, sign }: UploadLook,
): { readonly text: string; readonly painted: string } {
  const room = columns - 1;
  if (state.waited !== null) {
    const rest = ` ${dot} ${elapsed(state.waited)}`;
    const label = labelWith((name) => words.reading({ ...state, name }), state.name, room - 2 - displayWidth(rest));
    return { text: `${sign} ${label}${rest}`, painted: `${ink.accent(sign)} ${label}${ink.muted(rest)}` };
  }
  const { facts, width, isBarred } = shownFacts(state, words, room, dot);
  const share = state.size === 0 ? 0 : state.sent / state.size;
  const [full, empty] = unicode ? ["━", "─"] : ["=", "-"];
  const filled = full.repeat(Math.floor(share * cells));
  const left = empty.repeat(cells - filled.length);
  const used = gap + (isBarred ? cells + gap : 0) + width;
  const label = labelWith((name) => words.uploading({ ...state, name }), state.name, room - used);
  const drawn = (bar: string) => `${label}  ${isBarred ? `${bar}  ` : ""}${facts}`;
  return { text: drawn(filled + left), painted: drawn(ink.accent(filled) + ink.muted(left)) };
}

/**
 * The facts that there is room for, the most important first. The room is measured by the widest that they can be, so that what stands
 * before them does not move while they change.
 */
function shownFacts(
  { name, provider, sent, size, rate }: UploadState,
  words: UploadWords,
  room: number,
  dot: string,
): { readonly facts: string; readonly width: number; readonly isBarred: boolean } {
  const between = ` ${dot} `;
  const percent = `${Math.floor((size === 0 ? 0 : sent / size) * 100)}%`.padStart(4);
  const facts = [percent, words.bytes({ sent: shortBytes(sent), size: shortBytes(size) })];
  if (rate !== null) facts.push(words.rate({ rate: shortBytes(rate) }));
  if (rate !== null && rate > 0) facts.push(words.left({ time: timeLeft(((size - sent) / rate) * 1000) }));
  const widest = [
    percent,
    words.bytes({ sent: "999 kB", size: shortBytes(size) }),
    words.rate({ rate: "999 MB" }),
    words.left({ time: "99:59:59" }),
  ];
  const widthOf = (count: number) => displayWidth(widest.slice(0, count).join(between));
  const least = displayWidth(words.uploading({ name: clipped(name, leastName), provider })) + gap;
  const count = [4, 3, 2].find((each) => least + cells + gap + widthOf(each) <= room) ?? 1;
  const width = widthOf(count);
  return { facts: facts.slice(0, count).join(between), width, isBarred: least + cells + gap + width <= room };
}

/** A label in which the name is as long as there is room for. */
function labelWith(make: (name: string) => string, name: string, room: number): string {
  const around = displayWidth(make(""));
  return clipped(make(shortened(name, Math.max(leastName, room - around))), Math.max(1, room));
}

/** How an upload stands, as a line of a log. */
function uploadLine(state: UploadState, words: UploadWords): string {
  const { sent, size, rate, waited } = state;
  if (waited !== null) return `${words.reading(state)} · ${elapsed(waited)}`;
  const facts = [words.bytes({ sent: shortBytes(sent), size: shortBytes(size) })];
  if (rate !== null) facts.push(words.rate({ rate: shortBytes(rate) }));
  return [words.uploading(state), ...facts].join(" · ");
}

/** Whole seconds that have passed. */
function elapsed(ms: number): string {
  return timeLeft(Math.floor(ms / 1000) * 1000);
}
