import { answerOf, type Turn } from "../../chat/conversation.ts";
import type { OnEvent } from "../../chat/events.ts";
import { textOf, userMessage } from "../../chat/message-text.ts";
import { runTurn } from "../../chat/turn.ts";
import { titleOf } from "../../transcripts/store/names.ts";
import type { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { Engine } from "../engine.ts";
import { billOwnRequest } from "../usage/own-requests.ts";
import { type Accounts, meteringOf } from "../usage/cost-meter.ts";
import { TurnPlace } from "../usage/turn-place.ts";

/** Characters of the question and of the answer that a title is made from. */
const maxCharacters = 2000;
/** Characters after which an answer is stopped: no title is that long. */
const maxAnswer = 1000;

/**
 * Has the model of `title_model` give a conversation a title. It is a small request of the program's own, counted in the spending; a
 * failure is logged and told to nobody.
 *
 * @param writer of the conversation
 * @param wanted the model, as `provider/model`
 * @returns null where none came of it
 */
export async function requestTitle(
  engine: Engine,
  accounts: Accounts,
  writer: TranscriptWriter | null,
  wanted: string,
  turn: Turn,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const asked = await engine.resolve(wanted);
    const connection = await engine.connect(asked.provider);
    const place = new TurnPlace(writer, true);
    const metering = meteringOf(accounts, "title", place, false);
    const model = await engine.openModel(asked, connection, metering);
    const texts = [textOf(turn.question.content), answerOf(turn)].map((text) => text.slice(0, maxCharacters));
    const messages = [userMessage(engine.prompts.title({ question: texts[0]!, answer: texts[1]! }))];
    // Thinking would take longer than the title; elsewhere a switch may be refused.
    const thinking = connection.thinking === "deepseek" ? { enabled: false, effort: null } : null;
    const request = { model: asked.model, messages, sampling: {}, thinking, stream: engine.settings.stream };
    const enough = new AbortController();
    let length = 0;
    const watch: OnEvent = (event) => {
      if (event.type === "text") length += event.text.length;
      if (length > maxAnswer) enough.abort();
    };
    const result = await runTurn(model, request, [watch], AbortSignal.any([signal, enough.signal]), asked);
    await billOwnRequest(accounts.spending, writer, result, "title", place, signal);
    if (result.error !== null && !enough.signal.aborted) throw result.error;
    engine.log?.write("info", "title", { provider: asked.provider, model: asked.model, usage: result.usage });
    return unquoted(result.text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : String(error);
    engine.log?.write("warn", "title", { model: wanted, code });
    return null;
  }
}

/** The title in what a model says, without the quotes and headings around it; null where that is empty. */
function unquoted(text: string): string | null {
  const line = titleOf(text).replace(/^(?:#+ |\*\*|Title: |标题：)+/u, "");
  const title = line.replace(/^["'“”‘’《「*]+|["'“”‘’》」*.。]+$/gu, "").trim();
  return title === "" ? null : title;
}
