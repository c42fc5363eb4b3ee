import {
  billedFact,
  compactFact,
  endFacts,
  goodFact,
  headerFacts,
  parseMetadata,
  turnFacts,
  undoFact,
  type EndRecord,
  type TurnFacts,
} from "./metadata-read.ts";
import type { Compaction, Exchange, OwnRequests, TranscriptHeader } from "./types.ts";
import { limits, TooLarge } from "../limits.ts";
import { noNotes, withNote, type Notes } from "./notes.ts";
import { labelParts, marking, type Mark } from "./scan.ts";
import { buildExchange, type RawSection } from "./exchange.ts";
import { atOnce, type Steps } from "../steps.ts";
import { keptLength, startsMetadata, startsStructure } from "./truncation.ts";

/** Where a torn file ends, and what must be repaired before appending. */
interface Tear {
  /** Characters of the text that count. */
  readonly keep: number;
  /** The last exchange lacks its rule and end; or only its end line; or it is whole and the tear is behind it. */
  readonly missing: "rule" | "end" | "nothing";
  /** Where the exchange or line begins that breaks off. */
  readonly start: number;
}

export interface Parsed {
  readonly header: TranscriptHeader | null;
  /** Its title is the header's where no note gives one. */
  readonly notes: Notes;
  readonly exchanges: readonly Exchange[];
  readonly tear: Tear | null;
  /** The system prompt in force at the end. */
  readonly system: string | null;
  /** The first label and question; null without exchanges. */
  readonly beginning: string | null;
  readonly compaction: Compaction | null;
  readonly ownRequests: readonly OwnRequests[];
  /** Where each exchange begins in the text. */
  readonly starts: readonly number[];
}

interface Extent {
  readonly sections: RawSection[];
  /** Index of the mark to go on from. */
  readonly next: number;
  readonly rule: Mark | null;
  readonly end: EndRecord | null;
  readonly tear: Omit<Tear, "start"> | null;
}

/**
 * Reads a file's text (newlines \n, no byte order mark), in time and memory linear in it. Anything is accepted; what is not an
 * exchange is passed over. Throws TooLarge for more exchanges than a conversation may have.
 */
export function parseTranscript(text: string): Parsed {
  return atOnce(parsing(text));
}

/** The same in steps. */
export function* parsing(text: string): Steps<Parsed> {
  const marks = yield* marking(text);
  return yield* new Parser(text, marks).parse();
}

/** Marks between two steps. */
const marksEach = 500;

class Parser {
  readonly #text: string;
  readonly #marks: readonly Mark[];
  readonly #exchanges: Exchange[] = [];
  readonly #starts: number[] = [];
  #header: TranscriptHeader | null = null;
  #notes = noNotes;
  #turn: { facts: TurnFacts; start: number } | null = null;
  #system: string | null = null;
  #tear: Tear | null = null;
  #beginning: string | null = null;
  #compaction: Compaction | null = null;
  readonly #ownRequests: OwnRequests[] = [];
  /** Where the first exchange of an id is. */
  readonly #places = new Map<string, number>();

  constructor(text: string, marks: readonly Mark[]) {
    this.#text = text;
    this.#marks = marks;
  }

  *parse(): Steps<Parsed> {
    let rested = 0;
    for (let index = 0; index < this.#marks.length;) {
      if (index - rested >= marksEach) {
        rested = index;
        yield;
      }
      const mark = this.#marks[index]!;
      if (mark.type === "metadata") this.#outside(mark);
      index = isQuestion(mark) ? this.#exchange(index) : index + 1;
    }
    this.#tear ??= this.#tearOutside();
    return {
      header: this.#header,
      notes: this.#notes,
      exchanges: this.#exchanges,
      tear: this.#tear,
      system: this.#system,
      beginning: this.#beginning,
      compaction: this.#compaction,
      ownRequests: this.#ownRequests,
      starts: this.#starts,
    };
  }

  #outside(mark: Mark): void {
    const metadata = parseMetadata(mark.line);
    if (metadata?.kind === "turn") this.#turn = { facts: turnFacts(metadata.data), start: mark.start };
    else if (metadata?.kind === "conversation") {
      if (this.#header !== null) return;
      this.#header = headerFacts(metadata.data);
      if (this.#notes.title === null) this.#notes = { ...this.#notes, title: this.#header?.title ?? null };
    } else if (metadata?.kind === "undo") this.#withdraw(undoFact(metadata.data));
    else if (metadata?.kind === "good") this.#mark(goodFact(metadata.data));
    else if (metadata?.kind === "compact") this.#compaction = compactFact(metadata.data) ?? this.#compaction;
    else if (metadata?.kind === "billed") this.#ownRequests.push(...[billedFact(metadata.data) ?? []].flat());
    else if (metadata !== null) this.#notes = withNote(this.#notes, metadata.kind, metadata.data);
  }

  #withdraw(id: string | null): void {
    const index = id === null ? undefined : this.#places.get(id);
    if (index !== undefined) this.#exchanges[index] = { ...this.#exchanges[index]!, withdrawn: true };
  }

  #mark(fact: ReturnType<typeof goodFact>): void {
    const index = fact === null ? undefined : this.#places.get(fact.id);
    if (fact === null || index === undefined) return;
    const { good: _, ...exchange } = this.#exchanges[index]!;
    this.#exchanges[index] = fact.good ? { ...exchange, good: true } : exchange;
  }

  /** Reads the exchange whose question label is at `index`; gives the index to go on from. */
  #exchange(index: number): number {
    const turn = this.#turn?.facts ?? null;
    const start = this.#turn?.start ?? this.#marks[index]!.start;
    const extent = turn === null ? this.#plain(index) : this.#marked(index);
    if (turn !== null && turn.system !== undefined) this.#system = turn.system;
    this.#turn = null;
    this.#tear = extent.tear === null ? null : { ...extent.tear, start };
    this.#beginning ??= `${this.#marks[index]!.line}\n${extent.sections[0]!.text}`;
    if (this.#exchanges.length === limits.exchanges) throw new TooLarge();
    if (turn !== null && turn.id !== null && !this.#places.has(turn.id)) {
      this.#places.set(turn.id, this.#exchanges.length);
    }
    this.#starts.push(start);
    this.#exchanges.push(
      buildExchange(extent.sections, {
        turn,
        end: extent.end,
        system: turn === null ? null : this.#system,
        closed: extent.rule !== null,
        torn: extent.tear !== null,
      }),
    );
    return extent.next;
  }

  /** An exchange of ours: no line of a body has the form of a label or rule, so each one that has it is structure. */
  #marked(index: number): Extent {
    const starts = [index];
    let next = index + 1;
    for (; next < this.#marks.length; next++) {
      const mark = this.#marks[next]!;
      if (mark.type === "metadata" || !mark.terminated) continue;
      if (mark.type === "rule" || isQuestion(mark)) break;
      starts.push(next);
    }
    const closing = this.#marks[next] ?? null;
    if (closing === null) return this.#unclosed(starts, true);
    if (closing.type === "rule") return this.#closed(starts, next, true);
    return this.#cutShort(starts, next);
  }

  /**
   * An exchange of the older plain form, where nothing is escaped: it reaches to the next question, and the last rule
   * before that ends it.
   */
  #plain(index: number): Extent {
    let question = index + 1;
    while (question < this.#marks.length && !this.#opensPlain(question)) question++;
    const limit = this.#withoutMetadata(question);
    const rule = this.#marks.slice(index, limit).findLastIndex(({ type }) => type === "rule") + index;
    const starts = this.#plainSections(index, rule > index ? rule : limit);
    if (rule > index) return this.#closed(starts, rule, false);
    return limit < this.#marks.length ? this.#cutShort(starts, limit) : this.#unclosed(starts, false);
  }

  #plainSections(index: number, limit: number): number[] {
    const starts = [index];
    const ended = this.#endAt(limit + 1, this.#marks[limit]?.end ?? 0) !== null;
    const wanted = new Set(ended ? ["Thinking", "Answer", "Error", "Interrupted"] : ["Thinking", "Answer"]);
    for (let at = index + 1; at < limit; at++) {
      const mark = this.#marks[at]!;
      // A second one of the same name is text that looks like a label.
      if (mark.type === "label" && mark.terminated && wanted.delete(labelParts(mark.line).name)) starts.push(at);
    }
    return starts;
  }

  /** Whether the mark is a question's label that in the plain form starts an exchange and is not just text. */
  #opensPlain(index: number): boolean {
    const mark = this.#marks[index]!;
    if (!isQuestion(mark)) return false;
    const before = this.#marks[index - 1];
    const adjacent = before !== undefined && before.type !== "label" && before.end === mark.start;
    return adjacent || this.#text.startsWith("\n\n", mark.start - 2);
  }

  /** The first of the metadata marks that stand directly before the mark at `index`, or `index`. */
  #withoutMetadata(index: number): number {
    let first = index;
    let start = this.#marks[index]?.start ?? this.#text.length;
    while (first > 0) {
      const before = this.#marks[first - 1]!;
      if (before.type !== "metadata" || this.#text.slice(before.end, start).trim() !== "") break;
      start = before.start;
      first--;
    }
    return first;
  }

  #closed(starts: readonly number[], ruleIndex: number, marked: boolean): Extent {
    const rule = this.#marks[ruleIndex]!;
    const sections = this.#sections(starts, rule.start);
    const end = this.#endAt(ruleIndex + 1, rule.end);
    if (end !== null) return { sections, rule, end, next: ruleIndex + 2, tear: null };
    const rest = this.#text.slice(rule.end).trimStart();
    const torn = marked && (rest === "" || (!rest.includes("\n") && startsMetadata(rest)));
    return { sections, rule, end, next: ruleIndex + 1, tear: torn ? { keep: rule.end, missing: "end" } : null };
  }

  /** An exchange without rule because the next question follows. */
  #cutShort(starts: readonly number[], question: number): Extent {
    const next = this.#withoutMetadata(question);
    const bodyEnd = this.#marks[next]!.start;
    const end = this.#endAt(next, bodyEnd);
    return { sections: this.#sections(starts, bodyEnd), rule: null, end, next, tear: null };
  }

  /** An exchange without rule because the file ends. */
  #unclosed(starts: readonly number[], marked: boolean): Extent {
    const keep = keptLength(this.#text, this.#marks[starts.at(-1)!]!.end, marked);
    const sections = this.#sections(starts, keep, true);
    const missing = marked ? "rule" : "nothing";
    return { sections, rule: null, end: null, next: this.#marks.length, tear: { keep, missing } };
  }

  #endAt(index: number, from: number): EndRecord | null {
    const mark = this.#marks[index];
    if (mark?.type !== "metadata" || this.#text.slice(from, mark.start).trim() !== "") return null;
    const metadata = parseMetadata(mark.line);
    return metadata?.kind === "end" ? endFacts(metadata.data) : null;
  }

  #sections(starts: readonly number[], end: number, torn = false): RawSection[] {
    return starts.map((at, order) => {
      const mark = this.#marks[at]!;
      const following = starts[order + 1];
      const text = this.#text.slice(mark.end, following === undefined ? end : this.#marks[following]!.start);
      const whole = torn && following === undefined ? text : text.slice(0, text.length - blankEnd(text));
      return { ...labelParts(mark.line), text: whole };
    });
  }

  /** Something half written behind the last exchange: a metadata line, or what would have begun the next exchange. */
  #tearOutside(): Tear | null {
    const lineStart = this.#text.lastIndexOf("\n") + 1;
    const line = this.#text.slice(lineStart);
    const turn = this.#turn?.start;
    if (turn !== undefined) {
      const [, behind = "", ...more] = this.#text.slice(turn).split("\n", 3);
      const bare = more.length === 0 && (behind === "" || startsStructure(behind));
      if (bare) return { keep: turn, start: turn, missing: "nothing" };
    }
    // Shorter starts may be anybody's; left alone they do no harm.
    const half = line.startsWith("<!-- d") && startsMetadata(line);
    return half ? { keep: lineStart, start: lineStart, missing: "nothing" } : null;
  }
}

/** How many newlines stand at the end, two at most. */
function blankEnd(text: string): number {
  return text.endsWith("\n\n") ? 2 : text.endsWith("\n") ? 1 : 0;
}

function isQuestion(mark: Mark): boolean {
  return mark.type === "label" && mark.terminated && labelParts(mark.line).name === "Question";
}
