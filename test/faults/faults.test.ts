import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/read.ts";
import { newPlace, type Place, run } from "../support/program.ts";
import { connectionFaults } from "./connection.ts";
import type { Fault } from "./fault.ts";
import { httpFaults } from "./http.ts";
import { streamFaults } from "./stream.ts";

const groups = { connection: connectionFaults, response: httpFaults, stream: streamFaults };
/** What came of each, in the order of the tables. */
const results = new Map(
  Object.values(groups)
    .flat()
    .map(({ name }): [string, string[]] => [name, []]),
);

afterAll(() => {
  const rows = Array.from(results, ([name, cells]) => [name].concat(cells));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  process.stdout.write(`\n${lines.join("\n")}\n${rows.length} kinds of faults\n`);
});

async function lastExchange({ cwd }: Place) {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"));
  return name === undefined ? undefined : (await readTranscript(join(folder, name))).exchanges.at(-1);
}

async function suffer({ name, scene, outcome }: Fault): Promise<void> {
  await using opened = await scene();
  const place = newPlace();
  const startedAt = performance.now();
  const flags = opened.flags ?? [];
  const retries = flags.includes("--retries") ? [] : ["--retries", "0"];
  const { code, stdout, stderr } = await run(["ask", ...retries, ...flags, "what?"], { place, env: opened.env });
  const ms = Math.round(performance.now() - startedAt);
  const exchange = await lastExchange(place);
  const got = {
    exit: code,
    code: exchange?.error?.code ?? null,
    answer: exchange?.answer,
    status: exchange?.status,
    stdout,
  };
  results.set(name, [String(code), got.code ?? "-", `${stdout.length} characters`, `${ms} ms`]);
  const { answer, status } = outcome;
  const printed = answer === "" || answer.endsWith("\n") ? answer : `${answer}\n`;
  expect(got).toEqual({ exit: outcome.exit, code: outcome.code, answer, status, stdout: printed });
  expect(stderr).toMatch(outcome.says === "" ? /^$/u : outcome.says);
  expect(stderr).not.toMatch(/undefined|\[object|\n {4}at |0123456789abcdef|secret|\bat .*:\d+:\d+/u);
  opened.after?.();
}

describe.each(Object.entries(groups))("faults of the %s", (_, faults) => {
  describe.concurrent("end as they should", () => {
    test.each(faults)("$name", suffer);
  });
});
