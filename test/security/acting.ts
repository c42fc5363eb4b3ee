import { join } from "node:path";
import { TranscriptWriter } from "../../src/transcripts/write.ts";
import { newPlace, type Place, put } from "../support/program.ts";
import { ending, turn } from "../support/transcripts.ts";
import { hostile, leaks } from "../terminal/hostile.ts";

/** What no program of ours writes, though it has the form of what it may: looks, moves, modes and links of another kind. */
const strange = [
  ["looks of its own", "\u001b[5;8;48;5;201m"],
  ["a move", "\u001b[77A\u001b[78D\u001b[79G"],
  ["erasing", "\u001b[1J\u001b[2K"],
  ["a mode", "\u001b[?1003h\u001b[?5h"],
  ["a link", "\u001b]8;;https://evil.example/x\u001b\\"],
] as const;

const all = [...hostile, ...strange].map(([, text]) => text);

/** Everything hostile, as one text of many paragraphs. */
export const hostileText = all.join("\n\n");
/** The same as pieces of one line; none that a file's name cannot have. */
export const hostileLines = all.flatMap((text) => text.split("\n")).filter((line) => leaks(line).length > 0);
/** As much of it as a name of 255 bytes takes. */
export const hostileName = "a\u001b]0;owned\u0007\u001b]52;c;eA==\u0007\u001b[2J\u202egpj\u009b31m\rb\u200bc";

/** What the program itself may write to a terminal. */
const own = new RegExp(
  [
    String.raw`\r\n|\r`,
    // Looks, moves, erasing, the cursor hidden and shown, wrapping.
    String.raw`\x1b\[[\d;]*m|\x1b\[\d*[ABCDGJKX]|\x1b\[H|\x1b\[\?(?:7|25)[hl]`,
    // Synchronized output, bracketed pastes, and the questions what the terminal can do.
    String.raw`\x1b\[\?(?:2026|2004)(?:[hl]|\$p)|\x1b\[6n|\x1b\[c`,
    // Links, to the web and to mail.
    String.raw`\x1b\]8;;(?:(?:https?:\/\/|mailto:)[\x21-\x7e]+)?\x1b\\`,
  ].join("|"),
  "gu",
);

/**
 * What acted on the terminal of all that was written to it and cannot be the program's own; none is how it should be. Found
 * in two ways: hostile text that is there as it was, and characters left when the program's own sequences are taken off.
 */
export function acted(raw: string): string[] {
  const lines = hostileLines.filter((line) => raw.includes(line) && !isOwn(line));
  return [...lines.map((line) => JSON.stringify(line)), ...new Set(leaks(raw.replaceAll(own, "")))];
}

/** Whether the line has nothing but what the program may have written as well. */
function isOwn(line: string): boolean {
  return /^\r*$/u.test(line);
}

/** A place with conversations, one of them named by a file as no program of ours names it. */
export function hostilePlace(): Place {
  const place = newPlace();
  const folder = join(place.cwd, "transcripts");
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn(hostileText, { provider: hostileName, model: hostileName, system: hostileText }));
  writer.reasoning(hostileText, new Date());
  writer.text(`${hostileText}\n\nthe very last word`, new Date());
  const failure = { code: "bad_request", message: hostileText };
  writer.end(ending({ status: "failed", notice: hostileText, error: failure }));
  writer.note("title", { title: hostileLines.join(" ") });
  // By hand, with the characters themselves.
  put(
    join(folder, `${hostileName}.md`),
    `[2026-01-01 10:00:00] Question:\n${hostileText}\n\n[2026-01-01 10:00:01] Answer:\n${hostileText}\n\n${"-".repeat(40)}\n`,
  );
  put(join(place.cwd, hostileName), hostileText);
  put(join(place.cwd, `${hostileName}.json`), "[{}]");
  return place;
}
