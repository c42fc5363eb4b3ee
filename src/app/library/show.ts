import { AppError } from "../../errors.ts";
import { findAbilities } from "../../terminal/capabilities.ts";
import type { MarkdownOptions } from "../../terminal/markdown/stream.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { asObject } from "../../transcripts/export/json.ts";
import type { Exchange, Transcript } from "../../transcripts/format/types.ts";
import { wholeFile } from "../../transcripts/store/folder.ts";
import { readTranscript, unreadable } from "../../transcripts/store/read.ts";
import { outline } from "../../transcripts/search/exchange-offsets.ts";
import { byTurns } from "../../transcripts/steps.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { findConversation } from "./conversations.ts";
import { drawn } from "./render.ts";
import { showPaged } from "../pager.ts";

export interface ShowOptions {
  readonly json: boolean;
  /** The exact file. */
  readonly raw: boolean;
  /** One exchange alone, from 1; null for all. */
  readonly turn: number | null;
  /** In the pager also where it is short, and until the person leaves that. */
  readonly always?: boolean;
}

/** What `transcripts show` does. */
export async function show(engine: Engine, console: Console, reference: string, options: ShowOptions): Promise<void> {
  const { path } = await findConversation(engine, console, reference);
  await showFile(engine, console, path, options);
}

/** The same for a file; true when the pager showed it. */
export async function showFile(
  engine: Pick<Engine, "environment" | "keyPlaces" | "settings" | "stop" | "thread">,
  console: Console,
  path: string,
  options: ShowOptions,
): Promise<boolean> {
  const { terminal } = console;
  const { json, raw, turn, always = false } = options;
  const transcript = await readTranscript(path, engine.stop);
  const exchanges = chosen(transcript.exchanges, turn);
  if (raw) {
    const text = await readExactly(path, turn, engine.stop);
    if (terminal.outIsTerminal) return await showPaged(engine, console, sanitize(text), always);
    terminal.out(text);
    return false;
  }
  if (json) {
    terminal.json(asObject({ ...transcript, exchanges }));
    return false;
  }
  const text = await drawn(
    engine,
    console,
    { ...transcript, exchanges },
    (turn ?? 1) - 1,
    await markdownOn(engine, console),
  );
  return await showPaged(engine, console, turn === null ? headed(console, transcript, text) : text, always);
}

/** With the title in front that someone gave the conversation, and its tags. */
function headed({ terminal }: Console, { named, title, pinned, tags }: Transcript, text: string): string {
  if (!named && !pinned && tags.length === 0) return text;
  const { out } = terminal.ink;
  const sign = pinned ? `${terminal.symbols.pinned} ` : "";
  const labels = tags.length === 0 ? "" : `\n${out.muted(sanitize(tags.map((tag) => `#${tag}`).join(" ")))}`;
  return `${sign}${out.strong(sanitize(title))}${labels}\n\n${text}`;
}

function chosen(exchanges: Transcript["exchanges"], turn: number | null): readonly Exchange[] {
  if (turn === null) return exchanges;
  const exchange = exchanges[turn - 1];
  if (exchange !== undefined) return [exchange];
  const expected = exchanges.length === 1 ? "1" : `1–${exchanges.length}`;
  throw new AppError("bad_value", { name: "--turn", value: String(turn), expected });
}

/** How answers are rendered; null for the text they are. */
export async function markdownOn(
  { settings }: Pick<Engine, "settings">,
  { terminal }: Console,
): Promise<MarkdownOptions | null> {
  if (!terminal.outIsTerminal) return null;
  const abilities = settings.render ? await findAbilities(terminal) : null;
  // Not every pager knows links.
  return abilities === null ? null : { ...abilities, hyperlinks: false };
}

/** Returns the file's text verbatim, or the part of it that one exchange takes. */
async function readExactly(path: string, turn: number | null, signal: AbortSignal): Promise<string> {
  try {
    const bytes = wholeFile(path);
    const place = turn === null ? undefined : (await byTurns(outline(bytes, 0), signal))?.exchanges[turn - 1]?.place;
    return bytes.toString("utf8", place?.start, place?.end);
  } catch (error) {
    throw unreadable(path, error);
  }
}
