import { join } from "node:path";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
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

/** What the program itself may write to a terminal: no more than it does, so that what only has its form is found. */
const look = String.raw`(?:38;5;\d{2,3}|[0-479]|2[2-79]|3\d|9\d)`;
const own = new RegExp(
  [
    String.raw`\r\n|\r`,
    // Looks, moves, erasing from the cursor on or a row, the cursor hidden and shown, wrapping.
    String.raw`\x1b\[(?:${look}(?:;${look})*)?m|\x1b\[\d*[ABG]|\x1b\[\d+X|\x1b\[(?:0?[JK]|2K)|\x1b\[\?(?:7|25)[hl]`,
    // Synchronized output and bracketed pastes; the one question whether it marks pastes, and the one what the terminal can do.
    String.raw`\x1b\[\?(?:2026|2004)[hl]|\x1b\[\?2004\$p\x1b\[c\r\x1b\[K|\u4e2d\x1b\[6n\r\x1b\[K\x1b\[\?2004\$p\x1b\[\?2026\$p\x1b\]11;\?\x1b\\\x1b\[c`,
    // Links to where an address of the text leads, and their end.
    String.raw`\x1b\]8;;(?:(?:https?:\/\/a\.example|mailto:)[\x21-\x7e]*)?\x1b\\`,
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

/** What of the hostile text is seen as its picture, whether or not it was rendered: it would not be, had it acted. */
const pictures = [
  "\u241b[31mred\u241b[0m",
  "\u241b[2J\u241b[H\u241b[3J",
  "\u241b[5A\u241b[2Kyou owe nothing",
  "\u241b]0;pwned\u2407",
  "\u241b]52;c;cm0gLXJmIH4=\u2407",
  "\u241b[?1049h",
  "\u241b[6n\u241b[c",
  "<U+009B>2J",
  "curl good.example",
  "rm -rf ~\u2408",
  "access<U+202E>",
  "pay<U+200B>pal",
];

/** The pictures that the screen does not show so many times; none is how it should be. */
export function unseen(screen: string, times = 1): string[] {
  return pictures.filter((picture) => screen.split(picture).length <= times);
}

/** Whether the line has nothing but what may stand at the end of a line of the program's as well. */
function isOwn(line: string): boolean {
  return /^a?\r*$/u.test(line);
}

/** A place with conversations, one of them named by a file as no program of ours names it. */
export function hostilePlace(): Place {
  const place = newPlace();
  const folder = join(place.cwd, "transcripts");
  // By hand, with the characters themselves; a name with a CR is not listed, but opened where it is named.
  const written = (question: string) =>
    `[2026-01-01 10:00:00] Question:\n${question}\n\n[2026-01-01 10:00:01] Answer:\n${hostileText}\n\n${"-".repeat(40)}\n`;
  put(join(folder, `${hostileName}.md`), written(hostileText));
  put(join(folder, `${hostileName.replace("\r", "")}.md`), written(`listed ${hostileText}`));
  const writer = TranscriptWriter.create(folder);
  writer.begin(turn(hostileText, { provider: hostileName, model: hostileName, system: hostileText }));
  writer.reasoning(hostileText, new Date());
  writer.text(`${hostileText}\n\nthe very last word`, new Date());
  const failure = { code: "bad_request", message: hostileText };
  const other = { provider: hostileName, model: hostileName };
  const seams = [{ at: 1, how: "asked" as const, ...other, code: hostileName }];
  const cost = { currency: hostileName, amount: 1 };
  const told = { notice: hostileText, error: failure, finishReason: hostileText, cost, seams, answeredBy: other };
  writer.end(ending({ status: "failed", ...told }));
  writer.note("title", { title: hostileLines.join(" ") });
  put(join(place.cwd, hostileName), hostileText);
  put(join(place.cwd, `${hostileName}.json`), "[{}]");
  return place;
}
