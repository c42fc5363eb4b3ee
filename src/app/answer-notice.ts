import { wordsOf } from "../chat/message-text.ts";
import type { UserMessage } from "../chat/messages.ts";
import { notification } from "../terminal/notification.ts";
import type { Words } from "../words/types.ts";
import type { Engine } from "./engine.ts";

/** An answer that a person who looks at another window is told of. */
export interface FinishedAnswer {
  /** Null where there is none, as for an answer that was continued. */
  readonly question: UserMessage | null;
  readonly model: string;
  readonly failed: boolean;
}

/** What to write to the terminal so that it tells of an answer; null where that is not wanted. */
export function answerNotice(
  { settings, environment }: Pick<Engine, "environment" | "settings">,
  { session }: Words,
  { question, model, failed }: FinishedAnswer,
): string | null {
  if (settings.notify === "off") return null;
  const text = (question === null ? "" : wordsOf(question.content).trim()) || model;
  const said = failed ? session.answerFailed({ question: text }) : session.answerReady({ question: text });
  return notification(said, settings.notify, environment.variables);
}
