import type { Message } from "./model.ts";

/**
 * Ids of the exchanges that an answer was put together from; or, for a summary, the last exchange that it covers, null where
 * that has no id.
 */
export type TurnSource = readonly string[] | { readonly through: string | null };

/** A question that was asked, and the exchanges that it is in the transcript. */
export interface AskedQuestion {
  readonly question: string;
  readonly ids: readonly string[];
}

/** What the next request tells the model of what was said before. Pure: it is told of questions and answers. */
export class Conversation {
  system: string | null;
  #turns: Message[] = [];
  /** For each question and its answer, where they are in the transcript: several where the answer was gone on with. */
  #places: TurnSource[] = [];
  /** Turns that are not sent any more: a summary took their place, or they were dropped. */
  #covered: AskedQuestion[];

  /**
   * @param turns questions and answers by turns, a question first
   * @param places where each two of them are in the transcript
   * @param covered earlier turns that are not sent any more, oldest first
   */
  constructor(
    system: string | null,
    turns: readonly Message[] = [],
    places: readonly TurnSource[] = [],
    covered: readonly AskedQuestion[] = [],
  ) {
    this.system = system;
    this.#turns = [...turns];
    this.#places = Array.from({ length: turns.length / 2 }, (_, index) => places[index] ?? []);
    this.#covered = [...covered];
  }

  /** Id of the newest exchange in the transcript that the turns hold or cover; null where it has none. */
  get lastId(): string | null {
    return lastOf(this.#places.at(-1));
  }

  /** Questions and answers by turns. */
  get turns(): readonly Message[] {
    return this.#turns;
  }

  /** Everything that was asked, oldest first, also what is not sent any more. */
  get asked(): readonly AskedQuestion[] {
    return [...this.#covered, ...this.#standing(this.#places.length)];
  }

  /** The last question with its answer; null when there is none, or a summary in its place. */
  get last(): { readonly question: Message; readonly answer: Message; readonly ids: readonly string[] } | null {
    const ids = this.#places.at(-1);
    if (ids === undefined || !isTurn(ids)) return null;
    return { question: this.#turns.at(-2)!, answer: this.#turns.at(-1)!, ids };
  }

  /**
   * The messages of a request.
   *
   * @param messages what follows the earlier turns: the new question, or a question with the beginning of its answer
   * @param history false sends no earlier turns
   */
  request(messages: readonly Message[], history = true): Message[] {
    const system: Message[] = this.system ? [{ role: "system", content: this.system }] : [];
    return [...system, ...(history ? this.#turns : []), ...messages];
  }

  /** The messages of a request that goes on from the beginning of the last answer. */
  continuation(history = true): Message[] {
    const earlier = history ? this.#turns : this.#turns.slice(-2);
    const system: Message[] = this.system ? [{ role: "system", content: this.system }] : [];
    return [...system, ...earlier.slice(0, -1), { ...earlier.at(-1)!, prefix: true }];
  }

  /** Remembers an exchange. A question without any answer is not remembered: the services refuse two users in a row. */
  add(question: Message, answer: Message, ids: readonly string[] = []): void {
    if (answer.content === "") return;
    this.#turns.push(question, answer);
    this.#places.push(ids);
  }

  /** Adds to the last answer what came when it was continued. */
  extendLast(text: string, ids: readonly string[]): void {
    const { last } = this;
    if (last === null) return;
    this.#turns[this.#turns.length - 1] = { ...last.answer, content: last.answer.content + text };
    this.#places[this.#places.length - 1] = [...last.ids, ...ids];
  }

  /** Takes the last exchange out and gives it back; null when there is none, or a summary in its place. */
  takeLast(): { question: Message; answer: Message; ids: readonly string[] } | null {
    const { last } = this;
    if (last === null) return null;
    this.#places.pop();
    this.#turns.splice(-2);
    return last;
  }

  /**
   * Forgets the oldest exchanges.
   *
   * @returns how many there were to forget
   */
  dropOldest(exchanges: number): number {
    this.#covered.push(...this.#standing(exchanges));
    this.#places.splice(0, exchanges);
    return this.#turns.splice(0, exchanges * 2).length / 2;
  }

  /** Id of the last of the oldest exchanges; null where it has none. */
  idThrough(exchanges: number): string | null {
    return lastOf(this.#places[exchanges - 1]);
  }

  /** Puts a summary in the place of all exchanges but the newest ones. */
  summarise(heading: string, summary: string, keep: number): void {
    const count = this.#places.length - keep;
    const through = this.idThrough(count);
    this.dropOldest(count);
    this.#turns.unshift({ role: "user", content: heading }, { role: "assistant", content: summary });
    this.#places.unshift({ through });
  }

  /** The conversation as it was after so many turns; null where the last of them is not sent any more. */
  beginning(turns: number): Conversation | null {
    const summaries = this.#places.filter((place) => !isTurn(place)).length;
    const kept = turns - this.#covered.length + summaries;
    if (kept <= summaries) return null;
    return new Conversation(this.system, this.#turns.slice(0, kept * 2), this.#places.slice(0, kept), this.#covered);
  }

  clear(): void {
    this.#turns = [];
    this.#places = [];
    this.#covered = [];
  }

  /** The oldest exchanges that are sent, summaries left out. */
  #standing(exchanges: number): AskedQuestion[] {
    return this.#places
      .slice(0, exchanges)
      .flatMap((ids, index) => (isTurn(ids) ? [{ question: this.#turns[index * 2]!.content, ids }] : []));
  }
}

function isTurn(place: TurnSource): place is readonly string[] {
  return Array.isArray(place);
}

function lastOf(place: TurnSource | undefined): string | null {
  if (place === undefined) return null;
  return isTurn(place) ? (place.at(-1) ?? null) : place.through;
}
