import { isUtf8 } from "node:buffer";
import { type FileLimits, readRegular } from "../files.ts";
import { decodeText } from "../text-encoding.ts";

/**
 * The text of a file of settings, in whatever encoding; never waits, whatever lies there.
 *
 * @throws the system's error; an error whose `code` says why it is refused, as `readRegular`, or that it is no text
 */
export function readTextFile(path: string, limits: FileLimits): string {
  const bytes = readRegular(path, limits);
  const marked = bytes[0] === 0xef || bytes.includes(0);
  if (!marked && isUtf8(bytes)) return bytes.toString("utf8");
  const decoded = decodeText(bytes);
  if (typeof decoded === "string") throw Object.assign(new Error(`${path}: ${decoded}`), { code: `not_text` });
  return decoded.text;
}

/** Bytes. */
export const maxSettingsBytes = 1024 * 1024;
