import type { CommandContext, Verb } from "./command.ts";
import { declareProviderOptions } from "./options.ts";

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
