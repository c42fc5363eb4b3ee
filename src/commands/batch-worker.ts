import { InvalidArgumentError, Option } from "commander";
import { durationExamples, milliseconds } from "../duration.ts";
import type { CommandContext, Verb } from "./command.ts";
import { counting, declareWorkerOptions } from "./options.ts";

interface BatchWorkerOptions {
  readonly queue: string;
  readonly concurrency: number;
  readonly lock: number;
  readonly grace: number;
  readonly metrics?: string;
}

export function declareWorker(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups } = words.help;
  const command = group
    .command("worker")
    .description(commands.batchWorker)
    .optionsGroup(groups.queue)
    .requiredOption("--queue <url>", options.queueOfWorker)
    .addOption(new Option("--concurrency <number>", options.workerConcurrency).argParser(counting).default(8))
    .addOption(new Option("--lock <duration>", options.lock).argParser(duration).default(60_000, "1m"))
    .addOption(new Option("--grace <duration>", options.grace).argParser(duration).default(25_000, "25s"))
    .option("--metrics <address>", options.metrics);
  declareWorkerOptions(command);
  command.action((given: BatchWorkerOptions) =>
    run(command, async (engine, console) =>
      (await import("../app/batch/worker.ts")).runWorker(engine, console, { ...given, metrics: given.metrics ?? null }),
    ),
  );
}

function duration(text: string): number {
  const read = milliseconds(text);
  if (read === null) throw new InvalidArgumentError(durationExamples);
  return read;
}
