import type { Message } from "./model.ts";

/** What the next request tells the model of what was said before. Pure: it is told of questions and answers. */
export class Conversation {
  system: string | null;
  #turns: Message[] = [];

  /** @param turns questions and answers by turns, a question first */
  constructor(system: string | null, turns: readonly Message[] = []) {
    this.system = system;
    this.#turns = [...turns];
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
  add(question: Message, answer: Message): void {
    if (answer.content === "") return;
    this.#turns.push(question, answer);
  }

  /** Takes the last exchange out and gives it back; null when there is none. */
  takeLast(): { question: Message; answer: Message } | null {
    const answer = this.#turns.pop();
    const question = this.#turns.pop();
    return question === undefined || answer === undefined ? null : { question, answer };
  }

  /**
   * Forgets the oldest exchanges.
   *
   * @returns how many there were to forget
   */
  dropOldest(exchanges: number): number {
    return this.#turns.splice(0, exchanges * 2).length / 2;
  }

  /** Puts a summary in the place of all exchanges but the newest ones. */
  summarise(heading: string, summary: string, keep: number): void {
    const kept = this.#turns.slice(this.#turns.length - keep * 2);
    this.#turns = [{ role: "user", content: heading }, { role: "assistant", content: summary }, ...kept];
  }

  clear(): void {
    this.#turns = [];
  }
}
