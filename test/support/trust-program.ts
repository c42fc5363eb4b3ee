import { writeSync } from "node:fs";
import { runCommand } from "../../src/commands/command-run.ts";
import { Verb } from "../../src/commands/command.ts";
import { loadWords } from "../../src/words/load.ts";

/** A program that asks whether contents of a project may be used, and prints what comes of it as JSON. */
const [contents = "[]", language = "en"] = process.argv.slice(2);
const words = await loadWords(language === "zh" ? "zh" : "en");

await runCommand(
  new Verb("trust-program", words),
  async ({ trust }) => {
    const asked = (JSON.parse(contents) as Parameters<typeof trust.approves>[0][]).map(trust.approves);
    writeSync(1, `${JSON.stringify(await Promise.all(asked))}\n`);
  },
  { words, stop: new AbortController(), sources: {}, onTheme() {}, color: true },
);
