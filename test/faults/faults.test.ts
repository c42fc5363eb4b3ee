import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Exchange } from "../../src/transcripts/format/types.ts";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { newPlace, type Place, run } from "../support/program.ts";
import { connectionFaults } from "./connection.ts";
import { endingFaults } from "./ending.ts";
import type { Fault } from "./fault.ts";
import { httpFaults } from "./http.ts";
import { streamFaults } from "./stream.ts";
import { patternOf } from "../support/words.ts";
import { type Suffered, tableOf } from "./table.ts";

const groups = { connection: connectionFaults, response: httpFaults, stream: streamFaults, ending: endingFaults };
/** What came of each. */
const results = new Map<Fault, Suffered>();

async function lastExchange({ cwd }: Place): Promise<Exchange | null> {
  const folder = join(cwd, "transcripts");
  const name = readdirSync(folder).find((file) => file.endsWith(".md"));
  return name === undefined ? null : ((await readTranscript(join(folder, name))).exchanges.at(-1) ?? null);
}

async function suffer(kind: Fault): Promise<void> {
  const { scene, outcome } = kind;
  await using opened = await scene();
  const place = newPlace();
  const flags = opened.flags ?? [];
  const retries = flags.includes("--retries") ? [] : ["--retries", "0"];
  const { code, stdout, stderr } = await run(["ask", ...retries, ...flags, "what?"], { place, env: opened.env });
  const exchange = await lastExchange(place);
  const got = {
    exit: code,
    code: exchange?.error?.code ?? null,
    answer: exchange?.answer,
    status: exchange?.status,
    stdout,
  };
  const { answer, status } = outcome;
  const printed = answer === "" || answer.endsWith("\n") ? answer : `${answer}\n`;
  expect(got).toEqual({ exit: outcome.exit, code: outcome.code, answer, status, stdout: printed });
  expect(stderr).toMatch(outcome.says === "" ? /^$/u : patternOf(outcome.says));
  expect(stderr).not.toMatch(/undefined|\[object|\n {4}at |0123456789abcdef|secret|\bat .*:\d+:\d+/u);
  opened.after?.();
  // The line end that the program adds is no part of the answer.
  const shown = Buffer.byteLength(stdout) - (printed.length - answer.length);
  results.set(kind, { exit: got.exit, code: got.code, shown, saved: Buffer.byteLength(got.answer ?? "") });
}

describe.each(Object.entries(groups))("faults of the %s", (_, faults) => {
  describe.concurrent("end as they should", () => {
    test.each(faults)("$name", suffer);
  });
});

test("all of them are in docs/faults.md, as they ended; vitest -u updates it", async ({ skip }) => {
  skip(results.size < Object.values(groups).flat().length, "Not all of them ran, or some did not end as they should.");
  await expect(tableOf(groups, results)).toMatchFileSnapshot(
    fileURLToPath(new URL("../../docs/faults.md", import.meta.url)),
  );
});
