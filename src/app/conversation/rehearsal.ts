import { setImmediate } from "node:timers/promises";
import type { ChatRequest } from "../../chat/model.ts";
import { runTurn } from "../../chat/turn.ts";
import type { Connection } from "../../providers/connection.ts";
import { agentInMemory } from "../../providers/http/memory-service.ts";
import { createTransport } from "../../providers/http/transport.ts";
import { loadRenderer } from "../../terminal/rendered-writer.ts";
import { loadSpinner } from "../../terminal/spinner.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { openModel } from "../open-model.ts";

/** Every kind of block and span that most answers have, so that V8 has compiled what draws them. */
const sample =
  "# A\n\nText with `code`, **bold** and a [link](https://a.example).\n\n- one\n- two\n\n```\nx = 1\n```\n\n";

/**
 * Loads and compiles what a question needs, in slices between which keys are read: nothing that was typed waits for more than one
 * of them. The request goes through all the layers that a question goes through, without a key and to a service in memory: nothing is
 * sent, saved, logged or drawn.
 *
 * @param request as the next question's would be
 * @param signal ends it after the slice under way
 */
export async function rehearse(
  engine: Engine,
  { terminal }: Pick<Console, "terminal">,
  connection: Connection,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<void> {
  const slices: readonly (() => unknown)[] = [
    () => import("openai/client"),
    () => rehearseRequest(engine, connection, request, signal),
    () => loadSpinner(),
    async () => {
      if (!terminal.outIsTerminal || !engine.settings.render) return;
      const stream = await loadRenderer(terminal);
      await setImmediate();
      for (const block of sample.split(/(?<=\n\n)/u)) {
        if (signal.aborted) return;
        stream.push(block);
        await setImmediate();
      }
      stream.end();
    },
    // V8 compiles some of it only when it runs once more.
    () => rehearseRequest(engine, connection, request, signal),
  ];
  for (const slice of slices) {
    await setImmediate();
    if (signal.aborted) return;
    await slice();
  }
}

async function rehearseRequest(
  engine: Engine,
  connection: Connection,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<void> {
  const { settings, origins, file, folders, prompts, maxWait } = engine;
  const transport = createTransport({});
  transport.agents.set("http: ", agentInMemory());
  const rehearsed = { ...connection, baseUrl: "http://127.0.0.1", transport, proxy: null, key: null, sign: () => ({}) };
  const source = { settings, origins, file, folders, prompts, maxWait, log: null, connect: async () => rehearsed };
  const model = await openModel(source, rehearsed, request.model);
  await runTurn(model, request, [], signal, { provider: connection.name, model: request.model });
}
