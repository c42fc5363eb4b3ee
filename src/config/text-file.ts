import { isUtf8 } from "node:buffer";
import { AppError, systemReason } from "../errors.ts";
import { type FileLimits, readRegular } from "../files.ts";
import { decodeText, localeOf, type TextEncoding } from "../text-encoding.ts";

/**
 * The text of a file of settings, in whatever encoding; never waits, whatever lies there.
 *
 * @throws the system's error; an error whose `code` says why it is refused, as `readRegular`, or that it is no text
 */
export function readTextFile(path: string, limits: FileLimits): string {
  const bytes = readRegular(path, limits);
  const marked = bytes[0] === 0xef || bytes.includes(0);
  if (!marked && isUtf8(bytes)) return bytes.toString("utf8");
  const decoded = decodeText(bytes, localeOf(process.env));
  if (typeof decoded === "string") throw Object.assign(new Error(`${path}: ${decoded}`), { code: `not_text` });
  if (decoded.encoding !== "UTF-8") converted.set(path, decoded.encoding);
  return decoded.text;
}

const converted = new Map<string, TextEncoding>();

/** Settings files read so far that aren't in UTF-8, with their encoding. */
export function convertedFiles(): ReadonlyMap<string, TextEncoding> {
  return converted;
}

/** What the config file held when it was read. */
export interface ConfigText {
  readonly path: string;
  /** Null where there is no file. */
  readonly text: string | null;
}

/** Bytes. */
export const maxSettingsBytes = 1024 * 1024;

/** Bytes of the config file: a megabyte of YAML takes its parser seconds. */
const maxConfigBytes = 256 * 1024;

/**
 * The text of the config file, which names programs to run, or of the file of keys; null where there is none. `XDG_CONFIG_HOME`
 * may lie where everybody may write, and another user come first. Not awaited: `node:fs/promises` alone takes 3 ms to load.
 *
 * @throws AppError `config_broken`
 */
export function readOwnSettings(path: string): string | null {
  try {
    return readTextFile(path, { maxBytes: maxConfigBytes, owner: "settled" });
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    throw new AppError("config_broken", { path, line: null, key: null, reason, said: "" }, { cause: error });
  }
}
