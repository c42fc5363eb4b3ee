import type { ChatEvent } from "../../chat/events.ts";

const opening = "<think>";
const closing = "</think>";
/** Blanks that are waited through for what comes behind them; a model that says nothing else is known to say them without end. */
const maxBlanks = 1024;
/** Characters behind `</think>` that are held where an opening tag within the thinking has none of its own yet. */
const maxDoubtful = 4096;

/** Characters of text behind which a closing tag without an opening one is not looked for any more. */
const maxThought = 1024 * 1024;

type TagEvent = Extract<ChatEvent, { type: "reasoning" | "text" | "rethink" }>;

/**
 * Tells `<think>…</think>` from the answer, wherever the chunks are cut. What counts as a tag:
 *
 * - `<think>` at the start of the content, and again behind a block that has ended; not in the midst of an answer.
 * - `</think>` within such a block, unless it stands in quotes or backticks. Where the thinking held another `<think>`, the last
 *   closing tag of the next 4,096 characters ends the block.
 * - `</think>` without any opening (the prompt held it, as with the template of DeepSeek's R1): the first one, at the start of a
 *   line or the end of a sentence, followed by a line break, outside of code, with no `<think>` before it, and only where no
 *   thinking came in a field of its own. What came before it was thinking: `rethink` says so, as it may be shown already.
 *
 * A line break after the opening tag and blank lines after the closing one belong to neither. Any other tag is text.
 */
export class ThinkTags {
  #place: "start" | "opened" | "inside" | "doubtful" | "closed" | "after" = "start";
  #held = "";
  /** Opening tags within the thinking that no closing one has answered. */
  #nested = 0;
  /** What was given as text, as long as a closing tag may still make thinking of it; null when none can any more. */
  #given: string | null = "";
  /** Whether a block came before. */
  #again = false;

  /** Where thinking comes in a field of its own, tags in the content are the answer's. */
  ignore(): void {
    if (this.#place === "start") this.#place = "after";
    this.#given = null;
  }

  push(text: string): TagEvent[] {
    this.#held += text;
    return this.#read(false);
  }

  end(): TagEvent[] {
    return this.#read(true);
  }

  /** Reads what is held, place by place, until more is needed. */
  #read(isEnd: boolean): TagEvent[] {
    const events: TagEvent[] = [];
    for (let before: string | null = null; before !== this.#place;) {
      before = this.#place;
      if (this.#place === "start") this.#readStart(isEnd);
      if (this.#place === "opened") this.#readOpened(events);
      if (this.#place === "inside") events.push(...this.#readInside(isEnd));
      if (this.#place === "doubtful") events.push(...this.#readDoubtful(isEnd));
      if (this.#place === "closed") this.#readClosed(isEnd);
    }
    if (this.#place === "after") events.push(...this.#readAfter(isEnd));
    return events;
  }

  #take(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  #readStart(isEnd: boolean): void {
    const start = this.#held.trimStart();
    if (this.#held.length - start.length > maxBlanks) this.#place = "after";
    else if (start.startsWith(opening)) {
      this.#place = "opened";
      this.#held = start.slice(opening.length);
    } else if (!opening.startsWith(start) || isEnd) this.#place = "after";
  }

  #readOpened(events: TagEvent[]): void {
    if (this.#held === "") return;
    this.#held = this.#held.replace(/^\n/u, "");
    this.#place = "inside";
    if (this.#again) events.push({ type: "reasoning", text: "\n\n" });
    this.#again = true;
    this.#given = null;
  }

  /** What of the thinking is sure to be no part of a tag. */
  #readInside(isEnd: boolean): TagEvent[] {
    let from = 0;
    while (true) {
      const at = this.#held.indexOf("<", from);
      // A quote may stand before a tag that is still to come.
      if (at < 0) return this.#giveThought(this.#held.length - (!isEnd && /["'`]$/u.test(this.#held) ? 1 : 0));
      const rest = this.#held.slice(at, at + closing.length + 1);
      const tag = [opening, closing].find((word) => rest.startsWith(word));
      const isCut = [opening, closing].some((word) => word.startsWith(rest)) || rest === tag;
      const isQuote = /["'`]/u.test(this.#held[at - 1] ?? "");
      if (isCut && !isEnd && (tag === undefined || isQuote)) return this.#giveThought(isQuote ? at - 1 : at);
      const end = at + (tag?.length ?? 1);
      if (tag === opening && !(isQuote && isQuoted(this.#held, at, end))) this.#nested++;
      if (tag === closing && !(isQuote && isQuoted(this.#held, at, end))) {
        const events = this.#giveThought(at);
        if (this.#nested > 0) this.#place = "doubtful";
        else this.#close();
        return events;
      }
      from = end;
    }
  }

  #giveThought(end: number): TagEvent[] {
    const thought = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    return tagEvents("reasoning", thought);
  }

  /** Held from a closing tag on that may belong to an opening one within the thinking. */
  #readDoubtful(isEnd: boolean): TagEvent[] {
    const events: TagEvent[] = [];
    while (this.#nested > 0) {
      const next = this.#held.indexOf(closing, closing.length);
      if (next < 0 && !isEnd && this.#held.length < maxDoubtful) return events;
      if (next < 0) break;
      this.#nested += this.#held.slice(0, next).split(opening).length - 2;
      events.push(...this.#giveThought(next));
    }
    this.#close();
    return events;
  }

  /** Ends the block with the closing tag that is held first; blanks behind it that no answer follows are dropped. */
  #close(): void {
    this.#place = "closed";
    this.#held = this.#held.slice(closing.length);
  }

  #readClosed(isEnd: boolean): void {
    this.#nested = 0;
    const text = this.#held.trimStart();
    const blanks = this.#held.length - text.length;
    if (blanks <= maxBlanks) {
      if (text === "") return;
      if (text.startsWith(opening)) {
        this.#place = "opened";
        this.#held = text.slice(opening.length);
        return;
      }
      if (!isEnd && opening.startsWith(text)) return;
      this.#held = this.#held.replace(/^\s*\n/u, "");
    }
    this.#place = "after";
  }

  #readAfter(isEnd: boolean): TagEvent[] {
    if (this.#given === null) return tagEvents("text", this.#take());
    const at = this.#held.indexOf(closing);
    if (at < 0) return this.#giveText(this.#held.length - (isEnd ? 0 : overlap(this.#held, closing)));
    const behind = this.#held.slice(at + closing.length);
    if (/^[ \t\r]*$/u.test(behind) && !isEnd) return this.#giveText(at);
    const before = this.#given + this.#held.slice(0, at);
    this.#given = null;
    if (!endsThinking(before, behind)) return tagEvents("text", this.#take());
    const events = tagEvents("text", this.#held.slice(0, at));
    this.#held = behind;
    this.#place = "closed";
    this.#again = true;
    return [...events, { type: "rethink" }, ...this.#read(isEnd)];
  }

  #giveText(end: number): TagEvent[] {
    const text = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    this.#given = this.#given!.length < maxThought ? this.#given + text : null;
    return tagEvents("text", text);
  }
}

/** Whether a closing tag without an opening one ends thinking, rather than being spoken of. */
function endsThinking(before: string, behind: string): boolean {
  if (!/^[ \t]*(?:\r?\n|$)/u.test(behind) || before.includes(opening)) return false;
  // A line that ends with a colon brings an example.
  if (/[:：]\s*$/u.test(before)) return false;
  if (!/(?:^|\n)[ \t]*$|[.!?…。！？”"'’)）\]]\s*$/u.test(before)) return false;
  const fences = before.match(/^ {0,3}(?:```|~~~)/gmu)?.length ?? 0;
  return fences % 2 === 0;
}

function isQuoted(text: string, start: number, end: number): boolean {
  return text[start - 1] === text[end];
}

function tagEvents(type: "reasoning" | "text", text: string): TagEvent[] {
  return text === "" ? [] : [{ type, text }];
}

/** Length of the longest end of `text` that is a beginning of `word`. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(text.length, word.length - 1); length > 0; length--) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}
