import type { PrepareOptions } from "../app/finetune/prepare.ts";
import type { CommandContext, Verb } from "./command.ts";
import { declareProviderOptions, gathered } from "./options.ts";

/** The commands of `finetune` that read and write training files on this machine. */
export function declareCheck(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group.command("check").description(commands.finetuneCheck).argument("<file>", args.trainingFile);
  declareProviderOptions(command, ["provider", "model"]);
  command.optionsGroup(groups.output).option("--json", options.checkJson);
  command.action((file: string, { json = false }: { json?: boolean }) =>
    run(command, async (engine, console) => {
      const { checkTrainingFile } = await import("../app/finetune/check.ts");
      await checkTrainingFile(engine, console, { file, json });
    }),
  );
}

interface PrepareFlags extends Partial<
  Pick<PrepareOptions, "all" | "search" | "tag" | "good" | "validation" | "force" | "json">
> {
  /** False for `--no-system`. */
  readonly system?: string | false;
  readonly output: string;
  readonly mask: boolean;
}

/** What the options are where nobody gave them. */
const unsaid = { all: false, search: null, tag: [], good: false, validation: null, force: false, json: false };

export function declarePrepare(group: Verb, { words, run }: CommandContext): void {
  const { commands, options, groups, arguments: args } = words.help;
  const command = group
    .command("prepare")
    .description(commands.finetunePrepare)
    .argument("[conversation...]", args.conversationsToLearn);
  declareProviderOptions(command, ["transcripts"]);
  command
    .optionsGroup(groups.filter)
    .option("--all", options.prepareAll)
    .option("--search <words>", options.prepareSearch)
    .option("--tag <tag>", options.prepareTag, gathered)
    .option("--good", options.prepareGood)
    .optionsGroup(groups.model)
    .option("--system <text>", options.prepareSystem)
    .option("--no-system", options.prepareNoSystem)
    .optionsGroup(groups.output)
    .requiredOption("-o, --output <file>", options.prepareOutput)
    .option("--validation <share>", options.prepareValidation)
    .option("--no-mask", options.prepareNoMask)
    .option("--force", options.force)
    .option("--json", options.json);
  // `--no-system` alone would make commander set it to true.
  command.setOptionValue("system", undefined);
  command.action((references: string[], { system, ...flags }: PrepareFlags) =>
    run(command, async (engine, console) => {
      const { prepareTrainingFile } = await import("../app/finetune/prepare.ts");
      await prepareTrainingFile(engine, console, { ...unsaid, ...flags, references, system: choiceOf(system) });
    }),
  );
}

function choiceOf(system: string | false | undefined): PrepareOptions["system"] {
  if (system === undefined) return { kind: "own" };
  return system === false ? { kind: "none" } : { kind: "text", text: system };
}
