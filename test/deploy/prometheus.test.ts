import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { addRunGauges } from "../../src/app/batch/run-metrics.ts";
import { RunTally } from "../../src/batch/run-tally.ts";
import { ModelMetrics } from "../../src/server/model-metrics.ts";
import { hasProgram } from "../support/system-programs.ts";

const deploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-prometheus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What promtool says, where it finds something wrong; else nothing. */
function complaints(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { encoding: "utf8", cwd: deploy("prometheus") });
  return status === 0 ? "" : `${stdout}${stderr}`;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Every query of the dashboard, with values in the place of Grafana's variables. */
function queries(): string[] {
  const { panels } = JSON.parse(readFileSync(deploy("grafana/dashboard.json"), "utf8")) as { panels: Panel[] };
  return panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$(?:job|instance|provider)/gu, ".*"));
}

describe.skipIf(!hasProgram("promtool"))("promtool", () => {
  test("takes the configuration and the rules, and the rules do what their tests say", () => {
    expect(complaints("check", "config", "prometheus.yml")).toBe("");
    expect(complaints("check", "rules", "--lint=all", "--lint-fatal", "rules.yml")).toBe("");
    expect(complaints("test", "rules", "rules.test.yml")).toBe("");
  });

  test("takes every query of the dashboard", () => {
    const rules = queries().map((expr, index) => ({ record: `query_${index}`, expr }));
    expect(rules.length).toBeGreaterThan(20);
    const file = join(folder, "queries.json");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    expect(complaints("check", "rules", file)).toBe("");
  });
});

test("queries and rules name metrics that there are", async () => {
  const metrics = new ModelMetrics();
  addRunGauges(metrics, () => new RunTally().snapshot());
  const page = await metrics.text();
  const served = new Set(Array.from(page.matchAll(/^# TYPE (\w+)/gmu), ([, name]) => name));
  const rules = readFileSync(deploy("prometheus/rules.yml"), "utf8");
  const named = Array.from(
    [...queries(), rules].join("\n").matchAll(/(?<![:\w])(?:gen_ai_client|deepseek_chat|process)_\w+(?=[{[)\s])/gu),
    ([name]) => name.replace(/_(?:bucket|count|sum)$/u, ""),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !served.has(name))).toEqual([]);
});
