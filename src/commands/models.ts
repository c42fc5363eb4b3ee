import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

/** A command that asks the provider about the account and shows what came. */
function account(name: "models" | "balance"): Declare {
  return (program, { words, run }) => {
    const command = program.command(name).description(words.help.commands[name]);
    declareProviderOptions(command, ["provider", "timeout"]);
    command
      .optionsGroup(words.help.groups.output)
      .option("--json", words.help.options.json)
      .action(({ json = false }: { json?: boolean }) =>
        run(command, async (engine, console) =>
          (await import("../app/models-and-balance.ts"))[name](engine, console, json),
        ),
      );
  };
}

export const models = account("models");
export const balance = account("balance");
