/**
 * Changes the source of a room in small ways, one at a time, and lists the changes that its quick tests do not notice:
 * `npm run test:mutation [room]… [file]…`. Without a room, every room in turn; files narrow it. docs/testing.md keeps the scores.
 */
import { globSync } from "node:fs";
import { relative, resolve } from "node:path";
import { styleText } from "node:util";
import { Stryker } from "@stryker-mutator/core";

interface Room {
  readonly source: string;
  /** Tests that call the source in their own process: what drives the built program shows no change here. */
  readonly tests: readonly string[];
}

const rooms: Readonly<Record<string, Room>> = {
  chat: { source: "src/chat", tests: ["test/chat/**/*.test.ts"] },
  config: { source: "src/config", tests: ["test/config/!(keyring).test.ts"] },
  editor: { source: "src/repl/editor", tests: ["test/repl/editor/!(terminal-*).test.ts"] },
  format: { source: "src/transcripts/format", tests: ["test/transcripts/format/**/*.test.ts"] },
  resilience: { source: "src/providers/resilience", tests: ["test/providers/resilience/**/*.test.ts"] },
  store: { source: "src/transcripts/store", tests: ["test/transcripts/store/**/*.test.ts"] },
  wire: { source: "src/providers/wire", tests: ["test/providers/wire/**/*.test.ts"] },
};

/** What the tests of a room must notice, in per cent of the changes. */
const target = 85;

type Mutant = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];
const noticed = (mutant: Mutant): boolean => mutant.status === "Killed" || mutant.status === "Timeout";
const unnoticed = (mutant: Mutant): boolean => mutant.status === "Survived" || mutant.status === "NoCoverage";
const perCent = (mutants: readonly Mutant[]): number =>
  (100 * mutants.filter(noticed).length) /
  Math.max(1, mutants.filter((mutant) => noticed(mutant) || unnoticed(mutant)).length);

/** Runs the tests of a room once for each change. Results are kept, so that the next run tries only what differs. */
async function mutate(name: string, { source, tests }: Room, files: readonly string[]): Promise<Mutant[]> {
  const folder = `coverage/mutation/${name}`;
  const mutants = await new Stryker({
    mutate: files.length > 0 ? [...files] : [`${source}/**/*.ts`],
    testRunner: "vitest",
    plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
    testFiles: globSync(tests),
    vitest: { configFile: "scripts/mutation-tests.ts", related: false, pool: "forks" },
    coverageAnalysis: "perTest",
    concurrency: 2,
    incremental: true,
    incrementalFile: `${folder}.json`,
    tempDirName: `${folder}-files`,
    ignorePatterns: ["/coverage", "/dist"],
    // There is no such file: Stryker reads the compiler's options with an interface that TypeScript 7 does not have.
    tsconfigFile: "none",
    reporters: ["progress"],
  }).runMutationTest();
  // The kept results of the room's other files come back with those of the files named.
  const named = new Set(files.map((file) => resolve(file)));
  return named.size === 0 ? mutants : mutants.filter((mutant) => named.has(resolve(mutant.fileName)));
}

function report(name: string, mutants: readonly Mutant[]): void {
  const files = Map.groupBy(mutants, (mutant) => relative("", mutant.fileName));
  for (const [file, ofFile] of [...files].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    console.log(styleText("bold", `${file} ${perCent(ofFile).toFixed(0)} %`));
    for (const { location, mutatorName, replacement, status } of ofFile.filter(unnoticed)) {
      const place = `${file}:${location.start.line}:${location.start.column}`;
      console.log(
        `  ${place} ${mutatorName}${status === "NoCoverage" ? ", no test runs it" : ""}: ${replacement?.replaceAll(/\s+/gu, " ")}`,
      );
    }
  }
  const counted = mutants.filter((mutant) => noticed(mutant) || unnoticed(mutant)).length;
  console.log(
    styleText(
      "bold",
      `${name}: ${mutants.filter(noticed).length} of ${counted} changes noticed, ${perCent(mutants).toFixed(1)} %\n`,
    ),
  );
}

const words = process.argv.slice(2);
const files = words.filter((word) => word.endsWith(".ts"));
const named = words.filter((word) => !word.endsWith(".ts"));
let reached = true;
for (const name of named.length > 0 ? named : Object.keys(rooms)) {
  const room = rooms[name];
  if (room === undefined) throw new Error(`No such room: ${name}. Known are ${Object.keys(rooms).join(", ")}.`);
  const mutants = await mutate(name, room, files);
  report(name, mutants);
  reached &&= files.length > 0 || perCent(mutants) >= target;
}
process.exitCode = reached ? 0 : 1;
