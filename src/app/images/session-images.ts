import { parseArgs } from "node:util";
import type { Answer } from "../../chat/answer.ts";
import type { OnEvent } from "../../chat/events.ts";
import type { UserMessage } from "../../chat/messages.ts";
import { AppError, systemReason } from "../../errors.ts";
import type { ImageOptions } from "../../providers/images/image-options.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Engine } from "../engine.ts";
import { checkedOptions, imageQuestion } from "./image-question.ts";
import { imageTarget, type NamedImageModel } from "./image-target.ts";
import { PictureFiles } from "./picture-files.ts";
import type { PicturePlaces } from "./picture-places.ts";

/** What `/image` was given. */
interface ImageLine {
  readonly prompt: string;
  readonly options: ImageOptions;
  /** As they were typed; null where they were not. */
  readonly provider: string | null;
  readonly model: string | null;
}

const flags = {
  number: { type: "string", short: "n" },
  size: { type: "string" },
  seed: { type: "string" },
  steps: { type: "string" },
  guidance: { type: "string" },
  negative: { type: "string" },
  provider: { type: "string", short: "p" },
  model: { type: "string", short: "m" },
} as const;

/**
 * The options and the prompt in a line: what stands before the first word that is no option, as for `deepseek-chat image`.
 *
 * @param usage words for an option that there is not, or that has no value
 * @throws AppError `usage`, `bad_value`
 */
export function readImageLine(line: string, { sentence }: Words["help"]["usage"]): ImageLine {
  const words = line.match(/"[^"]*"|\S+/gu) ?? [];
  let end = 0;
  while (words[end]?.startsWith("-") === true) end += words[end]!.includes("=") ? 1 : 2;
  const typed = words.slice(0, end).map((word) => word.replace(/^"(.*)"$/su, "$1"));
  const { values } = parsed(typed, sentence);
  const number = (name: "number" | "seed" | "steps" | "guidance") => numberOf(name, values[name]);
  const options = {
    size: values.size ?? null,
    count: number("number") ?? 1,
    seed: number("seed"),
    steps: number("steps"),
    guidance: number("guidance"),
    negative: values.negative ?? null,
  };
  // As it was typed, line breaks too.
  const at = words.slice(0, end).reduce((from, word) => line.indexOf(word, from) + word.length, 0);
  const { provider = null, model = null } = values;
  return { prompt: line.slice(at).trim(), options: checkedOptions(options), provider, model };
}

function parsed(args: readonly string[], sentence: Words["help"]["usage"]["sentence"]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true });
  } catch (error) {
    const said = systemReason(error) === "ERR_PARSE_ARGS_UNKNOWN_OPTION" ? "unknownOption" : "optionMissingArgument";
    const [, subject = ""] = /'([^']*)'/u.exec(error instanceof Error ? error.message : "") ?? [];
    const english = said === "unknownOption" ? `Unknown option '${subject}'.` : `Option '${subject}' argument missing.`;
    const message = sentence({ code: `commander.${said}`, subject, message: english });
    throw new AppError("usage", { message, command: "deepseek-chat image" }, { cause: error });
  }
}

function numberOf(name: keyof typeof flags, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  const isWhole = name === "guidance" || Number.isSafeInteger(value);
  const least = name === "number" || name === "steps" ? 1 : 0;
  if (text.trim() !== "" && isWhole && value >= least) return value;
  throw new AppError("bad_value", { name: `--${name}`, value: text, expected: `≥ ${least}` });
}

/** What a line names, as flags of `deepseek-chat image` would; null where it names neither provider nor model. */
function namedIn(
  engine: Pick<Engine, "readModel">,
  dialogue: Pick<ChatSession, "provider">,
  provider: string | null,
  model: string | null,
): NamedImageModel | null {
  if (model === null) return provider === null ? null : { provider, model };
  if (provider !== null) return { provider, model };
  const read = engine.readModel(model);
  return { provider: read.provider ?? dialogue.provider, model: read.model };
}

/**
 * Asks for pictures in a session, and saves each in the working directory too.
 *
 * @param attached pictures that are to be changed
 * @throws AppError as `imageTarget`, `imageQuestion`; where the model cannot be opened
 */
export async function makeSessionPictures(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  line: string,
  attached: UserMessage["content"],
  places: PicturePlaces,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<Answer> {
  const { prompt, options, provider, model } = readImageLine(line, console.words.help.usage);
  const question = imageQuestion(console.words, prompt, attached);
  const target = imageTarget(
    engine,
    namedIn(engine, dialogue, provider, model),
    dialogue.provider,
    attached.length > 0,
  );
  const files = new PictureFiles(engine.workingFolder, null, prompt);
  const fields = target.form.fields(options, target.to.model);
  const saving: OnEvent = (event) => {
    if (event.type === "image") places.save(event.image, files);
    onEvent(event);
  };
  return await dialogue.makePictures(
    question,
    { target, count: options.count, fields, metadata: true },
    saving,
    signal,
  );
}
