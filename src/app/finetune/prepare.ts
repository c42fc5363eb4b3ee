import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { AtomicFile } from "../../atomic-file.ts";
import { expandHome } from "../../config/home.ts";
import { AppError, asAppError } from "../../errors.ts";
import { type FoundPrivate, maskExample } from "../../finetune/masked-example.ts";
import { type PrivateKind, withoutPrivate } from "../../finetune/private-data.ts";
import { buildExample, type ExampleMessage, type SystemChoice } from "../../finetune/training-example.ts";
import { isForValidation, readShare } from "../../finetune/training-split.ts";
import { HashIndex } from "../../hash-index.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { trainingTurns } from "../../transcripts/export/training-turns.ts";
import type { Transcript } from "../../transcripts/format/types.ts";
import { readTranscript, type TranscriptSummary } from "../../transcripts/store/read.ts";
import { loadTrainingWords } from "../../words/load.ts";
import type { TrainingWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { findConversation, listConversations, passOver } from "../library/conversations.ts";
import { openSearcher } from "../library/search.ts";
import { checkedTag, hasTags } from "../library/tag.ts";

export interface PrepareOptions {
  /** Conversations as they were named. */
  readonly references: readonly string[];
  readonly all: boolean;
  /** Only those in which these words stand; null for any. */
  readonly search: string | null;
  readonly tag: readonly string[];
  /** Only answers that were marked with `/good`, each with the turns before it. */
  readonly good: boolean;
  readonly system: SystemChoice;
  /** As it was typed, `10%`; null for no validation part. */
  readonly validation: string | null;
  readonly output: string;
  readonly force: boolean;
  /** Whether what is private is masked; it is told in any case. */
  readonly mask: boolean;
  readonly json: boolean;
}

/** Lines about what was found, and about what was left out, that are printed; `--json` has all. */
const maxShown = 20;

interface LeftOut {
  readonly conversation: string;
  readonly title: string;
  /** Null: the whole conversation. */
  readonly turn: number | null;
  readonly why: "unfinished" | "picture" | "not_good" | "context" | "duplicate" | "empty";
}

interface PrivateFinding {
  readonly conversation: string;
  readonly title: string;
  readonly turn: number;
  readonly role: string;
  readonly kind: PrivateKind;
  readonly excerpt: string;
}

/**
 * Makes a training file of saved conversations, and another one of a part of them for validation. Nothing is sent.
 *
 * @throws AppError `nothing_named`; `bad_value`, `bad_tag`; `output_exists` where a file is there and may not be replaced;
 *   `training_nothing` where no example came of it, and nothing is written; as the conversations are read
 */
export async function prepareTrainingFile(engine: Engine, console: Console, options: PrepareOptions): Promise<void> {
  const words = await loadTrainingWords(engine.language);
  const share = shareIn(options.validation);
  const chosen = await choose(engine, console, options);
  const path = resolve(engine.workingFolder, expandHome(options.output));
  const target = new TrainingTarget(path, share === null ? null : validationPath(path));
  const force = await mayReplace(engine, console, words, target, options.force);
  const preparation = new Preparation(options, share ?? 0, target);
  try {
    for (const summary of chosen) {
      // Files are read without waiting; signals come through in between.
      await setImmediate();
      if (engine.stop.aborted) throw new AppError("interrupted", {});
      const transcript = await readOne(engine, console, summary, options.references.length > 0);
      if (transcript !== null) preparation.take(transcript, force);
    }
    if (preparation.examples === 0) throw new AppError("training_nothing", { conversations: chosen.length });
    target.commit();
  } catch (error) {
    target.discard();
    if (asAppError(error).code === "training_nothing") tellLeftOut(console, words, preparation.leftOut);
    throw error;
  }
  if (options.json) return console.terminal.json(asObject(engine, preparation, target, options.mask));
  tellFound(console, words, preparation.found, options.mask);
  tellLeftOut(console, words, preparation.leftOut);
  const shown = (each: string) => sanitize(displayPath(engine.workingFolder, each));
  console.terminal.succeed(
    words.prepared({
      examples: preparation.counts.training,
      path: shown(target.path),
      validation:
        target.validation === null ? null : { examples: preparation.counts.validation, path: shown(target.validation) },
    }),
  );
}

/** @throws AppError `bad_value` */
function shareIn(text: string | null): number | null {
  const share = text === null ? null : readShare(text);
  if (text === null || share !== null) return share;
  throw new AppError("bad_value", { name: "--validation", value: text, expected: "10% / 0.1" });
}

async function choose(
  engine: Engine,
  console: Console,
  { references, all, search, tag, good }: PrepareOptions,
): Promise<readonly TranscriptSummary[]> {
  const tags = tag.map(checkedTag);
  const isFiltered = search !== null || tags.length > 0 || good;
  if (references.length === 0 && !all && !isFiltered)
    throw new AppError("nothing_named", { option: "--all", what: "conversation" });
  const listed =
    references.length > 0 ? await named(engine, console, references) : await listConversations(engine, console);
  const found = search === null ? null : await pathsWith(engine, console, search);
  return listed.filter((row) => hasTags(row, tags) && (found === null || found.has(row.path)));
}

async function named(engine: Engine, console: Console, references: readonly string[]): Promise<TranscriptSummary[]> {
  const found = new Map<string, TranscriptSummary>();
  for (const reference of references) {
    const summary = await findConversation(engine, console, reference);
    found.set(summary.path, summary);
  }
  return [...found.values()];
}

/** Paths of the conversations in which words stand. */
async function pathsWith(engine: Engine, console: Console, words: string): Promise<ReadonlySet<string>> {
  using searcher = openSearcher(engine, "once");
  const course = { signal: engine.stop, onProgress() {}, onUnreadable: (error: AppError) => passOver(console, error) };
  const asked = { what: words, role: null, since: null, limit: null, exchanges: 1 };
  const { conversations } = await searcher.search(asked, course);
  return new Set(conversations.map(({ path }) => path));
}

/** The conversation; null for one that can't be read any more and was not named, which has been reported. */
async function readOne(
  engine: Engine,
  console: Console,
  { path }: TranscriptSummary,
  isNamed: boolean,
): Promise<Transcript | null> {
  try {
    return await readTranscript(path, engine.stop);
  } catch (error) {
    const known = asAppError(error);
    if (isNamed || (known.code !== "transcript_unreadable" && known.code !== "transcript_not_found")) throw error;
    passOver(console, known);
    return null;
  }
}

/** `train.jsonl` has `train.validation.jsonl` beside it. */
function validationPath(path: string): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}.validation${ending}`;
}

/** Whether files that are there may be replaced; asks on a terminal. @throws AppError `output_exists` */
async function mayReplace(
  engine: Engine,
  console: Console,
  words: TrainingWords,
  { path, validation }: TrainingTarget,
  force: boolean,
): Promise<boolean> {
  const taken = [path, validation].find((each) => each !== null && existsSync(each)) ?? null;
  if (taken === null || force) return force;
  const { terminal } = console;
  if (terminal.interactive) {
    const { confirmed } = await import("../../terminal/prompts.ts");
    const shown = sanitize(displayPath(engine.workingFolder, taken));
    if (await confirmed(words.reallyReplace({ path: shown }), false, console.words.confirm)) return true;
  }
  throw new AppError("output_exists", { path: taken });
}

/** The files that are written; there is nothing of them before the end. */
class TrainingTarget {
  readonly path: string;
  readonly validation: string | null;
  readonly #files = new Map<string, AtomicFile>();

  constructor(path: string, validation: string | null) {
    [this.path, this.validation] = [path, validation];
  }

  write(isValidation: boolean, line: string, force: boolean): void {
    this.#fileAt(isValidation ? (this.validation ?? this.path) : this.path, force).write(line);
  }

  commit(): void {
    for (const file of this.#files.values()) file.commit();
  }

  discard(): void {
    for (const file of this.#files.values()) file.discard();
  }

  #fileAt(path: string, force: boolean): AtomicFile {
    const file = this.#files.get(path) ?? AtomicFile.open(path, force);
    this.#files.set(path, file);
    return file;
  }
}

/** Makes examples of conversations, one after the other. */
class Preparation {
  readonly found: PrivateFinding[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly counts = { training: 0, validation: 0 };
  readonly #options: PrepareOptions;
  readonly #share: number;
  readonly #target: TrainingTarget;
  readonly #seen = new HashIndex();

  constructor(options: PrepareOptions, share: number, target: TrainingTarget) {
    this.#options = options;
    this.#share = share;
    this.#target = target;
  }

  get examples(): number {
    return this.counts.training + this.counts.validation;
  }

  take(transcript: Transcript, force: boolean): void {
    const { id: conversation } = transcript;
    // A title is mostly the first question's beginning, and what is listed is read by others too.
    const title = withoutPrivate(transcript.title).text;
    const { system, good, mask, references } = this.#options;
    const all = trainingTurns(transcript);
    const isMarked = all.some(({ isGood }) => isGood);
    // What has no mark was not chosen, unless it was named.
    if (good && !isMarked && references.length === 0) return;
    const { messages, turns, leftOut } = buildExample(all, system, good);
    if (messages.length === 0) {
      const why = good && !isMarked ? "not_good" : (leftOut[0]?.why ?? "empty");
      this.leftOut.push({ conversation, title, turn: null, why });
      return;
    }
    const masked = maskExample(messages);
    const line = lineOf(mask ? masked.messages : messages);
    if (this.#seen.add(line) !== null) {
      this.leftOut.push({ conversation, title, turn: null, why: "duplicate" });
      return;
    }
    for (const { turn, why } of leftOut) this.leftOut.push({ conversation, title, turn, why });
    for (const each of masked.found) this.found.push({ conversation, title, ...findingOf(messages, turns, each) });
    const isValidation = isForValidation(conversation, this.#share);
    this.counts[isValidation ? "validation" : "training"]++;
    this.#target.write(isValidation, line, force);
  }
}

function lineOf(messages: readonly ExampleMessage[]): string {
  return `${JSON.stringify({ messages })}\n`;
}

function findingOf(
  messages: readonly ExampleMessage[],
  turns: readonly number[],
  { message, kind, excerpt }: FoundPrivate,
): Omit<PrivateFinding, "conversation" | "title"> {
  return { turn: turns[message]!, role: messages[message]!.role, kind, excerpt };
}

function tellFound({ terminal }: Console, words: TrainingWords, found: readonly PrivateFinding[], mask: boolean): void {
  for (const each of found.slice(0, maxShown)) terminal.report(sanitize(words.found({ ...each, mask })));
  if (found.length > maxShown) terminal.report(words.more({ count: found.length - maxShown }));
}

function tellLeftOut({ terminal }: Console, words: TrainingWords, leftOut: readonly LeftOut[]): void {
  for (const each of leftOut.slice(0, maxShown)) terminal.report(sanitize(words.leftOut(each)));
  if (leftOut.length > maxShown) terminal.report(words.more({ count: leftOut.length - maxShown }));
}

function asObject(
  engine: Engine,
  preparation: Preparation,
  { path, validation }: TrainingTarget,
  mask: boolean,
): object {
  const { counts, found, leftOut } = preparation;
  const shown = (each: string) => displayPath(engine.workingFolder, each);
  return {
    training: { path: shown(path), examples: counts.training },
    validation: validation === null ? null : { path: shown(validation), examples: counts.validation },
    masked: mask,
    private: found,
    left_out: leftOut,
  };
}
