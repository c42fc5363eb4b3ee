import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { Conversation } from "../../chat/conversation.ts";
import type { Model } from "../../chat/layers.ts";
import { userMessage } from "../../chat/message-text.ts";
import { agentName } from "../../providers/http/agents.ts";
import { agentInMemory } from "../../providers/http/memory-service.ts";
import { createTransport } from "../../providers/http/transport.ts";
import { loadRenderer } from "../../terminal/rendered-writer.ts";
import { loadSpinner } from "../../terminal/spinner.ts";
import { TranscriptWriter } from "../../transcripts/store/writer.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { openModel } from "../open-model.ts";
import type { ChatState } from "./chat-state.ts";
import { Spending } from "../usage/cost-meter.ts";
import { TurnPlace } from "../usage/turn-place.ts";
import { runQuestion } from "./turn-run.ts";

/** Every kind of block and span that most answers have, so that V8 has compiled what draws them. */
const sample =
  "# A\n\nText with `code`, **bold** and a [link](https://a.example).\n\n- one\n- two\n\n```\nx = 1\n```\n\n";
/** The first begins a transcript, the second goes on in it. More of them would make no question faster. */
const questions = ["a", "b"] as const;
/** Milliseconds after the prompt: who leaves at once waits for no slice. */
const pause = 100;

/**
 * Loads and compiles what a question needs, in slices between which keys are read: nothing that was typed waits for more than one
 * of them. The question takes the way that every question takes, without a key, to a service in memory, and is written to a
 * private temporary folder that is removed: nothing is sent, saved, logged or drawn.
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
async function* slices(engine: Engine, console: Console, state: ChatState, signal: AbortSignal) {
  await setTimeout(pause, null, { signal, ref: false });
  yield await import("openai/client");
  const { connection, model } = await modelInMemory(engine, state);
  yield await loadSpinner();
  if (console.terminal.outIsTerminal && engine.settings.render) yield* drawing(console);
  const context = { model, settings: engine.settings, spending: new Spending(engine, null), words: console.words };
  const folder = state.writer === null ? null : mkdtempSync(join(tmpdir(), "deepseek-chat-"));
  try {
    const writer = folder === null ? null : TranscriptWriter.create(folder);
    const conversation = new Conversation(null);
    for (const question of questions) {
      const rehearsed = { ...state, connection, conversation, writer };
      yield await runQuestion(
        { ...context, place: new TurnPlace(writer), onEvent: () => {}, signal },
        rehearsed,
        userMessage(question),
      );
    }
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

async function* drawing({ terminal }: Console) {
  const stream = await loadRenderer(terminal);
  yield;
  for (const block of sample.split(/(?<=\n\n)/u)) yield stream.push(block);
  stream.end();
}

/**
 * The model as the next question has it, but that its service is in memory, and that nothing waits to try again where something goes
 * wrong.
 */
async function modelInMemory(
  engine: Engine,
  { connection, modelId }: ChatState,
): Promise<{ connection: ChatState["connection"]; model: Model }> {
  const { origins, file, folders, prompts, maxWait, reported } = engine;
  const protocol = new URL(connection.baseUrl).protocol;
  const transport = createTransport({});
  transport.agents.set(agentName(protocol, null), agentInMemory(protocol));
  const rehearsed = {
    ...connection,
    baseUrl: `${protocol}//127.0.0.1`,
    transport,
    proxy: null,
    key: null,
    // A slice builds the request, the next one sends it.
    sign: async () => {
      await setImmediate();
      return {};
    },
  };
  const settings = { ...engine.settings, retries: 0, continue_answers: false };
  const source = {
    settings,
    origins,
    file,
    folders,
    prompts,
    maxWait,
    reported,
    gate: null,
    log: null,
    answers: null,
    connect: async () => rehearsed,
  };
  const model = await openModel(source, rehearsed, modelId, null);
  return { connection: rehearsed, model: (request, stop) => inNextTurn(() => model(request, stop)) };
}

/** So that beginning the transcript and building the request are two slices. */
async function* inNextTurn(events: () => ReturnType<Model>): ReturnType<Model> {
  await setImmediate();
  yield* events();
}
