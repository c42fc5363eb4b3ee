/**
 * A program around the line editor, for driving it in a pseudo-terminal. Settings come as JSON in the first argument. It says
 * what was answered as `got "…"`; the line `stream` starts a pretended answer, which ends with SIGUSR2; at a prompt SIGUSR2 prints a message.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BurstTimes } from "../../src/repl/editor/paste-detector.ts";
import { type CompletionCandidate, type Completer } from "../../src/repl/editor/completion.ts";
import { Footer } from "../../src/terminal/footer.ts";
import { LineEditor } from "../../src/repl/editor/editor.ts";
import { History } from "../../src/repl/editor/history.ts";
import { loadWords } from "../../src/words/load.ts";

export interface HostSettings {
  readonly history?: string;
  readonly lang?: "en" | "zh";
  readonly prompt?: string;
  readonly initial?: string;
  readonly color?: boolean;
  /** Completed where a word starts with `/`. */
  readonly candidates?: readonly CompletionCandidate[];
  /** Milliseconds the candidates take. */
  readonly slow?: number;
  /** As in `EditorOptions`. */
  readonly burstTimes?: BurstTimes;
}

const settings = JSON.parse(process.argv[2] ?? "{}") as HostSettings;

const complete: Completer = async (text, caret) => {
  const from = text.lastIndexOf("/", caret);
  const typed = text.slice(from, caret);
  await new Promise((resolve) => {
    setTimeout(resolve, settings.slow ?? 0);
  });
  return from < 0
    ? null
    : { from, candidates: (settings.candidates ?? []).filter(({ value }) => value.startsWith(typed)) };
};

async function openEditor(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "editor-host-"));
  const file = join(folder, "text.md");
  await writeFile(file, text);
  const ran = Promise.withResolvers<null>();
  const child = execFile(process.env["EDITOR"] ?? "false", [file], (error) =>
    error ? ran.reject(error) : ran.resolve(null),
  );
  child.stdout?.pipe(process.stdout);
  await ran.promise;
  const written = await readFile(file, "utf8");
  await rm(folder, { recursive: true });
  return written;
}

async function stream(editor: LineEditor): Promise<void> {
  const done = Promise.withResolvers<null>();
  const release = editor.holdKeys(() => say("stopped"));
  const hear = (data: Buffer) => say(`heard ${JSON.stringify(String(data))}`);
  process.stdin.on("data", hear);
  process.once("SIGUSR2", () => done.resolve(null));
  say("streaming");
  await done.promise;
  process.stdin.off("data", hear);
  release();
}

const footer = new Footer(
  (bytes) => process.stdout.write(bytes),
  () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
  "above",
);

function write(text: string): void {
  process.stdout.write(footer.around(text));
}

function say(text: string): void {
  write(`${text}\r\n`);
}

async function main(): Promise<void> {
  const { editor: words } = await loadWords(settings.lang ?? "en");
  const history = new History(settings.history ?? null);
  const editor = new LineEditor(
    {
      input: process.stdin,
      write,
      below: (frame) => (frame === null ? footer.hide() : footer.show(frame)),
      hold: () => {},
      release: () => {},
      rowsBelow: () => Math.floor(process.stdout.rows / 2),
      columns: () => process.stdout.columns,
      rows: () => process.stdout.rows,
      onResize(callback) {
        process.stdout.on("resize", callback);
        return () => process.stdout.off("resize", callback);
      },
    },
    {
      history,
      complete,
      openEditor,
      words,
      muted: () => (settings.color === true ? "2" : null),
      queueSign: "→",
      ...(settings.burstTimes && { burstTimes: settings.burstTimes }),
    },
  );
  const text = settings.prompt ?? "> ";
  const note = () => editor.message("a note");
  for (let initial = settings.initial ?? ""; ; initial = "") {
    process.on("SIGUSR2", note);
    const result = await editor.read({ text, styled: text }, initial);
    process.off("SIGUSR2", note);
    if (result.kind === "line") say(`got ${JSON.stringify(result.text)}`);
    else say(`${result.kind}${result.kind === "interrupt" && result.touched ? " touched" : ""}`);
    if (result.kind === "end") break;
    if (result.kind === "line" && result.text === "stream") await stream(editor);
  }
  editor.close();
  await history.settled();
}

await main();
