import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ExchangeStatus } from "../../src/transcripts/format/types.ts";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { randomOf } from "../faults/chaos.ts";
import { openTerminal, type PtyTerminal } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answerPieces, paced, type Piece, shownIn } from "./numbered.ts";

/** How the program runs: in a terminal, rendered or not, or with pipes. */
export const ways = ["chat", "chat --no-render", "ask on a terminal", "ask into a pipe"] as const;
/** What ends an answer at a random moment. */
export const ends = ["SIGKILL", "SIGHUP", "SIGTERM", "Ctrl-C", "terminal closed", "connection dropped"] as const;
type Way = (typeof ways)[number];
type End = (typeof ends)[number];

/** Where one run takes place. */
interface Scene {
  readonly launcher: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface KillOptions {
  readonly seed: number;
  readonly runs: number;
  /** How often of these the end is SIGKILL; the others follow in turn. */
  readonly killed: number;
  readonly parallel: number;
  readonly scene: () => Scene;
}

/** Bytes are of thinking and answer, in UTF-8. */
export interface Row {
  readonly runs: number;
  /** What the server had written. */
  readonly sent: number;
  /** What the terminal or the pipe had got from the program, all told, up to the last whole word. */
  readonly shown: number;
  readonly saved: number;
  /** Shown, but not saved. */
  readonly lost: number;
}

export interface KillResult {
  readonly rows: ReadonlyMap<string, Row>;
  readonly mistakes: readonly string[];
}

export const question = "\u91cf\u5b50 count";

/** Ends the program at random moments of a stream, and holds against each other what was sent, shown and saved. */
export async function kill(options: KillOptions): Promise<KillResult> {
  const rows = new Map<string, Row>();
  const mistakes: string[] = [];
  let next = 0;
  const work = async () => {
    for (let run = next++; run < options.runs; run = next++) {
      const random = (what: string) => randomOf(options.seed, run, what);
      const way = ways[run % ways.length]!;
      const others = ends.filter(
        (end) => end !== "SIGKILL" && (way !== "ask into a pipe" || end !== "terminal closed"),
      );
      const end = random("end") < options.killed ? "SIGKILL" : others[Math.floor(run / ways.length) % others.length]!;
      const { found, mistake } = await one(way, end, random, options.scene()).catch((error: unknown) => ({
        found: nothing,
        mistake: String(error),
      }));
      if (mistake !== null) mistakes.push(`run ${run}, ${way}, ${end}: ${mistake}`);
      rows.set(`${way}, ${end}`, sum(rows.get(`${way}, ${end}`) ?? nothing, found));
    }
  };
  await Promise.all(Array.from({ length: options.parallel }, work));
  return { rows, mistakes };
}

export function sum(one: Row, other: Row): Row {
  return {
    runs: one.runs + other.runs,
    sent: one.sent + other.sent,
    shown: one.shown + other.shown,
    saved: one.saved + other.saved,
    lost: one.lost + other.lost,
  };
}

interface Outcome {
  readonly found: Row;
  readonly mistake: string | null;
}

async function one(way: Way, end: End, random: (what: string) => number, scene: Scene): Promise<Outcome> {
  const pieces = answerPieces(random);
  const drops = end === "connection dropped";
  const stop = Math.max(drops ? 1 : 0, Math.floor(random("moment") * pieces.length));
  const moment = Promise.withResolvers<void>();
  let sent = 0;
  const body = paced(drops ? pieces.slice(0, stop) : pieces, random, (count) => {
    sent = count;
    if (count === stop) moment.resolve();
  });
  await using server = await serve([{ body, end: drops ? "cut" : "stall" }]);
  const running = await begin(way, scene, server.url);
  await server.received(1);
  if (stop > 0) await moment.promise;
  await finish(running, way, end);
  return await compare(pieces.slice(0, sent), running.shown(), scene.cwd, drops ? "failed" : "interrupted");
}

/** A program that runs, and what it has shown so far. */
interface Running {
  readonly terminal: PtyTerminal | null;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly shown: () => string;
  readonly gone: Promise<unknown>;
}

async function begin(way: Way, { launcher, cwd, env }: Scene, url: string): Promise<Running> {
  const all = { ...env, DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: url };
  const args = [launcher, ...(way.startsWith("ask") ? ["ask", question] : []), "--retries", "0"];
  if (way === "chat --no-render") args.push("--no-render");
  if (way === "ask into a pipe") {
    const child = spawn(process.execPath, args, { cwd, env: all, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    const gone = new Promise((resolve) => {
      child.once("close", resolve);
    });
    return { terminal: null, signal: (signal) => void child.kill(signal), shown: () => text, gone };
  }
  // Else the terminal itself would write `^C` into whatever the program is just writing, a sequence of its own too, and throw
  // away what the program wrote and nobody has read yet.
  const shell = ["-c", 'stty -echoctl noflsh; exec "$@"', "sh", process.execPath, ...args];
  const terminal = openTerminal({ command: "sh", args: shell, cwd, env: all, rows: 30 });
  if (!way.startsWith("ask")) {
    await terminal.until(/^>$/mu);
    terminal.type(question);
    await terminal.until(`> ${question}`);
    terminal.type("\r");
  }
  return { terminal, signal: (name) => terminal.kill(name), shown: () => terminal.scrollback(), gone: terminal.exit };
}

async function finish({ terminal, signal, gone }: Running, way: Way, end: End): Promise<void> {
  if (end === "terminal closed") terminal!.close();
  else if (end === "Ctrl-C" && terminal !== null) terminal.type("\u0003");
  else if (end === "Ctrl-C") signal("SIGINT");
  else if (end !== "connection dropped") signal(end);
  const stays = !way.startsWith("ask") && (end === "Ctrl-C" || end === "connection dropped");
  if (stays) {
    // A session goes on, and by then everything is in the file.
    await terminal!.until(/^>$/mu);
    signal("SIGKILL");
  }
  await gone;
}

const nothing: Row = { runs: 0, sent: 0, shown: 0, saved: 0, lost: 0 };

/** Holds the transcript in a working directory against what was sent and what the screen shows. */
export async function compare(
  pieces: readonly Piece[],
  screen: string,
  cwd: string,
  status: ExchangeStatus,
): Promise<Outcome> {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"));
  const exchange = name === undefined ? undefined : (await readTranscript(join(folder, name))).exchanges[0];
  if (exchange?.question !== question) return { found: nothing, mistake: "the question is not saved" };
  const [thinking, answer] = [textOf(pieces, "thinking"), textOf(pieces, "answer")];
  const [sent, saved] = [thinking + answer, exchange.reasoning + exchange.answer];
  const shown = shownIn(screen, sent);
  const [sentBytes, shownBytes, savedBytes] = [sent, shown, saved].map((text) => Buffer.byteLength(text));
  const lost = Math.max(0, shownBytes! - savedBytes!);
  const found = { runs: 1, sent: sentBytes!, shown: shownBytes!, saved: savedBytes!, lost };
  const isPart = thinking.startsWith(exchange.reasoning) && answer.startsWith(exchange.answer);
  if (!isPart) return { found, mistake: `saved what was not sent: ${JSON.stringify(saved.slice(-200))}` };
  if (lost > 0) return { found, mistake: `lost ${JSON.stringify(shown.slice(saved.length))}` };
  return { found, mistake: exchange.status === status ? null : `its status is ${exchange.status}` };
}

function textOf(pieces: readonly Piece[], kind: Piece["kind"]): string {
  return pieces.reduce((text, piece) => (piece.kind === kind ? text + piece.text : text), "");
}
