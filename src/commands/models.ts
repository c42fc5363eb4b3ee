import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./verb.ts";

export const models: Declare = (program, { words, run }) => {
  const command = program.command("models").description(words.help.commands.models);
  declareProviderOptions(command, ["provider", "timeout"]);
  command
    .option("--json", words.help.options.json)
    .action(({ json = false }: { json?: boolean }) =>
      run(command, async (app) => (await import("../app/accounts.ts")).models(app, json)),
    );
};

export const balance: Declare = (program, { words, run }) => {
  const command = program.command("balance").description(words.help.commands.balance);
  declareProviderOptions(command, ["provider", "timeout"]);
  command
    .option("--json", words.help.options.json)
    .action(({ json = false }: { json?: boolean }) =>
      run(command, async (app) => (await import("../app/accounts.ts")).balance(app, json)),
    );
};
