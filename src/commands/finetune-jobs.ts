import { InvalidArgumentError, Option } from "commander";
import type { CreateOptions } from "../app/finetune/create.ts";
import type { CommandContext, Verb } from "./command.ts";
import { withFields } from "../field-tree.ts";
import { counting, declareProviderOptions, jsonOrText } from "./options.ts";

/** What `finetune create` takes that is no setting. */
interface CreateFlags extends Partial<
  Pick<CreateOptions, "again" | "yes" | "watch" | "json" | "epochs" | "batchSize" | "learningRate" | "seed">
> {
  readonly validation?: string;
  readonly suffix?: string;
  readonly method?: string;
  readonly set?: Readonly<Record<string, unknown>>;
}

export function declareCreate(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("create").description(commands.finetuneCreate).argument("[file]", args.examples);
  declareProviderOptions(command, ["provider", "model", "timeout", "retries"]);
  command
    .optionsGroup(groups.input)
    .option("--validation <file>", options.validation)
    .optionsGroup(groups.training)
    .option("--suffix <text>", options.tuningSuffix)
    .option("--method <name>", options.tuningMethod)
    .addOption(new Option("--epochs <n>", options.epochs).argParser(numberOrAuto))
    .addOption(new Option("--batch-size <n>", options.batchSize).argParser(numberOrAuto))
    .addOption(new Option("--learning-rate <n>", options.learningRate).argParser(numberOrAuto))
    .addOption(new Option("--seed <n>", options.tuningSeed).argParser(counting))
    .addOption(new Option("--set <field=value>", options.setField).argParser(nestedFields))
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
        fields: given.set ?? {},
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

export function declareCancel(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("cancel").description(commands.finetuneCancel).argument("<job>", args.job);
  declareProviderOptions(command, ["provider", "timeout"]);
  command.optionsGroup(groups.output).option("--json", options.json);
  command.action((id: string, { json = false }: JsonFlag) =>
    run(command, async (engine, console) => {
      const { cancelTuning } = await import("../app/finetune/jobs.ts");
      await cancelTuning(engine, console, id, json);
    }),
  );
}

export function declareCheckpoints(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("checkpoints").description(commands.finetuneCheckpoints).argument("<job>", args.job);
  declareProviderOptions(command, ["provider", "timeout"]);
  command.optionsGroup(groups.output).option("--json", options.json);
  command.action((id: string, { json = false }: JsonFlag) =>
    run(command, async (engine, console) => {
      const { listCheckpoints } = await import("../app/finetune/jobs.ts");
      await listCheckpoints(engine, console, id, json);
    }),
  );
}

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

/** `a.b=value` several times as objects within objects; a value is JSON, or text. */
function nestedFields(text: string, before: unknown): Record<string, unknown> {
  const [, path = "", value = ""] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  const names = path.split(".").map((name) => name.trim());
  if (path === "" || names.includes("")) throw new InvalidArgumentError("field=value");
  const [last, ...outer] = names.toReversed();
  const field = outer.reduce<Record<string, unknown>>((inner, name) => ({ [name]: inner }), {
    [last!]: jsonOrText(value),
  });
  return withFields((before ?? {}) as Record<string, unknown>, field);
}
