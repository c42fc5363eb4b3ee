import type { Message } from "./model.ts";

/** Ids of the exchanges that an answer was put together from; or it is the summary of those before. */
export type Place = readonly string[] | "summary";

/** What the next request tells the model of what was said before. Pure: it is told of questions and answers. */
export class Conversation {
  system: string | null;
  #turns: Message[] = [];
  /** For each question and its answer, where they are in the transcript: several where the answer was gone on with. */
  #places: Place[] = [];

  /**
   * @param turns questions and answers by turns, a question first
   * @param places where each two of them are in the transcript
   */
  constructor(system: string | null, turns: readonly Message[] = [], places: readonly Place[] = []) {
    this.system = system;
    this.#turns = [...turns];
    this.#places = Array.from({ length: turns.length / 2 }, (_, index) => places[index] ?? []);
  }

  /** Id of the newest exchange in the transcript; null where it has none. */
  get lastId(): string | null {
    const place = this.#places.at(-1) ?? [];
    return place === "summary" ? null : (place.at(-1) ?? null);
  }

  /** Questions and answers by turns. */
  get turns(): readonly Message[] {
    return this.#turns;
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

  /** Remembers an exchange. A question without any answer is not remembered: the services refuse two users in a row. */
  add(question: Message, answer: Message, ids: readonly string[] = []): void {
    if (answer.content === "") return;
    this.#turns.push(question, answer);
    this.#places.push(ids);
  }

  /** Takes the last exchange out and gives it back; null when there is none, or a summary in its place. */
  takeLast(): { question: Message; answer: Message; ids: readonly string[] } | null {
    const ids = this.#places.at(-1);
    if (ids === undefined || ids === "summary") return null;
    this.#places.pop();
    const [question, answer] = this.#turns.splice(-2);
    return { question: question!, answer: answer!, ids };
  }

  /**
   * Forgets the oldest exchanges.
   *
   * @returns how many there were to forget
   */
  dropOldest(exchanges: number): number {
    this.#places.splice(0, exchanges);
    return this.#turns.splice(0, exchanges * 2).length / 2;
  }

  /** Puts a summary in the place of all exchanges but the newest ones. */
  summarise(heading: string, summary: string, keep: number): void {
    const kept = this.#turns.slice(this.#turns.length - keep * 2);
    this.#turns = [{ role: "user", content: heading }, { role: "assistant", content: summary }, ...kept];
    this.#places = ["summary", ...this.#places.slice(this.#places.length - keep)];
  }

  clear(): void {
    this.#turns = [];
    this.#places = [];
  }
}
