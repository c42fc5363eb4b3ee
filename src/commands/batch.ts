import { Option } from "commander";
import type { BatchInputForm } from "../app/batch/batch-options.ts";
import { counting, declareBatchOptions } from "./options.ts";
import type { Declare } from "./command.ts";

const inputForms: readonly BatchInputForm[] = ["jsonl", "text", "csv", "tsv"];

/** The options of `batch run` that are no settings. */
interface BatchRunOptions {
  readonly output: string;
  readonly inputFormat?: BatchInputForm;
  readonly template?: string;
  readonly skipBad?: boolean;
  readonly acceptChanges?: boolean;
  readonly concurrency?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly itemTimeout?: number;
  readonly offPeak?: boolean;
}

export const batch: Declare = (program, { words, run }) => {
  const { help } = words;
  const { commands, options, groups } = help;
  const group = program.command("batch").description(commands.batch);

  const start = group
    .command("run")
    .description(commands.batchRun)
    .argument("<input>", help.arguments.batchInput)
    .requiredOption("-o, --output <file>", options.batchOutput)
    .optionsGroup(groups.input)
    .addOption(new Option("--input-format <form>", options.inputFormat).choices(inputForms))
    .option("--template <text>", options.template)
    .option("--skip-bad", options.skipBad)
    .option("--accept-changes", options.acceptChanges)
    .optionsGroup(groups.pace)
    .option("--concurrency <number>", options.concurrency, counting)
    .option("--rpm <number>", options.rpm, counting)
    .option("--tpm <number>", options.tpm, counting)
    .option("--item-timeout <seconds>", options.itemTimeout, counting)
    .option("--off-peak", options.batchOffPeak);
  declareBatchOptions(start);
  start.action((input: string, given: BatchRunOptions) =>
    run(start, async (engine, console) => {
      const { runBatch } = await import("../app/batch/run.ts");
      const { output, inputFormat = null, template = null, skipBad = false, acceptChanges = false } = given;
      const { concurrency, rpm, tpm, itemTimeout = null, offPeak = false } = given;
      return await runBatch(engine, console, {
        input,
        output,
        inputForm: inputFormat,
        template,
        skipBad,
        acceptChanges,
        limits: { ...(concurrency && { concurrency }), ...(rpm && { rpm }), ...(tpm && { tpm }) },
        itemTimeout,
        offPeak,
      });
    }),
  );
};
