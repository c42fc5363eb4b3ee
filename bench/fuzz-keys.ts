/**
 * Random keys, pastes, escape sequences cut anywhere and resizes into the line editor, each sequence into one of its own, and one
 * of a hundred into a session of the built program in a pseudo-terminal. None may throw, take over 10 s, bring a control sequence
 * of somebody else's to the screen, or leave there something else than a fresh drawing of the prompt:
 * `node bench/fuzz-keys.ts [count] [seed] [at a time]`.
 */
import { EventEmitter } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as graphemes from "@xterm/addon-unicode-graphemes";
import headless from "@xterm/headless";
import type { KeyInput } from "../src/repl/editor/keyboard.ts";
import { LineEditor } from "../src/repl/editor/editor.ts";
import { History } from "../src/repl/editor/history.ts";
import { editor as words } from "../src/words/en/editor.ts";
import { openTerminal } from "../test/support/pty.ts";
import { Mutation } from "./fuzz/mutation.ts";

const [count = 500, seed = 1, parallel = 100] = process.argv.slice(2).map(Number);
const longest = 10_000;
/** Of so many sequences one goes through the built program. */
const share = 100;

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";
const pieces = [
  "a",
  "word ",
  "\u4f60\u597d",
  "\uff0fhelp",
  "\u3001",
  family,
  "e\u0301",
  "\u{1F1E8}\u{1F1F3}",
  "/mo",
  "@src/",
  "\\",
  "\r",
  "\n",
  "\t",
  "\x7f",
  "\x01",
  "\x05",
  "\x0b",
  "\x15",
  "\x17",
  "\x19",
  "\x14",
  "\x1f",
  "\x12",
  "\x07",
  "\x0c",
  "\x03",
  "\x1b",
  "\x1b[A",
  "\x1b[B",
  "\x1b[C",
  "\x1b[D",
  "\x1b[1;5D",
  "\x1b[3~",
  "\x1bb",
  "\x1bf",
  "\x1bd",
  "\x1by",
  "\x1bu",
  "\x1b\r",
  "\x1b[200~one\rtwo\x1b[201~",
  `\x1b[200~${"line\r".repeat(40)}\x1b[201~`,
  "\x1b[200~\x1b]0;title\x07\x1b[2J\x1b[201~",
  "\x1b]11;rgb:ffff/ffff/ffff\x07",
  "\x1bP>|term\x1b\\",
  "\x1b[?62;22c",
  "\x1b[5;7R",
  "\x1b[13;2u",
  "\x1b[Z",
  "\u2028",
  "\u200b",
  "x".repeat(300),
  "\u4e2d".repeat(120),
  "one\rtwo\rthree\r",
  "\x1b[",
  "\x1bO",
  "\x1b]",
  "\x1b[200~",
  "\x1b[201~",
  "\x18",
];

interface Sequence {
  readonly chunks: readonly string[];
  readonly sizes: readonly (readonly [columns: number, rows: number] | null)[];
}

/** Bytes of a session of keys, cut anywhere, with a resize now and then. */
function sequenceOf(mutation: Mutation): Sequence {
  const text = Array.from({ length: 3 + mutation.below(40) }, () => mutation.choose(pieces)).join("");
  const bytes = Buffer.from(text);
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = mutation.below(4) === 0 ? 1 + mutation.below(3) : 1 + mutation.below(200);
    chunks.push(bytes.toString("latin1", at, at + length));
    at += length;
  }
  const sizes = chunks.map(() =>
    mutation.below(12) === 0 ? ([8 + mutation.below(80), 3 + mutation.below(20)] as const) : null,
  );
  return { chunks, sizes };
}

/** What the editor itself may write. */
const own = /\x1b\[(?:\d*[ABGJKX]|H|6n|[\d;]*m|\?(?:2004|2026|7)[hl])|[\r\n\x07]/g;

class FakeInput extends EventEmitter {
  setRawMode(): this {
    return this;
  }
  pause(): this {
    return this;
  }
  resume(): this {
    return this;
  }
}

async function throughEditor(sequence: Sequence): Promise<string | null> {
  const terminal = new headless.Terminal({ allowProposedApi: true, cols: 60, rows: 15, scrollback: 5000 });
  terminal.loadAddon(new graphemes.UnicodeGraphemesAddon());
  const input = new FakeInput();
  const answering = terminal.onData((data) => input.emit("data", Buffer.from(data)));
  let raw = "";
  let resized = () => {};
  const editor = new LineEditor(
    {
      input: input as unknown as KeyInput,
      write(text) {
        raw += text;
        terminal.write(text);
      },
      columns: () => terminal.cols,
      rows: () => terminal.rows,
      below() {},
      hold() {},
      release() {},
      rowsBelow: () => terminal.rows,
      onResize(callback) {
        resized = callback;
        return () => {};
      },
    },
    {
      history: new History(null),
      words,
      muted: () => null,
      queueSign: "→",
      complete: async (text, caret) => ({
        from: caret,
        candidates: text.endsWith("/mo") ? [{ value: "del " }, { value: "de " }] : [],
      }),
    },
  );
  let ended = false;
  const reading = (async () => {
    for (;;) {
      await editor.read({ text: "> ", styled: "> " });
      // An end at an empty prompt is followed by another prompt.
      if (ended) return;
    }
  })();
  const settled = async () => {
    await pause(20);
    await new Promise<void>((resolve) => terminal.write("", resolve));
  };
  for (const [index, chunk] of sequence.chunks.entries()) {
    const size = sequence.sizes[index];
    if (size) {
      await settled();
      terminal.resize(...size);
      resized();
    }
    input.emit("data", Buffer.from(chunk, "latin1"));
    if (index % 3 === 0) await settled();
  }
  // Longer than any sequence is waited for; then out of a paste without an end, a search or a list.
  await pause(700);
  input.emit("data", Buffer.from("\x1b[201~"));
  input.emit("data", Buffer.from("\x07"));
  await pause(250);
  await settled();
  const before = shown(terminal);
  input.emit("data", Buffer.from("\x0c"));
  await pause(100);
  await settled();
  const after = shown(terminal);
  input.emit("data", Buffer.from("\x03"));
  await settled();
  input.emit("data", Buffer.from("\u4f60 a line to end with\n\tanother"));
  await pause(100);
  await settled();
  const typed = shown(terminal).rows.join("");
  ended = true;
  editor.close();
  await reading;
  answering.dispose();
  terminal.dispose();
  const foreign = raw.replace(own, "").match(/[\x00-\x09\x0b-\x1f\x7f-\x9f][^\x1b]{0,20}/);
  if (foreign !== null) return `foreign control sequence ${JSON.stringify(foreign[0])}`;
  if (!typed.replaceAll(" ", "").includes("another")) return `typing was lost: ${JSON.stringify(typed)}`;
  const tail = before.rows.slice(-after.rows.length);
  if (tail.join("\n") !== after.rows.join("\n"))
    return `drawn ${JSON.stringify(tail)}, afresh ${JSON.stringify(after.rows)}`;
  if (before.cursor !== after.cursor) return `cursor ${before.cursor} rows from the end, afresh ${after.cursor}`;
  return null;
}

/** The rows on the screen, and how far above the last one the cursor is. */
function shown(terminal: headless.Terminal): { readonly rows: string[]; readonly cursor: number } {
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, row) =>
    (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
  );
  const last = Math.max(
    rows.findLastIndex((row) => row !== ""),
    active.cursorY,
  );
  return { rows: rows.slice(0, last + 1), cursor: last - active.cursorY };
}

const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));

async function throughProgram(sequence: Sequence): Promise<string | null> {
  const home = mkdtempSync(join(tmpdir(), "fuzz-keys-"));
  mkdirSync(join(home, "transcripts"));
  const env = { HOME: home, EDITOR: "true", DEEPSEEK_CHAT_KEY_STORE: "file" };
  await using terminal = openTerminal({ args: [launcher, "-p", "demo"], env, cwd: home, cols: 60, rows: 15 });
  try {
    await terminal.until("> ");
    for (const [index, chunk] of sequence.chunks.entries()) {
      const size = sequence.sizes[index];
      if (size) terminal.resize(...size);
      terminal.type(Buffer.from(chunk, "latin1") as unknown as string);
      if (index % 3 === 0) await pause(30);
    }
    await pause(1200);
    const leaving = (async () => {
      for (let attempt = 0; attempt < 20; attempt++) {
        terminal.type("\x03");
        await pause(200);
        terminal.type("\x07\x01\x0b\x15/quit\r");
        await pause(400);
      }
    })();
    const ended = await Promise.race([terminal.exit, leaving.then(() => null)]);
    if (ended === null) return `it did not end:\n${terminal.screen()}`;
    if (ended.code !== 0) return `exit code ${ended.code}:\n${terminal.screen()}`;
    if (/\x1b\]0;title|\x1b\[2J/.test(terminal.raw)) return "foreign control sequence";
    return null;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

let failures = 0;
const begun = performance.now();
EventEmitter.defaultMaxListeners = 0;
process.setMaxListeners(0);
let at = 0;
async function work(): Promise<void> {
  for (let index = at++; index < count; index = at++) {
    const sequence = sequenceOf(new Mutation(seed * 1_000_003 + index));
    const start = performance.now();
    const through = index % share === share - 1 ? throughProgram : throughEditor;
    const wrong = await through(sequence).catch((error: unknown) =>
      String(error instanceof Error ? error.stack : error),
    );
    const took = performance.now() - start;
    const slow = took > longest ? `took ${Math.round(took)} ms` : null;
    for (const what of [wrong, slow]) {
      if (what === null) continue;
      failures++;
      console.log(`${index} (seed ${seed}): ${what}\n  keys ${JSON.stringify(sequence.chunks)}`);
    }
  }
}
await Promise.all(Array.from({ length: Math.min(parallel, count) }, work));
console.log(`${count} sequences, ${failures} failures, ${Math.round((performance.now() - begun) / 1000)} s`);
process.exitCode = failures === 0 ? 0 : 1;
