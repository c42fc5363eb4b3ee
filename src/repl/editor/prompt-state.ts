import type { Words } from "../../words/types.ts";
import { commandOf, type Command, prefixes } from "./bindings.ts";
import { type Cell, cellsOf, fitted, lineCells } from "./cells.ts";
import type { Completion } from "./completion.ts";
import { Completing } from "./completion-menu.ts";
import { Draft, type KillRing } from "./draft.ts";
import { edits } from "./edits.ts";
import { graphemes } from "../../terminal/width.ts";
import type { KeyEvent } from "./keys.ts";
import { type Frame, type Layout, offsetAt, type ScreenRow, TextLayout } from "./layout.ts";
import { lineEnd } from "./motions.ts";
import { foreign, type Origins, type Stretch } from "./origin.ts";
import { cleanText, type Pastes } from "./paste.ts";
import { leadCells, type Prompt } from "./prompt.ts";
import { Searching } from "./history-search-ui.ts";
import { HistoryWalk } from "./history-cursor.ts";
import { ViKeys } from "./vi.ts";
import type { ViRegister } from "./vi-changes.ts";

/** What a key asks of the terminal or of the caller, beyond a change of what is written. */
export type PromptOutcome =
  /** `written`: the same with marks for long pastes. */
  | { readonly type: "line"; readonly line: Stretch; readonly written: Stretch }
  /** Up with nothing written, where messages are queued. */
  | { readonly type: "takeBack" }
  /** Escape with nothing on the screen that it could close. */
  | { readonly type: "cancel" }
  | { readonly type: "interrupt" }
  | { readonly type: "end" }
  | { readonly type: "abandon" }
  | { readonly type: "complete" }
  | { readonly type: "openEditor" }
  | { readonly type: "pasteClipboard" }
  | { readonly type: "clearScreen" }
  | { readonly type: "suspend" };

export interface PromptingOptions {
  readonly prompt: Prompt;
  readonly initial: Stretch;
  /** Oldest first; asked for when first needed. */
  readonly history: () => readonly string[];
  readonly kills: KillRing;
  readonly pastes: Pastes;
  /** Of the lines of this session. */
  readonly origins: Origins;
  readonly words: Words["editor"];
  /** What to say below a text, or null. */
  readonly hint?: ((text: string) => string | null) | undefined;
  readonly columns: () => number;
  /** True swaps Enter and Alt-Enter. */
  readonly multiline: () => boolean;
  /** Whether messages are queued. */
  readonly queued: () => boolean;
  /** Set where the keys are those of vi. */
  readonly vi: ViOptions | null;
}

interface ViOptions {
  /** Shared by all prompts of a session. */
  readonly register: ViRegister;
  /** Stands in the place of the prompt in normal mode; as wide. */
  readonly prompt: Prompt;
}

const swaps: Readonly<Record<string, string>> = { Enter: "M-Enter", "M-Enter": "Enter" };

/** One prompt being answered: takes keys, holds what is written, and says what to show. Does no input or output. */
export class Prompting {
  readonly #options: PromptingOptions;
  readonly #draft: Draft;
  readonly #completing: Completing;
  readonly #layout: TextLayout;
  readonly #vi: ViKeys | null;
  #walk: HistoryWalk | null = null;
  #search: Searching | null = null;
  /** A first key of two. */
  #prefix = "";
  /** The column that moving up and down keeps to. */
  #goal: number | null = null;
  /** First row shown when there are more than the screen has. */
  #top = 0;
  #touched = false;

  constructor(options: PromptingOptions) {
    this.#options = options;
    this.#draft = new Draft(options.kills, options.initial);
    this.#completing = new Completing(this.#draft);
    this.#vi = options.vi === null ? null : new ViKeys(this.#draft, options.vi.register);
    this.#layout = new TextLayout((mark) => options.pastes.label(mark, options.words));
  }

  /** What is written, with marks for shortened pastes. */
  get text(): string {
    return this.#draft.text;
  }

  get caret(): number {
    return this.#draft.caret;
  }

  /** What is written and where it came from. */
  get written(): Stretch {
    return this.#draft.written;
  }

  /** Whether anything is to be seen beside an empty line. */
  get blank(): boolean {
    return this.#draft.text === "" && this.#search === null;
  }

  /** Whether any key but Ctrl-C was pressed. */
  get touched(): boolean {
    return this.#touched;
  }

  handle(event: KeyEvent): PromptOutcome | null {
    const vi = this.#vi;
    if (vi === null) return this.#meant(event);
    if (this.#search !== null) {
      const outcome = this.#meant(event);
      vi.settle();
      return outcome;
    }
    // Escape with a character right behind it is sent as Alt with that character, which vi has no use for.
    const behindEscape = event.type === "key" ? /^M-(.)$/u.exec(event.key)?.[1] : undefined;
    if (behindEscape !== undefined) {
      return this.#first([
        { type: "key", key: "Escape" },
        { type: "text", text: behindEscape },
      ]);
    }
    const characters = event.type === "text" ? graphemes(event.text) : [];
    if (characters.length > 1 && vi.mode === "normal") {
      return this.#first(characters.map((text) => ({ type: "text", text })));
    }
    const outcome = this.#viStep(vi, event);
    vi.settle();
    return outcome;
  }

  /** Handles the keys up to one that asks for something. */
  #first(events: readonly KeyEvent[]): PromptOutcome | null {
    for (const event of events) {
      const outcome = this.handle(event);
      if (outcome !== null) return outcome;
    }
    return null;
  }

  #viStep(vi: ViKeys, event: KeyEvent): PromptOutcome | null {
    const step = vi.take(event);
    if (step.type === "pass") return this.#meant(event);
    this.#touched = true;
    this.#completing.close();
    if (step.type === "again") vi.again(() => this.#first(step.events));
    if (step.type !== "run") return null;
    if (step.command !== "up" && step.command !== "down") this.#goal = null;
    for (let left = step.times; left > 1; left--) this.#run(step.command);
    return this.#run(step.command);
  }

  #meant(event: KeyEvent): PromptOutcome | null {
    if (event.type === "position" || event.type === "focus") return null;
    const key = event.type === "key" ? event.key : "";
    if (key !== "C-c") this.#touched = true;
    const command = this.#commandFor(key);
    if (this.#search !== null) {
      const took = this.#search.take(event, command);
      if (took === "taken") return null;
      this.#leaveSearch(took === "accept");
      if (took === "cancel") return null;
    }
    if (command !== "complete" && command !== "completeBack" && command !== "cancel") this.#completing.close();
    if (command !== "up" && command !== "down") this.#goal = null;
    if (event.type === "text") this.#draft.type(cleanText(event.text));
    // Terminals that paste text alone send an empty paste for a picture.
    if (event.type === "paste" && event.text === "") return { type: "pasteClipboard" };
    if (event.type === "paste") this.paste(this.#options.pastes.insertable(event.text));
    return command === undefined ? null : this.#run(command);
  }

  /** Takes the candidates that were asked for. */
  completed(completion: Completion): void {
    this.#completing.take(completion);
  }

  /** Inserts what was pasted: a text fit for a message, or a mark. */
  paste(text: string): void {
    this.#draft.replace(this.#draft.caret, this.#draft.caret, foreign(text));
  }

  /** Takes a text written elsewhere in place of what is written here; the pictures that it still names stay. */
  replaceText(text: string): void {
    const { pastes } = this.#options;
    this.#replaceAll(pastes.withMarks(foreign(cleanText(text)), pastes.picturesIn(this.#draft.text)));
  }

  /** Takes a message that was queued into the line again. */
  takeBack(message: Stretch): void {
    this.#replaceAll(message);
  }

  #replaceAll(by: Stretch): void {
    this.#draft.replace(0, this.#draft.text.length, by);
  }

  /** An empty prompt again. What was written can be had back by undoing. */
  reset(): void {
    this.replaceText("");
    this.#walk = null;
    this.#touched = false;
    this.#vi?.reset();
  }

  /** The whole prompt and text as lines, to be left on the screen; something may follow the last. */
  lines(after = ""): Cell[][] {
    const { prompt, pastes, words, columns } = this.#options;
    const lead = leadCells(prompt, columns());
    const label = (mark: string) => pastes.label(mark, words);
    const lines = this.#draft.text.split("\n").map((line, index) => {
      const start = index === 0 ? lead.first : lead.further;
      return start.concat(lineCells(line, label));
    });
    lines.at(-1)?.push(...cellsOf(after, ""));
    return lines;
  }

  /** @param height rows of the screen */
  frame(height: number): Frame {
    const columns = this.#options.columns();
    const { words } = this.#options;
    const searching = this.#search;
    const menu = this.#completing.rows(columns, height, words.moreCandidates);
    const status = searching?.status(columns, words);
    const below = status === undefined ? (menu.length > 0 ? menu : this.#hint(columns)) : status.rows;
    const { rows, caret } =
      searching === null ? this.#lay() : searching.lay(this.#lay(searching.text, searching.caret));
    const room = Math.max(1, height - below.length);
    this.#top = Math.max(Math.min(this.#top, caret.row, rows.length - room), caret.row - room + 1, 0);
    const shown = rows.slice(this.#top, this.#top + room).map(({ cells }) => cells);
    const place =
      status === undefined
        ? { row: caret.row - this.#top, column: caret.column }
        : { row: shown.length + status.caret.row, column: status.caret.column };
    return { rows: [...shown, ...below], caret: place };
  }

  #hint(columns: number): Cell[][] {
    const hint = this.#options.hint?.(this.#draft.text) ?? null;
    return hint === null ? [] : [[...fitted(cellsOf(hint, "muted"), columns)]];
  }

  #history(): HistoryWalk {
    this.#walk ??= new HistoryWalk(this.#options.history());
    return this.#walk;
  }

  #lay(text = this.#draft.text, caret = this.#draft.caret): Layout {
    const columns = this.#options.columns();
    const { prompt, vi } = this.#options;
    const lead = leadCells(this.#vi?.mode === "normal" ? (vi?.prompt ?? prompt) : prompt, columns);
    return this.#layout.lay({ text, caret, columns, prompt: lead.first, continuation: lead.further });
  }

  #commandFor(key: string): Command | undefined {
    const whole = this.#prefix + key;
    this.#prefix = "";
    if (prefixes.has(whole)) this.#prefix = `${whole} `;
    const swapped = this.#options.multiline() ? (swaps[whole] ?? whole) : whole;
    return commandOf(swapped) ?? (key === "C-c" ? "interrupt" : undefined);
  }

  #run(command: Command): PromptOutcome | null {
    switch (command) {
      case "submit":
        return this.#submit();
      case "interrupt":
        return { type: this.#draft.text === "" ? "interrupt" : "abandon" };
      case "deleteOrEnd":
        if (this.#draft.text === "") return { type: "end" };
        edits.deleteRight(this.#draft);
        return null;
      case "up":
        return this.#vertical(-1);
      case "down":
        return this.#vertical(1);
      case "historyStart":
        return this.#recall((walk) => walk.go(Number.NEGATIVE_INFINITY, this.#draft.text));
      case "historyEnd":
        return this.#recall((walk) => walk.go(Number.POSITIVE_INFINITY, this.#draft.text));
      case "searchOlder":
      case "searchNewer":
        this.#search = new Searching(this.#history().entries, this.#draft.text, this.#draft.caret);
        return null;
      case "complete":
        return this.#completing.tab(1) ? { type: "complete" } : null;
      case "completeBack":
        this.#completing.tab(-1);
        return null;
      case "cancel":
        return this.#completing.cancel() ? null : { type: "cancel" };
      case "openEditor":
      case "pasteClipboard":
      case "clearScreen":
      case "suspend":
        return { type: command };
      default:
        edits[command](this.#draft);
        return null;
    }
  }

  /** Enter: a new line when a single backslash stands at the end of this one, else the text is done. */
  #submit(): PromptOutcome | null {
    const { text, caret } = this.#draft;
    const backslashes = /\\+$/.exec(text.slice(0, caret))?.[0].length ?? 0;
    if (backslashes % 2 === 1 && lineEnd(text, caret) === caret) {
      this.#draft.replace(caret - 1, caret, "\n");
      return null;
    }
    const line = this.#options.pastes.wholeStretch(this.#draft.written);
    this.#options.origins.remember(line);
    return { type: "line", line, written: this.#draft.written };
  }

  #vertical(step: 1 | -1): PromptOutcome | null {
    if (step === -1 && this.#draft.text === "" && this.#options.queued()) return { type: "takeBack" };
    const { rows, caret } = this.#lay();
    const target: ScreenRow | undefined = rows[caret.row + step];
    if (target === undefined) {
      this.#goal = null;
      return this.#recall((walk) => walk.go(step, this.#draft.text));
    }
    this.#goal ??= caret.column;
    this.#draft.moveTo(offsetAt(target, this.#goal));
    return null;
  }

  #recall(find: (walk: HistoryWalk) => string | null): null {
    const { origins } = this.#options;
    origins.remember(this.#draft.written);
    const text = find(this.#history());
    if (text === null) return null;
    const written = origins.of(text);
    // A stored entry may hold what is taken out of a text that is typed.
    const clean = cleanText(text);
    if (origins.knows(text)) this.#replaceAll(this.#options.pastes.withMarks(written));
    else this.#replaceAll(foreign(clean));
    return null;
  }

  #leaveSearch(accept: boolean): void {
    const match = this.#search?.match ?? null;
    this.#search = null;
    if (!accept || match === null) return;
    this.#recall((walk) => walk.goTo(match.entry, this.#draft.text));
    this.#draft.moveTo(match.from);
  }
}
