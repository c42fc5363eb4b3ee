import type { Usage } from "../../chat/model.ts";
import type { Sampling } from "../../chat/sampling.ts";
import type { Exchange, SavedImage } from "../format/types.ts";

/** One message of another program, before it is part of an exchange. */
export interface ImportedMessage {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
  readonly reasoning?: string;
  readonly images?: readonly SavedImage[];
  /** Null where nobody wrote it down. */
  readonly at: Date | null;
  readonly model?: string | null;
  readonly finishReason?: string | null;
  /** The person stopped it, or it broke off. */
  readonly stopped?: boolean;
}

const nothingKnown = {
  id: null,
  images: [],
  reasoning: "",
  answer: "",
  answeredAt: null,
  endedAt: null,
  firstTokenMs: null,
  finishReason: null,
  usage: null as Usage | null,
  cost: null,
  error: null,
  notice: null,
  // A provider unknown here would keep the conversation from being resumed.
  provider: null,
  model: null,
  system: null,
  sampling: {} as Sampling,
  thinking: null,
  torn: false,
  continues: null,
  edits: null,
  withdrawn: false,
  seams: [],
  rethought: 0,
  sections: null,
  answeredBy: null,
  requests: [],
};

/** An exchange of which no more is known than what is given. */
export function exchangeOf(known: Partial<Exchange> & Pick<Exchange, "question" | "askedAt">): Exchange {
  const status = (known.answer ?? "") === "" ? "interrupted" : "complete";
  return { ...nothingKnown, status, ...known };
}

/**
 * Puts messages together to exchanges. An answer in several messages becomes one; a question that got no answer, and an
 * answer that nobody asked for, stand alone.
 * @param startedAt for messages before the first that has a time
 */
export function toExchanges(
  messages: readonly ImportedMessage[],
  startedAt: Date,
  sampling: Sampling = {},
): Exchange[] {
  const exchanges: Exchange[] = [];
  let system: string | null = null;
  let now = startedAt;
  let open = false;
  for (const message of messages) {
    now = message.at ?? now;
    if (message.role === "system") {
      system = message.text === "" ? null : message.text;
      open = false;
    } else if (message.role === "user" || !open) {
      const { images = [], model = null } = message;
      const question = message.role === "user" ? message.text : "";
      exchanges.push(exchangeOf({ question, images, askedAt: now, system, model, sampling }));
      open = true;
    }
    if (message.role === "assistant") exchanges.push(answered(exchanges.pop()!, message));
  }
  return exchanges;
}

function answered(exchange: Exchange, message: ImportedMessage): Exchange {
  const { text, reasoning = "", at, model = null, finishReason = null, stopped = false } = message;
  const answer = joined(exchange.answer, text);
  return {
    ...exchange,
    answer,
    reasoning: joined(exchange.reasoning, reasoning),
    answeredAt: exchange.answeredAt ?? at,
    model: model ?? exchange.model,
    finishReason,
    status: stopped || answer === "" ? "interrupted" : "complete",
  };
}

function joined(before: string, after: string): string {
  // Many pieces are put together one after the other: this copies none of those before.
  return before === "" ? after : after === "" ? before : `${before}\n\n${after}`;
}

/** Whether anybody says anything. */
export function isEmpty(exchanges: readonly Exchange[]): boolean {
  return exchanges.every(({ question, answer, reasoning, images }) => {
    return (question + answer + reasoning).trim() === "" && images.length === 0;
  });
}
