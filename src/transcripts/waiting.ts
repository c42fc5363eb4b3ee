import { lstatSync, openSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { systemReason } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { ageOf, companion } from "./lock.ts";
import { mended } from "./mend.ts";
import { isAlive, thisOwner } from "./owner.ts";
import { parseTranscript } from "./parse.ts";
import { decodeFile } from "./source.ts";

/**
 * What could not be appended to a file because another program was writing to it: one side file an exchange, in a folder
 * next to the file, named after its time, its owner and the exchange. Whoever holds the file's lock next takes it over.
 */
export interface Waiting {
  readonly file: string;
  /** Of the exchange; tells whether it was taken over already. */
  readonly id: string;
  /** Ready to append. */
  readonly text: string;
}

/** How long a side file stands untouched whose owner cannot be asked about; milliseconds. */
const patience = 15 * 60_000;

/** Tells apart, and keeps in order, what this process began within one millisecond. */
let count = 0;

/** Makes a side file for what the file at `path` cannot take now; gives its descriptor. */
export function openWaiting(path: string, id: string): number {
  const folder = companion(path, "waiting");
  const name = `${Date.now()}-${String(count++).padStart(6, "0")}.${thisOwner()}.${id}.md`;
  for (let attempt = 1; ; attempt++) {
    try {
      makeFolder(folder);
      if (!isOwn(folder)) throw Object.assign(new Error("The folder is another user's."), { code: "EPERM" });
      return openSync(join(folder, name), "ax", 0o600);
    } catch (error) {
      // Another program took over what was there and removed the folder between our two steps.
      if (systemReason(error) !== "ENOENT" || attempt === 10) throw error;
    }
  }
}

/** What waits for `path` and is finished, or never will be because its owner is gone; in the order of asking. */
export function listWaiting(path: string): Waiting[] {
  const folder = companion(path, "waiting");
  return namesIn(folder).flatMap((name) => {
    const match = /^[\d-]+\.(.+)\.([0-9a-z]+)\.md$/.exec(name);
    const waiting = match === null ? null : readWaiting(join(folder, name), match[1]!);
    return waiting === null ? [] : [{ file: join(folder, name), id: match![2]!, text: waiting }];
  });
}

/** Whether anything waits for `path`, finished or not. */
export function hasWaiting(path: string): boolean {
  return namesIn(companion(path, "waiting")).length > 0;
}

/** Removes side files that were taken over. */
export function discard(path: string, taken: readonly Waiting[]): void {
  for (const { file } of taken) unlinkSync(file);
  try {
    rmdirSync(companion(path, "waiting"));
  } catch {
    // Not empty, or not there.
  }
}

/** The text of a side file, fit to be appended; null when its owner still writes to it, or somebody took it over. */
function readWaiting(file: string, owner: string): string | null {
  const text = readIfThere(file);
  if (text === null) return null;
  const whole = text.endsWith("\n\n") && parseTranscript(text).tear === null;
  return whole || isAbandoned(owner, file) ? mended(text, new Date(Date.now() - ageOf(file))) : null;
}

function isAbandoned(owner: string, file: string): boolean {
  const alive = isAlive(owner);
  return alive === null ? ageOf(file) > patience : !alive;
}

function readIfThere(file: string): string | null {
  try {
    return decodeFile(readFileSync(file));
  } catch {
    return null;
  }
}

/** In a folder where anybody may write, somebody else could have laid it there with words that were never said. */
function isOwn(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && (process.getuid === undefined || stat.uid === process.getuid());
}

function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).sort();
    return names.length > 0 && isOwn(folder) ? names : [];
  } catch {
    return [];
  }
}
