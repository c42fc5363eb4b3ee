import { realpathSync, utimesSync } from "node:fs";
import { withImages } from "../format/exchange-images.ts";
import { isNotice, sectionsOf } from "../format/sections.ts";
import type { Exchange } from "../format/types.ts";
import { isHeld } from "../../file-lock.ts";
import { addNote, saveTranscript } from "../store/manage.ts";
import { idFrom } from "../store/names.ts";
import { readTranscript } from "../store/read.ts";
import { TranscriptWriter } from "../store/writer.ts";
import type { ImportedConversation } from "./types.ts";

export interface Placed {
  readonly status: "imported" | "extended" | "present";
  readonly id: string;
  readonly path: string;
}

/**
 * The folder that conversations are imported into. A conversation gets the same id each time, so that it is imported
 * once; turns added at its source are appended. One that was changed at its source or continued here is another conversation, with
 * an id derived from its content.
 */
export class Shelf {
  readonly #folder: string;
  /** Paths by id. */
  readonly #known: Map<string, string>;

  constructor(folder: string, known: Iterable<{ readonly id: string; readonly path: string }>) {
    this.#folder = folder;
    this.#known = new Map(Array.from(known, ({ id, path }) => [id, path]));
  }

  /** Throws `transcript_unwritable`, and what reading a transcript throws. */
  async place(found: ImportedConversation): Promise<Placed> {
    const [first, second] = idsOf(found);
    const path = this.#known.get(first);
    if (path === undefined) return this.#save(first, found);
    const there = (await readTranscript(path)).exchanges;
    if (startsWith(there, found.exchanges)) return { status: "present", id: first, path };
    if (startsWith(found.exchanges, there) && mayGrow(there) && !isHeld(realpathSync.native(path))) {
      extend(path, found.exchanges.slice(there.length));
      return { status: "extended", id: first, path };
    }
    const other = this.#known.get(second);
    return other === undefined ? this.#save(second, found) : { status: "present", id: second, path: other };
  }

  #save(id: string, found: ImportedConversation): Placed {
    const { startedAt, zone, title, pinned, tags, origin, compaction } = found;
    const exchanges = found.exchanges.map((exchange, index) => ({
      ...exchange,
      id: exchange.id ?? digest([id, String(index)]),
    }));
    const path = saveTranscript(this.#folder, { id, startedAt, zone, title, origin }, exchanges, compaction);
    this.#known.set(id, path);
    const { source, key } = found;
    if (source !== "transcript" && source !== "deepseek-chat") {
      addNote(path, "imported", { from: source, id: key ?? undefined });
    }
    if (pinned) addNote(path, "pin", { pinned });
    if (tags.length > 0) addNote(path, "tags", { add: tags });
    touch(path, exchanges);
    return { status: "imported", id, path };
  }
}

/** The id it has or gets, and the one it gets when that belongs to a conversation of another content. */
function idsOf({ id, source, key, exchanges }: ImportedConversation): [string, string] {
  const content = exchanges.flatMap(({ question, answer }) => [question, answer]);
  const whole = digest([source, "whole", ...content]);
  if (id !== null) return [id, whole];
  if (key !== null) return [digest([source, "key", key]), whole];
  // A session without a name is known by how it begins; lines of a file for training often begin alike.
  return [source === "messages" ? whole : digest([source, "begins", ...content.slice(0, 2)]), whole];
}

function digest(parts: readonly string[]): string {
  return idFrom(JSON.stringify(parts));
}

function startsWith(long: readonly Exchange[], short: readonly Exchange[]): boolean {
  return short.every((exchange, index) => {
    const other = long[index];
    return other !== undefined && other.question === exchange.question && other.answer === exchange.answer;
  });
}

/** An answer that is still missing here cannot be put in its place any more. */
function mayGrow(there: readonly Exchange[]): boolean {
  return there.at(-1)?.answer !== "";
}

function extend(path: string, exchanges: readonly Exchange[]): void {
  const writer = TranscriptWriter.append(path);
  for (const exchange of exchanges) {
    const answeredAt = exchange.answeredAt ?? exchange.askedAt;
    writer.begin({ ...exchange, at: exchange.askedAt });
    for (const { name, at, text } of sectionsOf(withImages(exchange, writer.keep))) {
      // How it ended is written at the end.
      if (!isNotice(name)) writer.piece(name, text, at);
    }
    writer.end({ ...exchange, at: exchange.endedAt ?? answeredAt });
  }
  touch(path, exchanges);
}

/** The file is as old as what was said last, so that an import does not become the newest conversation. */
function touch(path: string, exchanges: readonly Exchange[]): void {
  const last = exchanges.at(-1)!;
  const at = last.endedAt ?? last.answeredAt ?? last.askedAt;
  utimesSync(path, at, at);
}
