import { Option } from "commander";
import type { BatchInputForm, BatchOutputForm, RunOptions } from "../app/batch/batch-options.ts";
import { AppError } from "../errors.ts";
import { counting, declareBatchOptions, declareProviderOptions, gathered, readFlags } from "./options.ts";
import { declareWorker } from "./batch-worker.ts";
import type { CommandContext, Declare, Verb } from "./command.ts";

const inputForms: readonly BatchInputForm[] = ["jsonl", "text", "csv", "tsv"];
const outputForms: readonly BatchOutputForm[] = ["openai", "simple", "csv", "parquet"];

/** How fast a batch is run. */
interface PaceOptions {
  readonly concurrency?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly itemTimeout?: number;
  readonly offPeak?: boolean;
  readonly queue?: string;
  readonly atProvider?: boolean;
  readonly json?: boolean;
  readonly metrics?: string;
}

/** The options of `batch run` that are no settings. */
interface BatchRunOptions extends PaceOptions {
  readonly output?: string;
  readonly format: BatchOutputForm;
  readonly ordered?: boolean;
  readonly inputFormat?: BatchInputForm;
  readonly template?: string;
  readonly skipBad?: boolean;
  readonly acceptChanges?: boolean;
  readonly dryRun?: boolean;
}

/** Several commands; each declares its options, and calls a use case. */
export const batch: Declare = (program, context) => {
  const group = program.command("batch").description(context.words.help.commands.batch);
  for (const declare of [declareRun, declareStatus, declareRetry, declareCancel, declareWorker])
    declare(group, context);
};

function declareRun(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args, usage } = words.help;
  const command = group
    .command("run")
    .description(commands.batchRun)
    .argument("[input]", args.batchInput, "-")
    .optionsGroup(groups.input)
    .addOption(new Option("--input-format <form>", options.inputFormat).choices(inputForms))
    .option("--template <text>", options.template)
    .option("--skip-bad", options.skipBad)
    .optionsGroup(groups.output)
    .option("-o, --output <file>", options.batchOutput)
    .addOption(new Option("--format <form>", options.batchFormat).choices(outputForms).default("openai"))
    .option("--ordered", options.ordered)
    .option("--accept-changes", options.acceptChanges)
    .optionsGroup(groups.cost)
    .option("--dry-run", options.dryRun);
  declarePace(command);
  declareBatchOptions(command);
  command.action((input: string, given: BatchRunOptions) =>
    run(command, async (engine, console) => {
      const { output, format: form, ordered = false, inputFormat: inputForm = null, template = null } = given;
      const { skipBad = false, acceptChanges = false, dryRun = false } = given;
      const read = { input, inputForm, template, skipBad };
      const pace = paceOf(given, usage);
      if (dryRun) {
        const { estimateBatch } = await import("../app/batch/dry-run.ts");
        return await estimateBatch(engine, console, { ...read, ...pace });
      }
      if (output === undefined) throw new AppError("usage", { message: usage.batchOutput });
      const wanted = { ...read, output, form, ordered, acceptChanges, ...pace };
      const { runBatch } = await import("../app/batch/run.ts");
      return await runBatch(engine, console, wanted, readFlags(command));
    }),
  );
}

function declarePace(command: Verb): void {
  const { options, groups } = command.words.help;
  command
    .optionsGroup(groups.pace)
    .option("--concurrency <number>", options.concurrency, counting)
    .option("--rpm <number>", options.rpm, counting)
    .option("--tpm <number>", options.tpm, counting)
    .option("--item-timeout <seconds>", options.itemTimeout, counting)
    .option("--off-peak", options.batchOffPeak)
    .option("--at-provider", options.atProvider)
    .optionsGroup(groups.queue)
    .option("--queue <url>", options.queue)
    .optionsGroup(groups.output)
    .option("--json", options.batchJson)
    .option("--metrics <address>", options.metrics);
}

type Pace = Pick<RunOptions, "limits" | "itemTimeout" | "offPeak" | "queue" | "atProvider" | "json" | "metrics">;

/** @throws AppError `usage` for what a provider's own batches would not keep */
function paceOf(given: PaceOptions, { atProviderAlone }: CommandContext["words"]["help"]["usage"]): Pace {
  const { concurrency, rpm, tpm, itemTimeout = null, offPeak = false, queue = null, atProvider = false } = given;
  const limits = { ...(concurrency && { concurrency }), ...(rpm && { rpm }), ...(tpm && { tpm }) };
  const isPaced = Object.keys(limits).length > 0 || itemTimeout !== null || offPeak || queue !== null;
  if (atProvider && isPaced) throw new AppError("usage", { message: atProviderAlone });
  const { json = false, metrics = null } = given;
  return { limits, itemTimeout, offPeak, queue, atProvider, json, metrics };
}

function declareStatus(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group
    .command("status")
    .description(commands.batchStatus)
    .argument("[output]", args.batchOutput)
    .option("--json", options.json)
    .optionsGroup(groups.queue)
    .option("--queue <url>", options.queueOfStatus)
    .optionsGroup(groups.atProvider)
    .option("--id <batch>", options.batchToShow)
    .option("-o, --output <file>", options.batchDownload)
    .option("--force", options.force);
  declareProviderOptions(command, ["provider"]);
  command.action((output: string | undefined, { json = false, queue, id, force = false, ...given }: StatusOptions) =>
    run(command, async (engine, console) => {
      if (id !== undefined) {
        const { showProviderBatch } = await import("../app/batch/provider-status.ts");
        return await showProviderBatch(engine, console, { id, output: given.output ?? null, force, json });
      }
      const { showStatus } = await import("../app/batch/status.ts");
      await showStatus(engine, console, { output: output ?? null, queue: queue ?? null, json });
    }),
  );
}

interface StatusOptions {
  readonly json?: boolean;
  readonly queue?: string;
  /** Of a batch at a provider. */
  readonly id?: string;
  readonly output?: string;
  readonly force?: boolean;
}

interface BatchRetryOptions extends PaceOptions {
  readonly code?: readonly string[];
  readonly acceptChanges?: boolean;
}

function declareRetry(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group
    .command("retry")
    .description(commands.batchRetry)
    .argument("<output>", args.batchOutput)
    .option("--code <code>", options.retryCode, gathered)
    .optionsGroup(groups.output)
    .option("--accept-changes", options.acceptChanges);
  declarePace(command);
  declareBatchOptions(command);
  command.action(async (output: string, given: BatchRetryOptions) => {
    const { retryBatch, storedRun } = await import("../app/batch/retry.ts");
    const { options: earlier, flags: before, folder } = await storedRun(output);
    // Paths in settings are relative to where the batch was begun.
    process.chdir(folder);
    const { code = null, acceptChanges = false } = given;
    const flags = { ...before, ...readFlags(command) };
    const again = { options: { ...earlier, acceptChanges, ...paceOf(given, words.help.usage) }, flags };
    await run(command, async (engine, console) => await retryBatch(engine, console, again, code), { flags });
  });
}

function declareCancel(group: Verb, { words, run }: CommandContext): void {
  const { commands, options } = words.help;
  const command = group
    .command("cancel")
    .description(commands.batchCancel)
    .requiredOption("--id <batch>", options.batchId)
    .option("--json", options.json);
  declareProviderOptions(command, ["provider"]);
  command.action(({ id, json = false }: CancelOptions) =>
    run(command, async (engine, console) => {
      const { cancelProviderBatch } = await import("../app/batch/provider-status.ts");
      await cancelProviderBatch(engine, console, { id, json });
    }),
  );
}

interface CancelOptions {
  readonly id: string;
  readonly json?: boolean;
}
