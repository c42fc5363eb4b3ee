import { answerPictures, assistantMessage, textOf, thinkingOf, userMessage } from "./message-text.ts";
import type { AssistantMessage, Example, Message, ToolMessage, UserMessage } from "./messages.ts";

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

/** What every request of a conversation begins with. */
export interface Preface {
  readonly system: string | null;
  readonly examples: readonly Example[];
}

/** What a request sends of a turn. */
export function messagesOf({ question, answers }: Turn): Message[] {
  return [question, ...answers];
}

/** What the model said in a turn, in one piece; what it said before and after calls of tools, as paragraphs. */
export function answerOf({ answers }: Pick<Turn, "answers">): string {
  const texts = answers.map(({ role, content }) => (role === "assistant" ? textOf(content) : ""));
  return texts.filter((text) => text !== "").join("\n\n");
}

/**
 * A turn whose answer was continued.
 *
 * @param messages the last answer with its rest, and what follows; behind results of tools, which are not continued, what follows alone
 */
export function extended(turn: Turn, messages: Turn["answers"], ids: Turn["ids"]): Turn {
  const kept = turn.answers.at(-1)?.role === "assistant" ? turn.answers.slice(0, -1) : turn.answers;
  return { ...turn, answers: [...kept, ...messages], ids: [...turn.ids, ...ids] };
}

/** The system prompt, the examples of a role and the earlier turns that the next request sends. A value: what changes it returns another one. */
export class Conversation {
  readonly system: string | null;
  readonly turns: readonly Turn[];
  readonly examples: readonly Example[];
  /** Turns that are not sent any more: a summary took their place, or they were dropped. */
  readonly #covered: readonly AskedQuestion[];

  /** @param covered earlier turns that are not sent any more, oldest first */
  constructor(
    system: string | null,
    turns: readonly Turn[] = [],
    covered: readonly AskedQuestion[] = [],
    examples: readonly Example[] = [],
  ) {
    this.system = system;
    this.turns = turns;
    this.examples = examples;
    this.#covered = covered;
  }

  /** Id of the newest exchange in the transcript that the turns hold or cover; null where it has none. */
  get lastId(): string | null {
    return this.turns.at(-1)?.ids.at(-1) ?? null;
  }

  /** Everything that was asked, oldest first, also what is not sent any more. */
  get asked(): readonly AskedQuestion[] {
    return [...this.#covered, ...this.turns.filter(isAsked)];
  }

  /** The last turn; null when there is none, or a summary in its place. */
  get last(): Turn | null {
    const last = this.turns.at(-1);
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
    const examples = this.examples.flatMap(({ user, assistant }) => [userMessage(user), assistantMessage(assistant)]);
    return [...system, ...examples, ...(history ? this.turns.flatMap(messagesOf) : []), ...messages];
  }

  /** The messages of a request that continues the last answer. */
  continuation(history = true): Message[] {
    const { last } = this;
    const messages = this.request(history || last === null ? [] : messagesOf(last), history);
    const answer = messages.pop();
    return answer?.role === "assistant" ? [...messages, { ...answer, prefix: true }] : messages;
  }

  withPreface({ system, examples }: Preface): Conversation {
    return new Conversation(system, this.turns, this.#covered, examples);
  }

  /** With one more turn. One without an answer and without calls of tools is left out: the services refuse two users in a row. */
  add(turn: Turn): Conversation {
    const isAnswered = turn.answers.some(({ role }) => role === "tool") || answerPictures(turn.answers).length > 0;
    return answerOf(turn) === "" && !isAnswered ? this : this.#with([...this.turns, turn]);
  }

  /** With the last answer continued; see `extended`. */
  extendLast(messages: Turn["answers"], ids: Turn["ids"]): Conversation {
    const { last } = this;
    return last === null ? this : this.#with([...this.turns.slice(0, -1), extended(last, messages, ids)]);
  }

  /** With another text in the place of the last answer, of which the model's thinking stays. The turn has no exchange yet. */
  withLastAnswer(text: string): Conversation {
    const { last } = this;
    if (last === null) return this;
    const message = last.answers.at(-1);
    const isAnswer = message?.role === "assistant";
    const answers = [
      ...(isAnswer ? last.answers.slice(0, -1) : last.answers),
      assistantMessage(text, isAnswer ? thinkingOf(message.content) : ""),
    ];
    return this.#with([...this.turns.slice(0, -1), { ...last, answers, ids: [] }]);
  }

  /** Without the last turn, where there is one and no summary in its place. */
  withoutLast(): Conversation {
    return this.last === null ? this : this.#with(this.turns.slice(0, -1));
  }

  /** Without the oldest turns, of which only the questions are still known. */
  dropOldest(count: number): Conversation {
    const dropped = this.turns.slice(0, count).filter(isAsked);
    const covered = [...this.#covered, ...dropped.map(({ question, ids }) => ({ question, ids }))];
    return new Conversation(this.system, this.turns.slice(count), covered, this.examples);
  }

  /** Id of the last of the oldest turns; null where it has none. */
  idThrough(count: number): string | null {
    return this.turns[count - 1]?.ids.at(-1) ?? null;
  }

  /** With a summary in the place of all turns but the newest ones. */
  summarise(heading: string, summary: string, keep: number): Conversation {
    const count = this.turns.length - keep;
    const through = this.idThrough(count);
    const rest = this.dropOldest(count);
    return rest.#with([summaryTurn(heading, summary, through === null ? [] : [through]), ...rest.turns]);
  }

  /** The conversation as it was after so many turns; null where the last of them is not sent any more. */
  beginning(turns: number): Conversation | null {
    const summaries = this.turns.filter(({ isSummary }) => isSummary).length;
    const kept = turns - this.#covered.length + summaries;
    return kept <= summaries ? null : this.#with(this.turns.slice(0, kept));
  }

  #with(turns: readonly Turn[]): Conversation {
    return new Conversation(this.system, turns, this.#covered, this.examples);
  }
}

function isAsked({ isSummary }: Turn): boolean {
  return !isSummary;
}
