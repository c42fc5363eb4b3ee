import { shortenHome } from "../../config/home.ts";
import { basename, extname } from "node:path";
import { AppError, asAppError } from "../../errors.ts";
import { type Deed, pause, pick, type Picked, type PickerRow, type Start } from "../../terminal/picker.ts";
import { choose, confirmed } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { bytes } from "../../terminal/table.ts";
import { describe } from "../../terminal/terminal.ts";
import { formNames } from "../../transcripts/export/form-names.ts";
import { describeTranscript, readTranscript, type TranscriptSummary } from "../../transcripts/store/read.ts";
import { fold } from "../../transcripts/search/fold.ts";
import { saidText } from "../../transcripts/format/exchange-messages.ts";
import { localStamp } from "../../transcripts/format/times.ts";
import { turnsIn } from "../../transcripts/format/turns.ts";
import { modelOf } from "../../transcripts/format/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { ContentFilter } from "./content-filter.ts";
import { maxCharacters } from "./found-lines.ts";
import { type Library, listConversations } from "./conversations.ts";
import { ageOf } from "./age.ts";
import { labelled, pinnedFirst } from "./tag.ts";
import type { PreviewPart } from "../../terminal/picker-view.ts";
import type { Words } from "../../words/types.ts";

/**
 * Lets a person browse the conversations, and show, export or remove them, until one is chosen to be resumed.
 *
 * @param first what Enter does
 * @param inUse the path of a conversation that must stay; null for none
 * @returns the path of that one; null when they left
 * @throws AppError `interrupted` for Ctrl-C; `transcript_not_found` if there is none to resume
 */
export async function pickConversation(
  engine: Engine,
  console: Console,
  first: Deed,
  inUse: string | null,
): Promise<string | null> {
  const { transcripts } = engine;
  const { terminal, words } = console;
  let start: Start = { filter: "", value: null, place: 0 };
  using contents = new ContentFilter(engine);
  const search = (filter: string) => contents.find(filter);
  while (!engine.stop.aborted) {
    const all = pinnedFirst(await listConversations(engine, console));
    if (all.length === 0) {
      if (first === "resume") throw new AppError("transcript_not_found", { reference: "last" });
      terminal.say(words.transcripts.none({ folder: sanitize(shortenHome(transcripts)) }));
      return null;
    }
    const preview = async (path: string, filter: string) =>
      await previewOf(
        engine.stop,
        console,
        all.find((row) => row.path === path)!,
        contents.lineIn(path, filter),
      );
    const picked = await pick({
      terminal,
      words: words.picker,
      rows: all.map((row) => asRow(words.picker, row, terminal.symbols.pinned)),
      fold,
      first,
      start,
      search,
      preview,
    });
    if (picked === null) return null;
    if (picked.deed === "resume" && (await describeTranscript(picked.value)) !== null) return picked.value;
    await attempt(engine, console, picked, inUse);
    start = picked;
  }
  return null;
}

function asRow(words: Words["picker"], summary: TranscriptSummary, sign: string): PickerRow {
  const [when, model, name] = [localStamp(summary.updatedAt).slice(0, 16), modelOf(summary), labelled(summary, sign)];
  const age = words.age(ageOf(summary.updatedAt, new Date()));
  return {
    value: summary.path,
    cells: { age, title: name, facts: [words.turns({ turns: summary.turns }), summary.model ?? ""] },
    text: fold(`${summary.id} ${when} ${model} ${name}`),
  };
}

/** Reports an error with one conversation and returns to the list, as when a question is cancelled. */
async function attempt(engine: Engine, console: Console, { deed, value }: Picked, inUse: string | null): Promise<void> {
  try {
    if (deed === "show") await show(engine, console, value);
    else if (deed === "export") await exportOne(engine, console, value);
    else if (deed === "pin") await changePin(value);
    else if (deed === "remove") await removeOne(engine, console, value, inUse);
    // It was there when the list was made.
    else throw new AppError("transcript_not_found", { reference: value });
  } catch (error) {
    const known = asAppError(error);
    if (known.code === "internal" || engine.stop.aborted) throw known;
    if (known.code !== "interrupted") console.terminal.warn(sanitize(describe(known, console.words.errors)));
  }
}

async function show(
  engine: Pick<Engine, "environment" | "keyPlaces" | "settings" | "stop" | "thread">,
  console: Console,
  path: string,
): Promise<void> {
  const { showFile } = await import("./show.ts");
  const paged = await showFile(engine, console, path, { json: false, raw: false, turn: null, always: true });
  // The list would be drawn over what was printed.
  if (!paged) await pause(console.words.picker.back);
}

/** Pins a conversation, or unpins it. */
async function changePin(path: string): Promise<void> {
  const { pinTranscript } = await import("../../transcripts/store/manage.ts");
  await pinTranscript(path, (await describeTranscript(path))?.pinned !== true);
}

async function removeOne(engine: Library, console: Console, path: string, inUse: string | null): Promise<void> {
  if (path === inUse) throw new AppError("transcript_busy", { path });
  const { remove } = await import("./list.ts");
  await remove(engine, console, path, false);
}

async function exportOne(
  engine: Pick<Engine, "folders" | "stop" | "transcripts" | "workingFolder">,
  console: Console,
  path: string,
): Promise<void> {
  const { words } = console;
  const form = await choose(
    words.picker.form,
    formNames.map((name) => ({ value: name, name })),
  );
  const { exportConversations } = await import("./export.ts");
  const output = `${basename(path, extname(path))}.${form}`;
  const write = async (force: boolean) =>
    await exportConversations(engine, console, {
      references: [path],
      all: false,
      form,
      output,
      force,
      turns: null,
      thinking: true,
    });
  try {
    await write(false);
  } catch (error) {
    if (asAppError(error).code !== "output_exists") throw error;
    if (await confirmed(words.picker.replace({ path: sanitize(output) }), false, words.confirm)) await write(true);
  }
}

/**
 * What it began with, and how it ended.
 *
 * @param found a line that stands in front; empty for none
 */
async function previewOf(
  stop: AbortSignal,
  { words }: Console,
  summary: TranscriptSummary,
  found: string,
): Promise<readonly PreviewPart[]> {
  const { exchanges } = await readTranscript(summary.path, stop);
  const turns = exchanges.filter(({ withdrawn }) => !withdrawn);
  const [opening, last] = [turns[0], turns.at(-1)];
  const count = words.picker.turns({ turns: turnsIn(exchanges) });
  const facts = [summary.id, localStamp(summary.updatedAt).slice(0, 16), count, bytes(summary.bytes), modelOf(summary)];
  const asked = (question: string) => ({ kind: "question", text: question.trim().slice(0, maxCharacters) }) as const;
  return [
    { kind: "facts", text: facts.filter(Boolean).join(" · ") },
    ...(found === "" ? [] : [{ kind: "answer", text: found } as const]),
    ...(opening === undefined ? [] : [asked(opening.question)]),
    ...(last === undefined || last === opening ? [] : [{ kind: "facts", text: "…" } as const, asked(last.question)]),
    ...(last === undefined ? [] : [{ kind: "answer", text: saidText(last).trim().slice(0, maxCharacters) } as const]),
  ];
}

/**
 * What bare `transcripts` does: a list, which a person may look through.
 *
 * @returns the path of the conversation that is to be resumed; null for none
 */
export async function browse(engine: Engine, console: Console): Promise<string | null> {
  const { terminal } = console;
  if (!terminal.interactive || !terminal.outIsTerminal || !terminal.capable) {
    const { list } = await import("./list.ts");
    await list(engine, console, { json: false, limit: null, since: null, model: null, tag: [], pinned: false });
    return null;
  }
  return await pickConversation(engine, console, "show", null);
}
