import { mkdirSync } from "node:fs";
import { Console } from "../../src/app/console.ts";
import { ChatSession } from "../../src/app/conversation/chat-session.ts";
import { Engine } from "../../src/app/engine.ts";
import { SessionHost } from "../../src/app/session/session-host.ts";
import type { Model } from "../../src/chat/layers.ts";
import type { ModelRef } from "../../src/chat/model.ts";
import type { Flags, SettingName } from "../../src/config/schema.ts";
import type { AppError } from "../../src/errors.ts";
import type { InputLine, LineSource } from "../../src/repl/host.ts";
import { runRepl } from "../../src/repl/session.ts";
import { Terminal } from "../../src/terminal/terminal.ts";
import { environment, type Place } from "./program.ts";
import { en } from "./words.ts";

/** A terminal that is none: what is written to it is kept. */
export class KeptTerminal extends Terminal {
  override readonly interactive = false;
  override readonly outIsTerminal = false;
  override readonly errIsTerminal = false;
  stdout = "";
  stderr = "";

  constructor() {
    super({ color: false, verbosity: "normal", variables: {}, onClosed: () => {} });
  }

  override out(text: string): void {
    this.stdout += text;
  }

  override err(text: string): void {
    this.stderr += text;
  }
}

/** Lines that a test types one after the other, each once what the one before led to is over. */
class TypedLines implements LineSource {
  multiline = false;
  #line = Promise.withResolvers<InputLine>();
  #asked = Promise.withResolvers<void>();

  async read(): Promise<InputLine> {
    this.#asked.resolve();
    const line = await this.#line.promise;
    this.#line = Promise.withResolvers();
    return line;
  }

  async type(line: InputLine): Promise<void> {
    await this.#asked.promise;
    this.#asked = Promise.withResolvers();
    this.#line.resolve(line);
    if (line.kind === "line") await this.#asked.promise;
  }

  readonly hold = () => () => {};
  readonly pauseQueue = () => {};
  readonly release = () => {};
  readonly lend = () => () => {};
  readonly history = () => [];
  readonly close = async () => {};
}

/** A session in this very process, over models that a test wrote. */
export interface AppSession {
  readonly terminal: KeptTerminal;
  /** Path of the transcript in use; null while there is none. */
  readonly path: () => string | null;
  /** Resolves when all that the line leads to is over. */
  readonly type: (line: string) => Promise<void>;
  /** Leaves; gives what the exit code would come from. */
  readonly leave: () => Promise<AppError | null>;
}

/** Makes this process one that was started at a place. */
export function enter(place: Place): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("DEEPSEEK_CHAT_")) delete process.env[name];
  Object.assign(process.env, environment(place));
  mkdirSync(place.cwd, { recursive: true });
  process.chdir(place.cwd);
}

/** An engine whose models are a test's own; all else is the program's. */
export async function scriptedEngine(
  open: (ref: ModelRef) => Model,
  settings: { readonly [Name in SettingName]?: unknown } = {},
): Promise<Engine> {
  const flags = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, { value, flag: `--${name}` }]),
  ) as Flags;
  const engine = await Engine.open({ stop: new AbortController().signal, flags });
  engine.openModel = async (ref) => open(ref);
  return engine;
}

/** Begins a session; the working directory is the place's. */
export async function openSession(engine: Engine): Promise<AppSession> {
  const terminal = new KeptTerminal();
  const console = new Console(terminal, en);
  const dialogue = await ChatSession.open(engine, console, null);
  const host = new SessionHost(engine, console, dialogue, [], false);
  const lines = new TypedLines();
  host.useLines(lines);
  const ended = runRepl(host, engine.stop);
  return {
    terminal,
    path: () => dialogue.path,
    type: async (text) => void (await Promise.race([lines.type({ kind: "line", text }), ended])),
    leave: async () => {
      await lines.type({ kind: "end" });
      await engine.close();
      return await ended;
    },
  };
}
