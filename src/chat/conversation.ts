import { assistantMessage, textOf, userMessage } from "./message-text.ts";
import type { AssistantMessage, Message, ToolMessage, UserMessage } from "./messages.ts";

/** A question with all that answered it, or a summary of earlier turns. */
export interface Turn {
  readonly question: UserMessage;
  /** In order: an answer, or answers with tool calls and their results, then an answer. Never empty. */
  readonly answers: readonly (AssistantMessage | ToolMessage)[];
  /** Ids of its exchanges in the transcript; of a summary, the last exchange that it covers. Empty where those have none. */
  readonly ids: readonly string[];
  readonly isSummary?: true;
}

/** A question that was asked, and the exchanges that it is in the transcript. */
export type AskedQuestion = Pick<Turn, "question" | "ids">;

/** The turn that stands for earlier ones. */
export function summaryTurn(heading: string, summary: string, ids: Turn["ids"]): Turn {
  return { question: userMessage(heading), answers: [assistantMessage(summary)], ids, isSummary: true };
}

/** What a request sends of a turn. */
export function messagesOf({ question, answers }: Turn): Message[] {
  return [question, ...answers];
}

/** What the model said in a turn, in one piece. */
export function answerOf({ answers }: Turn): string {
  return answers.map(({ role, content }) => (role === "assistant" ? textOf(content) : "")).join("");
}

/** A turn with what came when its answer was continued. */
export function extended(turn: Turn, text: string, ids: Turn["ids"]): Turn {
  const last = turn.answers.at(-1);
  const answers =
    last?.role === "assistant"
      ? [...turn.answers.slice(0, -1), { ...last, content: [...last.content, { type: "text", text } as const] }]
      : [...turn.answers, assistantMessage(text)];
  return { ...turn, answers, ids: [...turn.ids, ...ids] };
}

/** The earlier turns that the next request sends. Pure: it is given questions and answers. */
export class Conversation {
  system: string | null;
  #turns: Turn[];
  /** Turns that are not sent any more: a summary took their place, or they were dropped. */
  #covered: AskedQuestion[];

  /** @param covered earlier turns that are not sent any more, oldest first */
  constructor(system: string | null, turns: readonly Turn[] = [], covered: readonly AskedQuestion[] = []) {
    this.system = system;
    this.#turns = [...turns];
    this.#covered = [...covered];
  }

  /** Id of the newest exchange in the transcript that the turns hold or cover; null where it has none. */
  get lastId(): string | null {
    return this.#turns.at(-1)?.ids.at(-1) ?? null;
  }

  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** Everything that was asked, oldest first, also what is not sent any more. */
  get asked(): readonly AskedQuestion[] {
    return [...this.#covered, ...this.#turns.filter(isAsked)];
  }

  /** The last turn; null when there is none, or a summary in its place. */
  get last(): Turn | null {
    const last = this.#turns.at(-1);
    return last !== undefined && isAsked(last) ? last : null;
  }

  /**
   * The messages of a request.
   *
   * @param messages what follows the earlier turns: the new question
   * @param history false sends no earlier turns
   */
  request(messages: readonly Message[], history = true): Message[] {
    const system: Message[] = this.system ? [{ role: "system", content: this.system }] : [];
    return [...system, ...(history ? this.#turns.flatMap(messagesOf) : []), ...messages];
  }

  /** The messages of a request that continues the last answer. */
  continuation(history = true): Message[] {
    const { last } = this;
    const messages = this.request(history || last === null ? [] : messagesOf(last), history);
    const answer = messages.pop();
    return answer?.role === "assistant" ? [...messages, { ...answer, prefix: true }] : messages;
  }

  /** Adds a turn. One whose answer is empty is left out: the services refuse two users in a row. */
  add(turn: Turn): void {
    if (answerOf(turn) !== "") this.#turns.push(turn);
  }

  /** Adds to the last answer what came when it was continued. */
  extendLast(text: string, ids: Turn["ids"]): void {
    const { last } = this;
    if (last !== null) this.#turns.splice(-1, 1, extended(last, text, ids));
  }

  /** Removes the last turn and returns it; null when there is none, or a summary in its place. */
  takeLast(): Turn | null {
    return this.last === null ? null : (this.#turns.pop() ?? null);
  }

  /**
   * Drops the oldest turns.
   *
   * @returns how many there were to drop
   */
  dropOldest(count: number): number {
    const dropped = this.#turns.splice(0, count);
    this.#covered.push(...dropped.filter(isAsked).map(({ question, ids }) => ({ question, ids })));
    return dropped.length;
  }

  /** Id of the last of the oldest turns; null where it has none. */
  idThrough(count: number): string | null {
    return this.#turns[count - 1]?.ids.at(-1) ?? null;
  }

  /** Puts a summary in the place of all turns but the newest ones. */
  summarise(heading: string, summary: string, keep: number): void {
    const count = this.#turns.length - keep;
    const through = this.idThrough(count);
    this.dropOldest(count);
    this.#turns.unshift(summaryTurn(heading, summary, through === null ? [] : [through]));
  }

  /** The conversation as it was after so many turns; null where the last of them is not sent any more. */
  beginning(turns: number): Conversation | null {
    const summaries = this.#turns.filter(({ isSummary }) => isSummary).length;
    const kept = turns - this.#covered.length + summaries;
    return kept <= summaries ? null : new Conversation(this.system, this.#turns.slice(0, kept), this.#covered);
  }
}

function isAsked({ isSummary }: Turn): boolean {
  return !isSummary;
}
