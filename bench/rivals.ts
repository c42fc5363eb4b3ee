/**
 * Measures deepseek-chat beside other programs against one local server, runs interleaved: `npm run bench -- rivals`. A run of
 * everything writes the tables of bench/RESULTS.md. bench/rivals.md tells what is measured and how to install the others.
 *
 *     --before <folder>  another build of deepseek-chat, for the column "before"
 *     --only <sections>  only these, separated by commas; prints the tables and writes no file
 *     --runs <n>         runs of what is short, 12 by default; what takes longer runs less often
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chunkToScreen } from "./rivals/latency.ts";
import type { Measure } from "./rivals/measure.ts";
import { type Field, fieldIn } from "./rivals/programs.ts";
import { boundsText, circumstances, type Section, sectionText, writeResults } from "./rivals/report.ts";
import { hasGnuTime } from "./rivals/runs.ts";
import { enterToWire, promptTime } from "./rivals/session.ts";
import { start } from "./rivals/start.ts";
import { growth, throughput } from "./rivals/throughput.ts";
import { BenchServer } from "./server.ts";

const sections: Readonly<Record<string, { readonly title: string; readonly measure: Measure }>> = {
  start: { title: "Start, and one short question", measure: start },
  prompt: { title: "From the start to a prompt", measure: promptTime },
  wire: { title: "From Enter to the request", measure: enterToWire },
  latency: { title: "From the server's chunk to the screen", measure: chunkToScreen },
  throughput: { title: "A long answer", measure: throughput },
  growth: { title: "Longer answers", measure: growth },
};

interface Options {
  readonly before: string | null;
  readonly names: readonly string[];
  readonly runs: number;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ args: [...args], options: { before: text, only: text, runs: text } });
  const names = values.only?.split(",") ?? Object.keys(sections);
  const unknown = names.filter((name) => !Object.hasOwn(sections, name));
  if (unknown.length > 0)
    throw new Error(`There is no section ${unknown.join(", ")}. There are: ${Object.keys(sections).join(", ")}.`);
  const runs = Number(values.runs ?? 12);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`Invalid --runs: ${values.runs} (expected a number from 1)`);
  const before = values.before === undefined ? null : resolve(values.before);
  if (before !== null && !existsSync(join(before, "bin/deepseek-chat.js")))
    throw new Error(`Invalid --before: ${before} has no bin/deepseek-chat.js`);
  return { before, names, runs };
}

async function measureAll({ names, runs }: Options, field: Field, server: BenchServer): Promise<string> {
  const texts = [circumstances(field, runs)];
  console.log(texts[0]);
  const found: Section[] = [];
  for (const name of names) {
    const { title, measure } = sections[name]!;
    const begun = performance.now();
    const section = { title, rows: await measure({ programs: field.programs, server, runs }) };
    found.push(section);
    texts.push(sectionText(section));
    console.log(`\n${texts.at(-1)}\n\n(${Math.round((performance.now() - begun) / 1000)} s)`);
  }
  const bounds = boundsText(found);
  console.log(`\n${bounds}`);
  return [texts[0], bounds, ...texts.slice(1)].join("\n\n");
}

const options = optionsOf(process.argv.slice(2));
const root = mkdtempSync(join(tmpdir(), "deepseek-chat-rivals-"));
try {
  await using server = await BenchServer.open();
  if (!hasGnuTime) console.log("GNU time is missing (Debian: apt-get install time): no processor time, no memory.");
  const text = await measureAll(options, fieldIn(root, server.url, options.before), server);
  if (options.names.length === Object.keys(sections).length) writeResults(text);
} finally {
  rmSync(root, { recursive: true, force: true });
}
