import { InvalidArgumentError, Option } from "commander";
import { durationExamples, milliseconds } from "../duration.ts";
import type { Declare } from "./command.ts";

export const cache: Declare = (program, { words, run }) => {
  const { commands, options, groups } = words.help;
  const group = program.command("cache").description(commands.cache);

  const stats = group.command("stats", { isDefault: true }).description(commands.cacheStats);
  stats.optionsGroup(groups.output).option("--json", options.json);
  stats.action(({ json = false }: { json?: boolean }) =>
    run(stats, async (engine, console) => (await import("../app/stored-answers.ts")).stats(engine, console, json)),
  );

  const clear = group.command("clear").description(commands.cacheClear);
  clear
    .addOption(new Option("--older-than <duration>", options.olderThan).argParser(duration))
    .option("--yes", options.yes);
  clear.action(({ olderThan = null, yes = false }: { olderThan?: number | null; yes?: boolean }) =>
    run(clear, async (engine, console) =>
      (await import("../app/stored-answers.ts")).clear(engine, console, { olderThan, yes }),
    ),
  );
};

function duration(text: string): number {
  const read = milliseconds(text);
  if (read === null) throw new InvalidArgumentError(durationExamples);
  return read;
}
