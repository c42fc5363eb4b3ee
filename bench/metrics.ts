/**
 * A real Prometheus reads a real run: `node bench/metrics.ts [items]`. A server answers with faults (429, 500, delays), `batch run`
 * asks it with --metrics, Prometheus scrapes each second and evaluates the alert rules of deploy/. At the end every query of the
 * dashboard is put to Prometheus, and what the run counted is compared with what the server did. Needs `prometheus` on the PATH.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const items = Number(process.argv[2] ?? 3000);
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-metrics-"));
const [metricsPort, prometheusPort] = [19_464, 19_090];
const served = { ok: 0, rate_limited: 0, service_failed: 0 };

function stream(response: ServerResponse): void {
  const usage = {
    prompt_tokens: 400,
    completion_tokens: 120,
    total_tokens: 520,
    prompt_cache_hit_tokens: 300,
    completion_tokens_details: { reasoning_tokens: 50 },
  };
  const chunk = (choice: object, rest: object = {}) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", choices: [{ index: 0, ...choice }], ...rest })}\n\n`;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.write(chunk({ delta: { reasoning_content: "Hm." } }));
  setTimeout(
    () => {
      response.write(chunk({ delta: { content: "Yes." } }));
      response.end(`${chunk({ delta: {}, finish_reason: "stop" }, { usage })}data: [DONE]\n\n`);
    },
    20 + Math.random() * 80,
  );
}

const server = createServer((request, response) => {
  request.resume().once("end", () => {
    const chance = Math.random();
    if (chance < 0.02) {
      served.rate_limited += 1;
      response.writeHead(429, { "Retry-After": "1" }).end('{"error":{"message":"slow down"}}');
    } else if (chance < 0.04) {
      served.service_failed += 1;
      response.writeHead(500).end('{"error":{"message":"oops"}}');
    } else {
      served.ok += 1;
      setTimeout(() => stream(response), 30 + Math.random() * 100);
    }
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

const input = Array.from({ length: items }, (_, index) =>
  JSON.stringify({ id: `q${index}`, prompt: `Question ${index}` }),
);
writeFileSync(join(folder, "prompts.jsonl"), `${input.join("\n")}\n`);
const rules = path("deploy/prometheus/rules.yml");
writeFileSync(
  join(folder, "prometheus.yml"),
  `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(rules)}]
scrape_configs: [{ job_name: deepseek-chat, static_configs: [{ targets: ["127.0.0.1:${metricsPort}"] }] }]
`,
);
const prometheus = spawn(
  "prometheus",
  [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
    "--log.level=error",
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
);

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(expression: string): Promise<readonly Sample[]> {
  const url = `http://127.0.0.1:${prometheusPort}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const { status, data, error } = (await (await fetch(url)).json()) as {
    status: string;
    data: { result: Sample[] };
    error?: string;
  };
  if (status !== "success") throw new Error(`${expression}: ${error}`);
  return data.result;
}

const begun = performance.now();
const run = spawn(
  process.execPath,
  [
    path("bin/deepseek-chat.js"),
    "batch",
    "run",
    "prompts.jsonl",
    "-o",
    "answers.jsonl",
    "--metrics",
    String(metricsPort),
  ],
  {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      LC_ALL: "C.UTF-8",
      DEEPSEEK_API_KEY: "sk-0123456789abcdef",
      DEEPSEEK_BASE_URL: `http://127.0.0.1:${port}/v1`,
    },
  },
);
const ended = once(run, "exit");
const alerts = new Set<string>();
while (run.exitCode === null) {
  await Promise.race([sleep(1000), ended]);
  for (const { metric } of await query("ALERTS").catch(() => []))
    alerts.add(`${metric["alertname"]} ${metric["alertstate"]}`);
}
console.log(`\n${items} items in ${((performance.now() - begun) / 1000).toFixed(1)} s; the server answered`, served);

const counted = await query("sum by (outcome) (last_over_time(deepseek_chat_requests_total[5m]))");
console.log(
  "Prometheus has",
  Object.fromEntries(counted.map(({ metric, value }) => [metric["outcome"], Number(value[1])])),
);
const states = await query("sum by (state) (last_over_time(deepseek_chat_batch_items[5m]))");
console.log("items", Object.fromEntries(states.map(({ metric, value }) => [metric["state"], Number(value[1])])));
console.log("alerts:", [...alerts].join(", ") || "none");

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}
// As Grafana would ask while the run went on.
const at = Date.now() / 1000 - 2;
console.log("\nqueries of the dashboard, two seconds before the end");
const { panels } = JSON.parse(readFileSync(path("deploy/grafana/dashboard.json"), "utf8")) as { panels: Panel[] };
for (const { title, targets = [] } of panels) {
  for (const { expr } of targets) {
    const concrete = expr.replaceAll("$__rate_interval", "15s").replaceAll(/\$(?:job|instance|provider)/gu, ".*");
    const url = `http://127.0.0.1:${prometheusPort}/api/v1/query?time=${at}&query=${encodeURIComponent(concrete)}`;
    const { status, data } = (await (await fetch(url)).json()) as { status: string; data: { result: Sample[] } };
    const shown = data.result
      .slice(0, 4)
      .map(({ metric, value }) =>
        `${Object.values(metric).at(-1) ?? ""} ${Number(Number(value[1]).toPrecision(4))}`.trim(),
      );
    console.log(
      `${status === "success" ? "" : "FAILED "}${title.padEnd(26)} ${data.result.length} series: ${shown.join(", ")}`,
    );
  }
}
prometheus.kill();
await once(prometheus, "exit");
server.close();
server.closeAllConnections();
rmSync(folder, { recursive: true, force: true });
