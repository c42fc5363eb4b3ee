import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Conversation } from "../../chat/conversation.ts";
import type { Model } from "../../chat/layers.ts";
import type { Connection } from "../../providers/connection.ts";
import { agentName } from "../../providers/http/agents.ts";
import { agentInMemory } from "../../providers/http/memory-service.ts";
import { createTransport } from "../../providers/http/transport.ts";
import { secretsOf } from "../../providers/wire/redact.ts";
import type { LineSource } from "../../repl/host.ts";
import { runRepl } from "../../repl/session.ts";
import { loadRenderer } from "../../terminal/rendered-writer.ts";
import { loadSpinner } from "../../terminal/spinner.ts";
import { TranscriptWriter } from "../../transcripts/store/writer.ts";
import { Console } from "../console.ts";
import { ChatSession } from "../conversation/chat-session.ts";
import type { ChatState } from "../conversation/chat-state.ts";
import type { Engine } from "../engine.ts";
import { openEditor, type SessionKeys } from "./line-source.ts";
import { SessionHost } from "./session-host.ts";

/** Every kind of block and span that most answers have, so that V8 has compiled what draws them. */
const sample =
  "# A\n\nText with `code`, **bold** and a [link](https://a.example).\n\n- one\n- two\n\n```\nx = 1\n```\n\n";
/** The first begins a transcript, the second goes on in it. More of them would make no question faster. */
const questions = ["a", "b"] as const;
/** Milliseconds after the prompt: who leaves at once waits for no slice. */
const pause = 100;

/**
 * Loads and compiles what a question needs, in slices between which keys are read: nothing that was typed waits for more than one
 * of them. The questions are typed in a session that takes the way of every session, without a key, with a service in memory, a
 * terminal that shows nothing, and a private temporary folder that is removed: nothing is sent, saved, logged or drawn.
 *
 * @param state as the next question would find it
 * @param signal ends it after the slice under way
 */
export async function rehearse(engine: Engine, console: Console, state: ChatState, signal: AbortSignal): Promise<void> {
  for await (const _slice of slices(engine, console, state, signal)) {
    await setImmediate();
    if (signal.aborted) return;
  }
}

/** Leaving it early removes the folder. */
async function* slices(engine: Engine, { terminal, words }: Console, state: ChatState, signal: AbortSignal) {
  await setTimeout(pause, null, { signal, ref: false });
  yield await import("openai/client");
  yield await loadSpinner();
  // They are the same for every question, and the rehearsed ones have none.
  yield secretsOf(state.connection);
  const silent = new Console(terminal.silenced(), words);
  if (terminal.outIsTerminal && engine.settings.render) yield* drawing(silent);
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-"));
  try {
    const { connection, engine: inMemory } = await engineInMemory(engine, state, folder);
    const writer = state.writer === null ? null : TranscriptWriter.create(folder);
    const rehearsed = { ...state, connection, conversation: new Conversation(null), writer };
    const dialogue = ChatSession.over(inMemory, silent, rehearsed);
    // There is no connection to open, and no title to ask for.
    dialogue.prepare = () => {};
    yield* session(inMemory, silent, dialogue);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function* drawing({ terminal }: Console) {
  const stream = await loadRenderer(terminal);
  yield;
  for (const block of sample.split(/(?<=\n\n)/u)) yield stream.push(block);
  stream.end();
}

/** A keyboard that nobody types at, of a terminal that marks pastes. */
class SilentKeyboard extends EventEmitter {
  readonly pause = () => this;
  readonly resume = () => this;
  readonly setRawMode = () => this;

  type(text: string): void {
    this.emit("data", Buffer.from(text));
  }
}

/** A session in which the questions are typed, each once the one before is answered. */
async function* session(engine: Engine, console: Console, dialogue: ChatSession) {
  const host = new SessionHost(engine, console, dialogue, [], false);
  const keyboard = new SilentKeyboard();
  const lines = await openEditor(engine, console, host, keyboard as unknown as SessionKeys);
  let asked = Promise.withResolvers<void>();
  const read: LineSource["read"] = (...given) => {
    asked.resolve();
    return lines.read(...given);
  };
  host.useLines({ ...lines, read });
  // What Enter leads to is several slices too.
  host.attach = inNextTurn(host.attach);
  yield;
  const stop = new AbortController();
  const running = runRepl(host, stop.signal);
  const prompt = async () => {
    await Promise.race([asked.promise, running]);
    asked = Promise.withResolvers();
    await lines.shown?.();
  };
  keyboard.type("\u001b[?2004;2$y");
  try {
    for (const question of questions) {
      await prompt();
      yield;
      keyboard.type(question);
      yield;
      keyboard.type("\r");
    }
    await prompt();
  } finally {
    stop.abort();
    await lines.close();
    await running;
  }
}

/** An engine whose service is in memory, and where nothing waits to try again where something goes wrong. */
async function engineInMemory(engine: Engine, state: ChatState, folder: string) {
  const { connection: known } = state;
  const protocol = new URL(known.baseUrl).protocol;
  const transport = createTransport({});
  transport.agents.set(agentName(protocol, null), agentInMemory(protocol));
  const connection: Connection = {
    ...known,
    baseUrl: `${protocol}//127.0.0.1`,
    transport,
    proxy: null,
    key: null,
    // A slice builds the request, the next one sends it.
    sign: inNextTurn(async () => ({})),
  };
  const { cache: _cache, max_cost: _max, ...kept } = engine.settings;
  const settings = { ...kept, tools: false, web: false, retries: 0, continue_answers: false };
  const folders = { ...engine.folders, cache: folder, data: folder, historyFile: join(folder, "history") };
  const inMemory = engine.inMemory(settings, folders, connection);
  const open = inMemory.openModel.bind(inMemory);
  inMemory.openModel = async (...given) => {
    const model = await inNextTurn(open)(...given);
    return (request, stop) => eventsInNextTurn(() => model(request, stop));
  };
  return { connection, engine: inMemory };
}

function inNextTurn<Given extends unknown[], Result>(work: (...given: Given) => Promise<Result>) {
  return async (...given: Given): Promise<Result> => {
    await setImmediate();
    return await work(...given);
  };
}

/** So that beginning the transcript and building the request are two slices. */
async function* eventsInNextTurn(events: () => ReturnType<Model>): ReturnType<Model> {
  await setImmediate();
  yield* events();
}
