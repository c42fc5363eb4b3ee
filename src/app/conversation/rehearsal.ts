import { setImmediate } from "node:timers/promises";
import type { ChatRequest } from "../../chat/model.ts";
import { runTurn } from "../../chat/turn.ts";
import type { Connection } from "../../providers/connection.ts";
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
 * of them. The request is built by all the layers that a question goes through, and given up where it would be signed: nothing is
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
    () => rehearseRequest(engine, connection, request),
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
    // The second time finds out what the first left to be compiled.
    () => rehearseRequest(engine, connection, request),
  ];
  for (const slice of slices) {
    await setImmediate();
    if (signal.aborted) return;
    await slice();
  }
}

async function rehearseRequest(engine: Engine, connection: Connection, request: ChatRequest): Promise<void> {
  const { settings, origins, file, folders, prompts, maxWait } = engine;
  const given = new AbortController();
  const sign = () => {
    given.abort();
    // Before a connection is taken for it.
    throw given.signal.reason;
  };
  const source = { settings, origins, file, folders, prompts, maxWait, log: null, connect: async () => connection };
  const model = await openModel(source, { ...connection, sign }, request.model);
  await runTurn(model, request, [], given.signal, { provider: connection.name, model: request.model });
}
