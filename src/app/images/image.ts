import type { Answer } from "../../chat/answer.ts";
import type { ChatEvent } from "../../chat/events.ts";
import { type AppError, asAppError } from "../../errors.ts";
import type { ImageOptions } from "../../providers/images/image-options.ts";
import { AnswerView, silentWriter } from "../../terminal/answer.ts";
import { sayBudget, sayLostPictures, sayMoved, sayUnbooked, sayUnknownCost } from "../../terminal/answer-notes.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { isPiped } from "../standard-input.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { displayPath, shownPath } from "../display-path.ts";
import { ChatSession } from "../conversation/chat-session.ts";
import { checkedOptions, imageQuestion } from "./image-question.ts";
import { imageTarget, type NamedImageModel } from "./image-target.ts";
import { imageObject, type SavedPicture } from "./image-output.ts";
import { imageSummary } from "./image-summary.ts";
import { PictureFiles } from "./picture-files.ts";
import { dataOf } from "./picture-data.ts";

/** What `deepseek-chat image` was asked for. */
export interface ImageCommand {
  readonly words: string;
  /** Pictures that are to be changed, as `-f` names them. */
  readonly files: readonly string[];
  readonly options: ImageOptions;
  /** Further fields of the request, as somebody wrote them. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The model that flags name; null where none does. */
  readonly named: NamedImageModel | null;
  /** A file or a folder; null: the working directory. */
  readonly output: string | null;
  /** Whether stdout is one object; else a path a line. */
  readonly json: boolean;
  readonly metadata: boolean;
}

/**
 * Asks for pictures and saves each as soon as it is there: in the transcript, then as a file of its own.
 *
 * @throws AppError whatever kept one of them from coming or from being saved, after all that came was printed
 */
export async function runImage(engine: Engine, console: Console, command: ImageCommand): Promise<void> {
  const options = checkedOptions(command.options);
  const target = imageTarget(engine, command.named, engine.settings.provider, command.files.length > 0);
  const parts = await attached(engine, console, command);
  const question = imageQuestion(console.words, await promptOf(engine, console, command), parts);
  engine.settings = { ...engine.settings, ...target.to };
  const dialogue = await ChatSession.open(engine, console, null);
  const prompt = question.content.find((part) => part.type === "text")?.text ?? "";
  const saver = new PictureSaver(new PictureFiles(engine.workingFolder, command.output, prompt));
  const view = new AnswerView(console.terminal, console.words, silentWriter(), "never");
  const onEvent = (event: ChatEvent) => {
    view.onEvent(event);
    saver.onEvent(event);
  };
  const fields = { ...target.form.fields(options, target.to.model), ...command.fields };
  const wish = { target, count: options.count, fields, metadata: command.metadata };
  const answer = await watched(view, async () => await dialogue.makePictures(question, wish, onEvent, engine.stop));
  const error = answer.error ?? saver.failure ?? answer.lostPictures[0] ?? answer.unsaved;
  if (command.json)
    console.terminal.json(imageObject(engine.workingFolder, console, dialogue, prompt, answer, saver.saved, error));
  else await printPictures(engine, console, saver.saved);
  report(engine, console, dialogue, answer, saver);
  sayLostPictures(console.terminal, console.words, { ...answer, error });
  if (error !== null && engine.stop.reason !== "closed") throw error;
}

async function watched(view: AnswerView, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } finally {
    await view.end();
  }
}

/** The words, or what is piped in; both, where there are both. */
async function promptOf(engine: Engine, console: Console, { words }: ImageCommand): Promise<string> {
  if (!isPiped()) return words;
  const { readPiped } = await import("../ask/piped-text.ts");
  const piped = await readPiped(engine, console, words.trim() === "");
  return [words, piped].filter((text) => text.trim() !== "").join("\n\n");
}

async function attached(engine: Engine, console: Console, { files }: ImageCommand) {
  if (files.length === 0) return [];
  const { readNamed } = await import("../conversation/attachment-consent.ts");
  return (await readNamed(engine, console, files, false)).map(({ part }) => part);
}

/** Saves pictures as they come. Where one cannot be saved the others are tried. */
class PictureSaver {
  readonly #files: PictureFiles;
  readonly saved: SavedPicture[] = [];
  failure: AppError | null = null;

  constructor(files: PictureFiles) {
    this.#files = files;
  }

  readonly onEvent = (event: ChatEvent): void => {
    if (event.type !== "image") return;
    const data = dataOf(event.image);
    try {
      const path = this.#files.save(data);
      this.saved.push({ ...data, path, seed: event.seed ?? null, prompt: event.text ?? null });
    } catch (error) {
      this.failure ??= asAppError(error);
    }
  };
}

/** Shows what was saved: pictures where stdout shows them, and a path a line. */
async function printPictures(engine: Engine, console: Console, saved: readonly SavedPicture[]): Promise<void> {
  const { terminal } = console;
  if (!terminal.outIsTerminal) {
    for (const { path } of saved) terminal.out(`${shownPath(engine.workingFolder, path)}\n`);
    return;
  }
  const { drawPictures, pathLink } = await import("./picture-view.ts");
  await drawPictures(
    engine,
    console,
    saved.map(({ bytes }) => bytes),
  );
  for (const { path } of saved) terminal.out(`${await pathLink(engine, console, path)}\n`);
}

function report(
  engine: Engine,
  { terminal, words }: Console,
  dialogue: ChatSession,
  answer: Answer,
  { failure, saved }: PictureSaver,
): void {
  if (engine.stop.reason === "closed") return;
  for (const { prompt } of saved) if (prompt !== null) terminal.detail(sanitize(words.images.rewritten({ prompt })));
  const isWorthTelling = terminal.errIsTerminal && saved.length > 0;
  if (isWorthTelling) terminal.say(terminal.ink.err.muted(imageSummary(words, answer, saved.length, terminal.columns)));
  if (terminal.errIsTerminal) sayUnknownCost(terminal, words, answer);
  sayBudget(terminal, words, answer);
  sayUnbooked(terminal, words, answer);
  sayMoved(terminal, words, dialogue.takeAvoided());
  if (dialogue.path === null || answer.unsaved !== null) return;
  const path = displayPath(engine.workingFolder, dialogue.path);
  if (failure !== null) terminal.warn(words.images.kept({ path }));
  else terminal.detail(path);
}
