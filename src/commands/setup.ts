import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

export const setup: Declare = (program, { words, run }) => {
  const command = program.command("setup").description(words.help.commands.setup);
  declareProviderOptions(command, ["provider"]);
  command.action(() =>
    run(command, async (app) => {
      const { runSetup } = await import("../app/setup/setup.ts");
      const named = app.origins.provider?.kind === "flag" ? app.settings.provider : null;
      await (await runSetup(app, named))?.close();
    }),
  );
};
