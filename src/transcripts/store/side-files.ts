import { lstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { systemReason } from "../../errors.ts";
import { isOwn, makeFolder, readRegular } from "../../files.ts";
import { ageOf, companion } from "./lock.ts";
import { mended } from "../format/repair.ts";
import { isAlive, thisOwner } from "./process-identity.ts";
import { parseTranscript } from "../format/parse.ts";
import { isSideText } from "../format/side-text.ts";
import { decodeFile } from "../format/decode.ts";

/**
 * What could not be appended to a file because another program was writing to it: one side file an exchange, in a folder
 * next to the file, named after its time, its owner and the exchange. Whoever holds the file's lock next takes it over.
 */
export interface SideFile {
  readonly file: string;
  /** Of the exchange; tells whether it was taken over already. */
  readonly id: string;
  /** Ready to append. */
  readonly text: string;
}

/** Bytes; an exchange may hold pictures. A larger side file stays where it is. */
const maxBytes = 128 * 1024 * 1024;

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
      if (!isOwnFolder(folder)) throw Object.assign(new Error("The folder is another user's."), { code: "EPERM" });
      return openSync(join(folder, name), "ax", 0o600);
    } catch (error) {
      // Another program took over what was there and removed the folder between two of our steps.
      if (!["ENOENT", "EEXIST"].includes(systemReason(error)) || attempt === 10) throw error;
    }
  }
}

/** What waits for `path` and is finished, or never will be because its owner is gone; in the order of asking. */
export function listWaiting(path: string): SideFile[] {
  const folder = companion(path, "waiting");
  return namesIn(folder).flatMap((name) => {
    const [, owner = "", id = ""] = sideName.exec(name) ?? [];
    const file = join(folder, name);
    const text = readWaiting(file, owner, id);
    return text === null ? [] : [{ file, id, text }];
  });
}

/** Its time, its owner and the exchange. */
const sideName = /^[\d-]+\.(.+)\.([0-9a-z]+)\.md$/;

/** Whether anything waits for `path`, finished or not. */
export function hasWaiting(path: string): boolean {
  return namesIn(companion(path, "waiting")).length > 0;
}

/** Removes side files that were taken over. */
export function discard(path: string, taken: readonly SideFile[]): void {
  for (const { file } of taken) unlinkSync(file);
  try {
    rmdirSync(companion(path, "waiting"));
  } catch {
    // Not empty, or not there.
  }
}

/**
 * The text of a side file, fit to be appended; null when its owner still writes to it, somebody took it over, or it is not what
 * this program writes aside: the folder may have come from somebody.
 */
function readWaiting(file: string, owner: string, id: string): string | null {
  const text = readIfThere(file);
  if (text === null) return null;
  const whole = text.endsWith("\n\n") && parseTranscript(text).tear === null;
  if (!whole && !isAbandoned(owner, file)) return null;
  const fit = mended(text, new Date(Date.now() - ageOf(file)));
  return isSideText(fit, id) ? fit : null;
}

function isAbandoned(owner: string, file: string): boolean {
  const alive = isAlive(owner);
  return alive === null ? ageOf(file) > patience : !alive;
}

function readIfThere(file: string): string | null {
  try {
    return decodeFile(readRegular(file, { maxBytes, noLinks: true, owner: "self" }));
  } catch {
    return null;
  }
}

/** In a folder where anybody may write, somebody else could have laid it there with words that were never said. */
function isOwnFolder(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && isOwn(stat);
}

function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => sideName.test(name));
    return names.length > 0 && isOwnFolder(folder) ? names.sort() : [];
  } catch {
    return [];
  }
}
