import { InvalidArgumentError, Option } from "commander";
import type { CreateOptions } from "../app/finetune/create.ts";
import type { CommandContext, Verb } from "./command.ts";
import { counting, declareProviderOptions, gathered } from "./options.ts";

/** What `finetune create` takes that is no setting. */
interface CreateFlags extends Partial<
  Pick<CreateOptions, "again" | "yes" | "watch" | "json" | "epochs" | "batchSize" | "learningRate" | "seed">
> {
  readonly validation?: string;
  readonly check: boolean;
  readonly suffix?: string;
  readonly method?: string;
  readonly set?: readonly string[];
}

export function declareCreate(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("create").description(commands.finetuneCreate).argument("[file]", args.examples);
  declareProviderOptions(command, ["provider", "model", "max_cost", "over_budget", "timeout", "retries"]);
  command
    .optionsGroup(groups.input)
    .option("--validation <file>", options.validation)
    .option("--no-check", options.noCheck)
    .optionsGroup(groups.training)
    .option("--suffix <text>", options.tuningSuffix)
    .option("--method <name>", options.tuningMethod)
    .addOption(new Option("--epochs <n>", options.epochs).argParser(numberOrAuto))
    .addOption(new Option("--batch-size <n>", options.batchSize).argParser(numberOrAuto))
    .addOption(new Option("--learning-rate <n>", options.learningRate).argParser(numberOrAuto))
    .addOption(new Option("--seed <n>", options.tuningSeed).argParser(counting))
    .option("--set <field=value>", options.setField, gathered)
    .optionsGroup("")
    .option("--again", options.again)
    .option("--yes", options.yes)
    .option("--watch", options.watchTuning)
    .optionsGroup(groups.output)
    .option("--json", options.json);
  command.action((file: string | undefined, given: CreateFlags) =>
    run(command, async (engine, console) => {
      const { createTuning } = await import("../app/finetune/create.ts");
      return await createTuning(engine, console, {
        file: file ?? null,
        validation: given.validation ?? null,
        suffix: given.suffix ?? null,
        method: given.method ?? null,
        epochs: given.epochs ?? null,
        batchSize: given.batchSize ?? null,
        learningRate: given.learningRate ?? null,
        seed: given.seed ?? null,
        set: given.set ?? [],
        check: given.check,
        again: given.again ?? false,
        yes: given.yes ?? false,
        watch: given.watch ?? false,
        json: given.json ?? false,
      });
    }),
  );
}

interface JsonFlag {
  readonly json?: boolean;
}

export function declareList(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups } = words.help;
  const command = group.command("list").description(commands.finetuneList);
  declareProviderOptions(command, ["provider", "timeout"]);
  command
    .optionsGroup(groups.output)
    .addOption(new Option("--limit <n>", options.limit).argParser(counting).default(20))
    .option("--json", options.json);
  command.action(({ limit, json = false }: JsonFlag & { readonly limit: number }) =>
    run(command, async (engine, console) => {
      const { listTuning } = await import("../app/finetune/jobs.ts");
      await listTuning(engine, console, limit, json);
    }),
  );
}

export function declareWatch(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("watch").description(commands.finetuneWatch).argument("[job]", args.lastJob);
  declareProviderOptions(command, ["provider", "timeout", "retries"]);
  command.optionsGroup(groups.output).option("--json", options.batchJson);
  command.action((id: string | undefined, { json = false }: JsonFlag) =>
    run(command, async (engine, console) => {
      const { watchTuning } = await import("../app/finetune/watch.ts");
      return await watchTuning(engine, console, { id: id ?? null, json });
    }),
  );
}

/** A command about a job that is named. */
function aboutJob(
  name: "cancel" | "checkpoints",
  words: "finetuneCancel" | "finetuneCheckpoints",
): (group: Verb, context: CommandContext) => void {
  return (group, { words: { help }, run }) => {
    const command = group.command(name).description(help.commands[words]).argument("<job>", help.arguments.job);
    declareProviderOptions(command, ["provider", "timeout"]);
    command.optionsGroup(help.groups.output).option("--json", help.options.json);
    command.action((id: string, { json = false }: JsonFlag) =>
      run(
        command,
        async (engine, console) => await (await import("../app/finetune/jobs.ts"))[name](engine, console, id, json),
      ),
    );
  };
}

export const declareCancel = aboutJob("cancel", "finetuneCancel");
export const declareCheckpoints = aboutJob("checkpoints", "finetuneCheckpoints");

export function declareUse(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, arguments: args } = words.help;
  const command = group
    .command("use")
    .description(commands.finetuneUse)
    .argument("<job>", args.jobOrModel)
    .argument("[name]", args.tuningAlias);
  declareProviderOptions(command, ["provider", "timeout"]);
  command.optionsGroup("").option("--force", options.replaceAlias);
  command.action((what: string, alias: string | undefined, { force = false }: { readonly force?: boolean }) =>
    run(command, async (engine, console) => {
      const { useTuning } = await import("../app/finetune/use.ts");
      await useTuning(engine, console, { what, alias: alias ?? null, force });
    }),
  );
}

/** A number from 0, or `auto`. */
function numberOrAuto(text: string): number | "auto" {
  if (text === "auto") return text;
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number <= 0) throw new InvalidArgumentError("> 0 | auto");
  return number;
}
