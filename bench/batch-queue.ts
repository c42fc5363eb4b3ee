/**
 * Three workers answer a batch over a real redis-server, while one of them is killed with -9, Redis is killed and restarted, and the
 * submitter is killed and restarted. Counts requests and answers, and looks whether the shared limits held.
 *
 * node scripts/build.ts && node bench/batch-queue.ts [items] [--volatile]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const count = Number(process.argv[2] ?? 600);
const isVolatile = process.argv.includes("--volatile");
const limits = { rpm: 2400, concurrency: 12 };
const folder = mkdtempSync(join(tmpdir(), "batch-queue-"));

/** Requests by prompt, the moments at which they came, and the most that ran at once. */
const seen = { prompts: new Map<string, number>(), at: [] as number[], most: 0 };
let running = 0;
const server = createServer((request, response) => {
  let text = "";
  request.on("data", (piece: Buffer) => (text += piece.toString()));
  request.on("end", () => {
    const { messages } = JSON.parse(text) as { messages: { content: string }[] };
    const prompt = messages.at(-1)!.content;
    seen.prompts.set(prompt, (seen.prompts.get(prompt) ?? 0) + 1);
    seen.at.push(performance.now());
    seen.most = Math.max(seen.most, ++running);
    response.once("close", () => running--);
    setTimeout(
      () => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const choice = { index: 0, delta: { content: `answer to ${prompt}` }, finish_reason: null };
        const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
        response.write(`data: ${JSON.stringify({ id: "1", choices: [choice] })}\n\n`);
        response.write(
          `data: ${JSON.stringify({ id: "1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage })}\n\n`,
        );
        response.end("data: [DONE]\n\n");
      },
      100 + Math.random() * 200,
    );
  });
});

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const kept = isVolatile ? ["--save", ""] : ["--appendonly", "yes", "--appendfsync", "always"];
  const child = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, ...kept], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const piece of child.stdout) {
    said += String(piece);
    if (said.includes("Ready to accept connections")) break;
  }
  return child;
}

function program(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess & { said: string } {
  const child = spawn(process.execPath, [launcher, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const told = Object.assign(child, { said: "" });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (piece: Buffer) => (told.said += piece.toString()));
  return told;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Resolves when so many requests have come. */
async function requests(wanted: number): Promise<void> {
  while (seen.at.length < wanted) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The most requests that came within so many milliseconds. */
function densest(window: number): number {
  let [first, most] = [0, 0];
  for (const [at, moment] of seen.at.entries()) {
    while (moment - seen.at[first]! > window) first++;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const port = await freePort();
let redis = await startRedis(port);
const home = join(folder, "home");
mkdirSync(home);
const config = join(folder, "config.yaml");
writeFileSync(config, `limits: { deepseek: { rpm: ${limits.rpm}, concurrency: ${limits.concurrency} } }\n`);
const env = {
  PATH: process.env["PATH"],
  HOME: home,
  LC_ALL: "C.UTF-8",
  DEEPSEEK_CHAT_CONFIG: config,
  DEEPSEEK_CHAT_KEY_STORE: "file",
  DEEPSEEK_API_KEY: "sk-0123456789abcdef",
  DEEPSEEK_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
};
const [input, output] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
writeFileSync(
  input,
  Array.from({ length: count }, (_, at) => `${JSON.stringify({ id: `i${at}`, prompt: `q${at}` })}\n`).join(""),
);
const url = `redis://127.0.0.1:${port}`;
const submit = () => program(["batch", "run", input, "-o", output, "--queue", url], env);
const work = () => program(["batch", "worker", "--queue", url, "--concurrency", "8", "--lock", "3s"], env);
const note = (text: string) => process.stdout.write(`${(performance.now() / 1000).toFixed(1)} s: ${text}\n`);

const workers = [work(), work(), work()];
let submitter = submit();
await requests(count * 0.2);
note(`worker killed with -9 after ${seen.at.length} requests`);
await kill(workers[0]!);
await requests(count * 0.4);
note(
  `Redis killed with -9 after ${seen.at.length} requests, and restarted ${isVolatile ? "without its data" : "with its file"}`,
);
await kill(redis);
await new Promise((resolve) => setTimeout(resolve, 500));
redis = await startRedis(port);
await requests(count * 0.6);
note(`submitter killed with -9 after ${seen.at.length} requests`);
await kill(submitter);
await requests(count * 0.7);
note("submitter restarted");
submitter = submit();
const [code] = (await once(submitter, "exit")) as [number];
note(`submitter ended with ${code}`);
await Promise.all(workers.slice(1).map(async (worker) => await kill(worker, "SIGTERM")));
await kill(redis);
server.close();
server.closeAllConnections();

const lines = readFileSync(output, "utf8").trimEnd().split("\n");
const ids = lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
const answered = lines.filter((line) => (JSON.parse(line) as { error: unknown }).error === null).length;
process.stdout.write(
  [
    `items: ${count}; lines: ${lines.length}; different ids: ${new Set(ids).size}; answered: ${answered}`,
    `requests: ${seen.at.length}; prompts asked more than once: ${[...seen.prompts.values()].filter((times) => times > 1).length} (one worker held at most 8)`,
    `most at once: ${seen.most} (limit ${limits.concurrency}); most in 10 s: ${densest(10_000)} (limit ${limits.rpm / 6} and a second's worth)`,
    ...[submitter, ...workers].map(
      (child, at) =>
        `${at === 0 ? "submitter" : `worker ${at}`}: ${child.said.trim().replaceAll("\n", " | ").slice(-300)}`,
    ),
    "",
  ].join("\n"),
);
rmSync(folder, { recursive: true, force: true });
