import { askSecret, confirmed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { count } from "../../terminal/figures.ts";
import { localeOf } from "../../text-encoding.ts";
import type { PictureChanges } from "../../pictures/outgoing-picture.ts";
import { entryOf } from "../../words/error-words.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { DocumentRequest } from "../documents/document-reader.ts";
import type { Engine, InputContext } from "../engine.ts";
import { type Attachment, onceEach } from "./attachment.ts";
import { attach, type Attached, type AttachOptions } from "./attachments.ts";
import type { SessionDialogue } from "../../repl/host.ts";
import { factsOf } from "../model-facts.ts";
import { documentExtent, writtenNumbers } from "../documents/document-extent.ts";
import { needVision } from "./vision.ts";

/** Tokens that are no large share of any window: for fewer, nobody is asked for it. */
const smallTokens = 400;
/** More than this, or than this share of the model's window, is asked about before it is sent. Bytes. */
const largeBytes = 1_000_000;
const largeShare = 0.2;
/** Rows of the window that pictures of a question are shown in: of all that pictures may have, a small part. */
const attachedShare = 0.4;
/** Files named one by one. */
const maxNamed = 10;
/** Columns of a name beside a bar. */
const maxLabel = 30;

/**
 * How this run reads what is attached.
 *
 * @param uploads whether documents go to the provider as files
 * @param release lends the terminal to a question
 */
export function attachOptions(
  engine: InputContext,
  console: Console,
  uploads: boolean,
  stop = engine.stop,
  release = () => {},
): AttachOptions {
  return {
    folder: engine.workingFolder,
    stop,
    thread: engine.thread,
    uploads,
    pages: engine.pages,
    readDocument: async (request, signal) => {
      const [{ documentText }, { ProgressBar }, { shortened }] = await Promise.all([
        import("../documents/document-reader.ts"),
        import("../../terminal/progress.ts"),
        import("../../terminal/width.ts"),
      ]);
      const { reading } = console.words.attachments;
      const bar = new ProgressBar(console.terminal, reading({ name: shortened(sanitize(request.name), maxLabel) }));
      const askPassword = passwordQuestion(console, request.name, () => {
        bar.hide();
        release();
      });
      const wishes = { signal, onProgress: bar.show, ...(console.terminal.interactive && { askPassword }) };
      return await documentText(engine, { ...request, ...wishes }).finally(bar.hide);
    },
    // Node takes milliseconds to find it out, and only a file in an old encoding needs it.
    get locale() {
      return localeOf(engine.environment.variables);
    },
    onSilence: (path) => console.terminal.say(console.words.attachments.waitingForPipe({ name: sanitize(path) })),
  };
}

/** @param free frees the terminal */
function passwordQuestion(
  { words }: Console,
  name: string,
  free: () => void,
): NonNullable<DocumentRequest["askPassword"]> {
  const { password, passwordAgain } = words.attachments;
  return async (isAgain) => {
    free();
    // What protects a document may be anything; nothing means to leave it closed.
    const typed = await askSecret((isAgain ? passwordAgain : password)({ name: sanitize(name) }), () => null);
    return typed === "" ? null : typed;
  };
}

/** Reads what `-f` names, each once, and tells what it is not. @param uploads as for `attachOptions` */
export async function readNamed(
  engine: InputContext,
  console: Console,
  paths: readonly string[],
  uploads: boolean,
): Promise<Attachment[]> {
  const files: Attachment[] = [];
  for (const path of paths) {
    const attached = await attach(path, attachOptions(engine, console, uploads));
    tellReading(console, attached);
    files.push(...attached.files);
  }
  return onceEach(files);
}

/** Reports files that were converted, and those of a folder or pattern that were skipped. */
export function tellReading({ terminal, words }: Console, { files, leftOut }: Attached): void {
  const { attachments } = words;
  for (const file of files) {
    const name = sanitize(file.name);
    if (file.convertedFrom !== null) terminal.say(attachments.converted({ name, encoding: file.convertedFrom }));
    if (file.changes !== undefined) {
      const changes = changeText(words, file.changes);
      terminal.say(terminal.ink.err.muted(attachments.prepared({ name, changes })));
    }
    if (file.damaged) terminal.warn(attachments.damaged({ name }));
    tellWithoutText({ terminal, words }, file);
    if (/\.svg$/iu.test(name)) terminal.say(attachments.svg({ name }));
  }
  for (const [reason, names] of Map.groupBy(leftOut, (each) => each.reason)) {
    const shown = names.slice(0, maxNamed).map(({ name }) => sanitize(name));
    const why = entryOf(attachments.reasons, reason) ?? reason;
    terminal.warn(attachments.leftOut({ names: shown.join(", "), more: names.length - shown.length, reason: why }));
  }
}

/** Names the pages of a document that are pictures alone, as those of a scan are. */
function tellWithoutText(
  { terminal, words }: Pick<Console, "terminal" | "words">,
  { name, document }: Attachment,
): void {
  if (document === null || document.form.name !== "pdf" || !document.hasPictures || document.empty.length === 0) return;
  const pages = writtenNumbers(document.empty);
  terminal.warn(words.attachments.withoutText({ name: sanitize(name), pages, count: document.empty.length }));
}

/** What was done to a picture, in one line. */
function changeText({ attachments }: Words, { form, size, isCleaned }: PictureChanges): string {
  return [
    ...(form === null ? [] : [attachments.changed(form)]),
    ...(size === null ? [] : [attachments.changed(size)]),
    ...(isCleaned ? [attachments.cleaned] : []),
  ].join(" · ");
}

/**
 * Shows what goes with a question, before it does; on a terminal, asks where that is much.
 *
 * @param release lends the terminal to the question
 * @returns whether the question is to be sent
 * @throws AppError `no_vision` for pictures, of earlier turns too, where the model reads none
 */
export async function maySend(
  engine: Pick<Engine, "environment" | "file" | "keyPlaces" | "readModel" | "reported" | "settings" | "workingFolder">,
  console: Console,
  dialogue: Pick<SessionDialogue, "learnWindow" | "modelId" | "provider" | "useModel"> & {
    readonly resendsPictures: boolean;
  },
  files: readonly Attachment[],
  release: () => void,
): Promise<boolean> {
  const hasPictures = files.some(({ part }) => part.type === "image") || dialogue.resendsPictures;
  if (hasPictures && files.length === 0) await needVision(engine, console, dialogue, release);
  if (files.length === 0) return true;
  const { terminal, words } = console;
  if (terminal.interactive && sum(files.map((file) => file.tokens ?? 0)) >= smallTokens) await dialogue.learnWindow();
  // A document goes out by itself, with its price told before.
  const bytes = sum(files.map((file) => (file.part.type === "document" ? 0 : file.bytes)));
  const tokens = sum(files.map((file) => file.tokens ?? 0));
  showFiles(console, files, { bytes, tokens });
  await drawAttached(engine, console, files);
  if (hasPictures) await needVision(engine, console, dialogue, release);
  const { context } = factsOf(engine, dialogue.provider, dialogue.modelId);
  const share = context === undefined ? null : tokens / context;
  if (bytes <= largeBytes && (share === null || share <= largeShare)) return true;
  const facts = { size: sizeOf(bytes), tokens: count(tokens), share: share === null ? null : percent(share) };
  terminal.warn(words.attachments.large(facts));
  if (!terminal.interactive) return true;
  release();
  if (await confirmed(words.attachments.sendLarge, false, words.confirm)) return true;
  terminal.say(words.attachments.notSent);
  return false;
}

function showFiles({ terminal, words }: Console, files: readonly Attachment[], all: { bytes: number; tokens: number }) {
  const { attachments } = words;
  const say = (line: string) => terminal.say(terminal.ink.err.muted(line));
  for (const { name, bytes, tokens, document } of files.slice(0, maxNamed)) {
    const known = tokens === null ? null : count(tokens);
    const extent = document === null ? null : documentExtent(document, attachments);
    say(attachments.file({ name: sanitize(name), size: sizeOf(bytes), tokens: known, extent }));
  }
  if (files.length > maxNamed) say(attachments.more({ files: files.length - maxNamed }));
  if (files.length === 1) return;
  say(attachments.total({ files: count(files.length), size: sizeOf(all.bytes), tokens: count(all.tokens) }));
}

/** Shows pictures where a person looks and the terminal can; what draws is loaded where there are some. */
async function drawAttached(
  engine: Parameters<typeof maySend>[0],
  console: Console,
  files: readonly Attachment[],
): Promise<void> {
  const { interactive, outIsTerminal, verbosity } = console.terminal;
  const pictures = files.flatMap(({ part }) => (part.type === "image" ? [part] : []));
  if (pictures.length === 0 || !interactive || !outIsTerminal || verbosity === "quiet") return;
  const [{ drawPictures }, { dataOf }] = await Promise.all([
    import("../images/picture-view.ts"),
    import("../images/picture-data.ts"),
  ]);
  const shown = pictures.slice(0, maxNamed).map((picture) => dataOf(picture).bytes);
  await drawPictures(engine, console, shown, attachedShare);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)}%`;
}

/** Decimal units, as file managers show them. */
function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}
