/**
 * How fast `batch run` is beside what a service can give, and beside other programs: `node bench/batch.ts [prompts] [ms to the first token]`.
 *
 * The service is aimock in a process of its own; its ceiling is what `wrk` (Debian's package) gets from it with as many connections, in the
 * same run, before and after. BATCH_RIVALS names a folder with `venv`, `cookbook.py`, `litellm_script.py` and `curator_script.py`, which take
 * input, output, base URL and concurrency; without it they are left out.
 */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askingAt, idsIn, measured, printTable, program, scratch, Service, writePrompts } from "./batch/measure.ts";

const [count = 2000, latency = 0] = process.argv.slice(2).map(Number);
const connections = 64;
const rivals = process.env["BATCH_RIVALS"];

await using service = await Service.start("./service.ts", 0, latency);
using folder = scratch();
const cwd = folder.path;
writePrompts(join(cwd, "in.jsonl"), count, (index) => ({ id: `i${index}`, prompt: `Prompt number ${index}` }));
writePrompts(join(cwd, "cookbook.jsonl"), count, (index) => ({
  model: "deepseek-flash",
  messages: [{ role: "user", content: `Prompt number ${index}` }],
  metadata: { id: `i${index}` },
}));

/** Requests a second that a bare load tool gets. */
function ceiling(stream: boolean): number {
  const script = join(cwd, "wrk.lua");
  const body = JSON.stringify({
    model: "deepseek-flash",
    stream,
    messages: [{ role: "user", content: "Prompt number 0" }],
  });
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.body = '${body}'\nwrk.headers["Content-Type"] = "application/json"\n`,
  );
  const args = ["-t1", `-c${connections}`, "-d4s", "-s", script, `${service.url}/chat/completions`];
  return Number(/Requests\/sec:\s+([\d.]+)/u.exec(execFileSync("wrk", args).toString())?.[1]);
}

interface Contestant {
  readonly name: string;
  readonly command: readonly string[];
  readonly output: string;
  readonly idOf: (line: string) => string;
  readonly env?: Readonly<Record<string, string>>;
}

const own = (name: string, ...more: readonly string[]): Contestant => ({
  name,
  command: [process.execPath, program, "batch", "run", "in.jsonl", "-o", `${name}.jsonl`.replaceAll(" ", ""), ...more],
  output: `${name}.jsonl`.replaceAll(" ", ""),
  idOf: (line) => (JSON.parse(line) as { custom_id: string }).custom_id,
  env: askingAt(service.url, cwd),
});
const contestants: Contestant[] = [
  own("deepseek-chat"),
  own("deepseek-chat -c 64", "--concurrency", String(connections)),
];
if (rivals !== undefined && existsSync(rivals)) {
  const python = join(rivals, "venv/bin/python");
  // LiteLLM ships the vocabulary that tiktoken would download.
  const tokenizers = join(rivals, "venv/lib/python3.11/site-packages/litellm/litellm_core_utils/tokenizers");
  const env = { HOME: cwd, TIKTOKEN_CACHE_DIR: tokenizers, LITELLM_LOCAL_MODEL_COST_MAP: "True" };
  const limits = [
    "--max_requests_per_minute",
    "1000000",
    "--max_tokens_per_minute",
    "1000000000",
    "--logging_level",
    "40",
  ];
  const url = `${service.url}/chat/completions`;
  const files = [
    "--requests_filepath",
    "cookbook.jsonl",
    "--save_filepath",
    "cookbook.out",
    "--request_url",
    url,
    "--api_key",
    "k",
  ];
  const idOf = (line: string) => (JSON.parse(line) as { id: string }).id;
  const scripted = (name: string): Contestant => ({
    name,
    command: [python, join(rivals, `${name}_script.py`), "in.jsonl", `${name}.out`, service.url, String(connections)],
    output: `${name}.out`,
    idOf,
    env,
  });
  contestants.push(
    {
      name: "OpenAI cookbook",
      command: [python, join(rivals, "cookbook.py"), ...files, ...limits],
      output: "cookbook.out",
      idOf: (line) => (JSON.parse(line) as [unknown, unknown, { id: string }])[2].id,
      env,
    },
    scripted("litellm"),
    scripted("curator"),
  );
}

const before = { stream: ceiling(true), whole: ceiling(false) };
const rows: (string | number)[][] = [];
for (const { name, command, output, idOf, env = {} } of contestants) {
  const asked = (await service.count()).requests;
  const { code, seconds, cpu, peak } = await measured(command, { cwd, env });
  const requests = (await service.count()).requests - asked;
  const ids = existsSync(join(cwd, output)) ? await idsIn(join(cwd, output), idOf) : new Map<string, number>();
  const doubled = [...ids.values()].filter((times) => times > 1).length;
  const rate = count / seconds;
  rows.push([
    name,
    code ?? "-",
    seconds.toFixed(1),
    cpu.toFixed(1),
    rate.toFixed(0),
    peak.toFixed(0),
    requests,
    count - ids.size,
    doubled,
  ]);
}
const after = { stream: ceiling(true), whole: ceiling(false) };
console.log(`${count} prompts; wrk with ${connections} connections, before and after:`);
for (const kind of ["stream", "whole"] as const) {
  console.log(
    `  ${kind === "stream" ? "streams" : "whole answers"}: ${before[kind].toFixed(0)} and ${after[kind].toFixed(0)} requests/s`,
  );
}
printTable(["program", "exit", "s", "cpu s", "prompts/s", "peak MB", "requests", "lost", "doubled"], rows);
