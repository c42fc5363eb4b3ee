import { entryOf } from "../error-words.ts";

/** Why a file can't be read or written, by the system's error code or a reason of this program. */
const refusals: Readonly<Record<string, string>> = {
  not_a_file: "not a regular file",
  too_large: "too large",
  not_own: "it belongs to another user",
  not_text: "not a text file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "no such file or folder",
  ENOTDIR: "part of the path is not a folder",
  EISDIR: "it is a folder",
  ELOOP: "it is a symbolic link, or links to itself",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "disk quota exceeded",
  EFBIG: "the file has reached its maximum size",
};

/** Returns why a file can't be read or written, in words; an unknown `reason` (as of `systemReason`) verbatim. */
export function refusalIn(reason: string): string {
  return entryOf(refusals, reason) ?? reason;
}

/** What is ignored in a working directory. */
export const ignored = {
  file: ({ path, reason }: { path: string; reason: string }) => `Ignored ${path}: ${refusalIn(reason)}.`,
  variable: ({ path, name, writes }: { path: string; name: string; writes: boolean }) =>
    `Ignored ${name} in ${path}: ${writes ? "it would write outside that folder" : "a folder can't choose it"}. Set it in your environment or the config file instead.`,
  transcripts: ({ path, target }: { path: string; target: string }) =>
    `Ignored ${path}: it is a link to ${target}, outside that folder. To use it, set --transcripts or DEEPSEEK_CHAT_TRANSCRIPTS.`,
};
