import type { Message } from "../../chat/messages.ts";
import type { Settings } from "../../config/schema.ts";
import { findProvider } from "../../providers/catalogue.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { imagesIn } from "../../transcripts/format/exchange-images.ts";
import { isInFile } from "../../transcripts/format/section-bodies.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { type Parameters, parametersOf } from "../conversation/sampling.ts";
import { inheritedPreface } from "../conversation/system-prompt.ts";
import { warnOfLost } from "../library/lost-pictures.ts";

/** Characters of a system prompt that are shown. */
const promptLength = 60;

/**
 * Reports in one line what a resumed conversation adds to the next request beyond the current settings, since the file may come from
 * someone else. Prints nothing if it adds nothing.
 *
 * @param withModel false if provider and model are shown elsewhere
 */
export function tellInheritance(
  engine: Pick<Engine, "file" | "origins" | "preface" | "settings">,
  { terminal, words }: Console,
  dialogue: ChatSession,
  earlier: Transcript,
  withModel: boolean,
): void {
  const last = earlier.exchanges.at(-1);
  const pictures = dialogue.conversation.request([]).reduce((sum, message) => sum + picturesOf(message), 0);
  const { system, examples } = inheritedPreface(engine, last ?? null) ?? { system: null, examples: [] };
  const parts = [
    ...(withModel && isForeign(engine, dialogue) ? [`${dialogue.provider}/${dialogue.modelId}`] : []),
    ...inherited(engine.settings, parametersOf(last?.sampling ?? {}, last?.thinking ?? null)),
    ...(system === null ? [] : [words.inheritance.system({ start: startOf(system) })]),
    ...(examples.length === 0 ? [] : [words.inheritance.examples({ examples: examples.length })]),
    ...(hasSummary(earlier) ? [words.inheritance.summary] : []),
    ...(pictures === 0 ? [] : [words.inheritance.pictures({ pictures })]),
  ].map(sanitize);
  if (parts.length > 0) terminal.say(terminal.ink.err.muted(words.inheritance.line({ parts: parts.join(" · ") })));
  const linked = imagesIn(earlier.exchanges).filter((image) => "url" in image && !isInFile(image)).length;
  if (linked > 0) terminal.warn(words.inheritance.picturesLeft({ pictures: linked }));
  warnOfLost({ terminal, words }, dialogue.lostImages);
}

/** How many pictures go out with a message. Those of answers are named in it, and not sent. */
function picturesOf({ role, content }: Message): number {
  return typeof content === "string" || role === "assistant"
    ? 0
    : content.filter(({ type }: { readonly type: string }) => type === "image").length;
}

/** Whether the next question goes out behind a summary; one of turns that are not there counts for nothing. */
function hasSummary({ exchanges, compaction }: Transcript): boolean {
  return compaction !== null && exchanges.some(({ id }) => id === compaction.through);
}

/** Whether provider or model are others than the settings here give. */
function isForeign({ settings, file }: Pick<Engine, "file" | "settings">, { provider, modelId }: ChatSession): boolean {
  if (provider !== settings.provider) return true;
  const own = settings.model ?? findProvider(provider, file.providers ?? {}).model;
  return own !== null && own !== modelId;
}

/** Parameters that hold because nobody here set others. */
function inherited(settings: Settings, parameters: Parameters): string[] {
  return Object.entries(parameters)
    .filter(([name]) => settings[name as keyof Parameters] === undefined)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`);
}

function startOf(text: string): string {
  const line = text.trim().replaceAll(/\s+/gu, " ");
  const start = Array.from(line).slice(0, promptLength).join("");
  return start === line ? line : `${start}…`;
}
