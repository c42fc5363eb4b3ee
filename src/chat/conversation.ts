import type { Message } from "./model.ts";

/** What the next request tells the model of what was said before. Pure: it is told of questions and answers. */
export class Conversation {
  system: string | null;
  #turns: Message[] = [];

  constructor(system: string | null, turns: readonly Message[] = []) {
    this.system = system;
    this.#turns = [...turns];
  }

  get turns(): readonly Message[] {
    return this.#turns;
  }

  /**
   * The messages of a request.
   *
   * @param question the new user message
   * @param history false sends no earlier turns
   */
  request(question: Message, history = true): Message[] {
    const system: Message[] = this.system ? [{ role: "system", content: this.system }] : [];
    return [...system, ...(history ? this.#turns : []), question];
  }

  /** Remembers an exchange. A question without any answer is not remembered: the services refuse two users in a row. */
  add(question: Message, answer: Message): void {
    if (answer.content === "") return;
    this.#turns.push(question, answer);
  }

  /** Forgets the last exchange and gives back its question; null when there is none. */
  undo(): Message | null {
    this.#turns.pop();
    return this.#turns.pop() ?? null;
  }

  clear(): void {
    this.#turns = [];
  }
}
