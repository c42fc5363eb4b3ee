import type { AppError } from "../errors.ts";
import {
  sayBudget,
  sayMoved,
  sayLostPictures,
  sayParts,
  saySources,
  sayThinking,
  sayUnbooked,
  sayUncached,
  sayUnknownCost,
} from "../terminal/answer-notes.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { summarise } from "../terminal/figures.ts";
import { describe } from "../terminal/terminal.ts";
import type { Answer } from "../chat/answer.ts";
import type { Cost } from "../chat/model.ts";
import { timingOf } from "../chat/turn.ts";
import type { Host } from "./host.ts";

/** Prints the notes below an answer: failovers and continuations, why it ended early, one muted line of figures. */
export function closeAnswer(host: Host, answer: Answer): void {
  const { terminal, words } = host;
  const ink = terminal.ink.err;
  const { error, finishReason } = answer;
  const isEmpty =
    answer.text === "" &&
    answer.reasoning === "" &&
    !answer.messages.some(({ role, content }) => role === "tool" || content.some((part) => part.type === "image"));
  if (terminal.interactive && !isEmpty) terminal.say("");
  saySources(terminal, words, answer);
  sayLostPictures(terminal, words, answer);
  sayParts(terminal, words, answer);
  sayThinking(terminal, words, answer, host.showThinking === "always");
  if (error?.code === "interrupted")
    terminal.say(ink.warning(isEmpty ? words.answer.stopped : words.answer.interrupted));
  else if (error !== null) host.tell(error);
  const { canContinue } = host.dialogue;
  if (finishReason === "length")
    terminal.say(ink.warning(words.answer[canContinue ? "cutByLengthCanContinue" : "cutByLength"]));
  if (finishReason === "content_filter") terminal.say(ink.warning(words.answer.cutByFilter));
  if (answer.refused) terminal.say(ink.warning(words.answer.refused));
  if (canContinue && finishReason !== "length") terminal.say(ink.muted(words.session.canContinue));
  if (error?.code === "context_too_long") terminal.say(words.context.tooLong);
  if (!isEmpty || answer.usage !== null) terminal.say(ink.muted(figuresOf(host, answer)));
  sayUnknownCost(terminal, words, answer);
  sayBudget(terminal, words, answer);
  sayUncached(terminal, words, answer);
  sayUnbooked(terminal, words, answer);
  tellUnsaved(host, answer.unsaved);
  if (terminal.interactive) terminal.say("");
}

function figuresOf(host: Host, answer: Answer): string {
  const { terminal, words } = host;
  const figures = { ...answer, ...timingOf(answer), session: sessionCosts(host) };
  return summarise(words.answer, figures, terminal.errIsTerminal ? terminal.columns : Infinity);
}

/** What the session has cost so far; empty where that is this answer alone. */
function sessionCosts({ dialogue }: Host): readonly Cost[] {
  const { costs, requests } = dialogue.spent;
  return requests.length > 1 ? costs : [];
}

/** Reports a failure to save. Each is reported once: the writer throws at the first failure only. */
export function tellUnsaved({ dialogue, terminal, words }: Host, unsaved: AppError | null): void {
  sayMoved(terminal, words, dialogue.takeAvoided());
  if (unsaved === null) return;
  if (unsaved.code !== "transcript_unwritable") return terminal.warn(sanitize(describe(unsaved, words.errors)));
  const { path, reason } = (unsaved as AppError<"transcript_unwritable">).details;
  terminal.warn(words.answer.notSaved({ path: sanitize(path), reason }));
}

/** Warns, once for each time, that another program wrote to this conversation. */
export function warnOfOthers({ dialogue, terminal, words }: Host): void {
  if (!dialogue.changedElsewhere()) return;
  terminal.warn(words.session.changedElsewhere({ id: dialogue.id ?? "" }));
}
