import { statSync } from "node:fs";
import { type AskedQuestion, Conversation, type Preface } from "../../chat/conversation.ts";
import type { Origin } from "../../config/schema.ts";
import type { Connection } from "../../providers/connection.ts";
import type { Exchange, Transcript, TranscriptFile } from "../../transcripts/format/types.ts";
import { KeptPictures, type LostImage } from "../../transcripts/store/kept-pictures.ts";
import { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { Engine } from "../engine.ts";
import type { SentPrefix } from "../usage/prefix.ts";
import { modelInUse } from "../model-facts.ts";
import { type Parameters, parametersOf } from "./sampling.ts";
import { rebuild } from "./replay.ts";
import { inheritedPreface } from "./system-prompt.ts";
import { newWriter, openWriter } from "./open-transcript.ts";

/**
 * All that a session stands on, as a value. A command builds the whole new state first and then puts it in the place of the
 * old one, so that a failure between leaves everything as it was.
 */
export interface ChatState {
  readonly connection: Connection;
  readonly modelId: string;
  readonly conversation: Conversation;
  /** The system prompt that was set in this session, with the examples of its role; null where none was. */
  readonly ownPreface: Preface | null;
  /** Parameters of the conversation that was resumed; what is set now comes before them. */
  readonly inherited: Parameters;
  /** The name that someone gave the conversation; null for none. */
  readonly title: string | null;
  /** Null where nothing is saved. */
  readonly writer: TranscriptWriter | null;
  /** Ids of exchanges whose answers are marked as good. */
  readonly good: ReadonlySet<string>;
  /** The newest question if it got no answer and is no part of the conversation; `/retry` and `/undo` refer to it. */
  readonly failed: AskedQuestion | null;
  /** Whether the service did not say that the last answer was finished. */
  readonly cut: boolean;
  /** The service's token count of the current conversation; null once it changed. */
  readonly counted: number | null;
  /** What the last request sent, as long as the next one is to begin with it; null where that is unknown, or another conversation. */
  readonly sent: SentPrefix | null;
  /** Pictures of the conversation that was resumed which are not sent, as their copies can't be had. */
  readonly lostImages: readonly LostImage[];
  /** Bytes of the transcript when this program last wrote or read it; null where it is unknown. */
  readonly size: number | null;
}

/** Provider and model; they change only together. */
interface Pair {
  readonly provider: string;
  /** Null: the provider's own. */
  readonly model: string | null;
}

/**
 * The state that a run begins with.
 *
 * @param earlier the conversation that is resumed; null for a new one
 * @throws AppError for settings and credentials
 */
export async function openState(engine: Engine, earlier: TranscriptFile | null): Promise<ChatState> {
  const pair = pairFor(engine, earlier);
  const state = await stateOn(engine, await engine.connect(pair.provider), pair.model, earlier);
  const writer = engine.settings.save ? await openWriter(engine, earlier) : null;
  return { ...state, writer, size: sizeOf(writer) };
}

/**
 * The state after `/resume`: the conversation's own provider and model, as a pair; where it names none, those in use.
 *
 * @throws AppError as `openState`
 */
export async function resumedState(
  engine: Pick<Engine, "connect" | "folders" | "origins" | "preface" | "prompts" | "settings" | "stop">,
  earlier: TranscriptFile,
  before: ChatState,
): Promise<ChatState> {
  const pair = pairOf(earlier) ?? { provider: before.connection.name, model: before.modelId };
  const same = pair.provider === before.connection.name;
  const connection = same ? before.connection : await engine.connect(pair.provider);
  const state = await stateOn(engine, connection, pair.model, earlier);
  const writer = engine.settings.save ? TranscriptWriter.resume(earlier, engine.folders.cache) : null;
  return { ...state, writer, size: sizeOf(writer) };
}

/** The state after `/new`: a conversation as the settings have it, and a new transcript with its first question. */
export function newState(
  engine: Pick<Engine, "environment" | "folders" | "preface" | "settings" | "transcripts">,
  before: ChatState,
): ChatState {
  const { system, examples } = before.ownPreface ?? engine.preface;
  const conversation = new Conversation(system, [], [], examples);
  const writer = engine.settings.save ? newWriter(engine) : null;
  return { ...before, ...untouched, conversation, writer, inherited: {} };
}

const untouched = {
  title: null,
  good: new Set<string>(),
  size: null,
  failed: null,
  cut: false,
  counted: null,
  sent: null,
  lostImages: [],
} as const;

/**
 * The state after `/fork`: in a file that holds the same conversation, or its beginning.
 *
 * @param turns how many turns of it the file holds; null for all
 * @throws AppError `transcript_unwritable`
 */
export function forkedState(
  { folders, prompts }: Pick<Engine, "folders" | "prompts">,
  before: ChatState,
  file: TranscriptFile,
  turns: number | null,
): ChatState {
  const writer = TranscriptWriter.resume(file, folders.cache);
  const state = { ...before, title: null, writer, size: sizeOf(writer) };
  if (turns === null) return state;
  const rebuilt = rebuild(file, prompts.summary, new KeptPictures(file.path).resolve);
  const { system, examples } = before.conversation;
  const conversation =
    before.conversation.beginning(turns) ?? new Conversation(system, rebuilt.turns, rebuilt.covered, examples);
  return { ...state, conversation, failed: null, cut: rebuilt.cut, counted: null };
}

/** With the length of the transcript after a word of ours; none where somebody else wrote meanwhile. */
export function lookedAt(state: ChatState): ChatState {
  const { writer } = state;
  return { ...state, size: writer === null || writer.failed !== null ? null : (writer.size ?? -1) };
}

/** Bytes of a transcript as it is now; null where there is none yet. */
export function sizeOf(writer: TranscriptWriter | null): number | null {
  const path = writer?.path ?? null;
  return path === null ? null : (statSync(path, { throwIfNoEntry: false })?.size ?? null);
}

async function stateOn(
  engine: Pick<Engine, "origins" | "preface" | "prompts" | "settings" | "stop">,
  connection: Connection,
  model: string | null,
  earlier: Transcript | null,
): Promise<Omit<ChatState, "writer" | "size">> {
  const last = earlier?.exchanges.at(-1);
  const pictures = earlier === null ? null : new KeptPictures(earlier.path);
  const rebuilt = earlier === null ? null : rebuild(earlier, engine.prompts.summary, pictures!.resolve);
  const { system, examples } = inheritedPreface(engine, last ?? null) ?? engine.preface;
  return {
    connection,
    modelId: model ?? (await modelInUse(engine, connection)),
    conversation: new Conversation(system, rebuilt?.turns, rebuilt?.covered, examples),
    ownPreface: null,
    inherited: parametersOf(last?.sampling ?? {}, last?.thinking ?? null),
    title: earlier?.named === true ? earlier.title : null,
    good: new Set(earlier?.exchanges.flatMap(({ id, good }) => (good && id !== null ? [id] : []))),
    failed: null,
    cut: rebuilt?.cut ?? false,
    counted: null,
    sent: null,
    lostImages: pictures?.lost ?? [],
  };
}

/** Name of the provider that is asked first. @param earlier the conversation that is resumed; null for a new one */
export function firstProvider(engine: Pick<Engine, "origins" | "settings">, earlier: Transcript | null): string {
  return pairFor(engine, earlier).provider;
}

/**
 * Provider and model of the first question: by flag or variable, else of the resumed conversation, else by the settings. A model that a
 * flag names by its id alone belongs to the resumed conversation's provider.
 */
function pairFor({ settings, origins }: Pick<Engine, "origins" | "settings">, earlier: Transcript | null): Pair {
  const set = { provider: settings.provider, model: settings.model ?? null };
  const own = earlier === null ? null : pairOf(earlier);
  if (own === null) return set;
  const isNearer = (origin: Origin | undefined) => isForThisRun(origin?.kind === "role" ? origins.role : origin);
  const [provider, model] = [isNearer(origins.provider), isNearer(origins.model)];
  if (!provider && !model) return own;
  const byFlag = origins.model?.kind === "flag" || origins.model?.kind === "role";
  if (!provider && byFlag) return { provider: own.provider, model: set.model };
  return provider && !model && set.provider === own.provider ? own : set;
}

/** Whether it was set for this run, and not once for all. */
function isForThisRun(origin: Origin | undefined): boolean {
  return origin !== undefined && origin.kind !== "file" && origin.kind !== "built-in";
}

/** Provider and model of the last question of a conversation, pictures not counted; null if unknown, as in files of other programs. */
function pairOf({ exchanges }: Transcript): Pair | null {
  const named = (exchange: Exchange): exchange is Exchange & { provider: string } =>
    exchange.provider !== null && !exchange.requests.some(({ purpose }) => purpose === "image");
  const last = exchanges.findLast(named);
  return last === undefined ? null : { provider: last.provider, model: last.model };
}
