import { Engine } from "../../src/app/engine.ts";

const engine = await Engine.open({ stop: AbortSignal.timeout(60_000) });
const ref = await engine.resolve(process.argv[2]!);
const ask = await engine.openModel(ref);
const messages = [{ role: "user", content: [{ type: "text", text: "Who are you?" }] }] as const;
const request = { model: ref.model, messages, sampling: {}, thinking: null, stream: true };
for await (const event of ask(request, engine.stop)) process.stdout.write(`${JSON.stringify(event)}\n`);
await engine.close();
