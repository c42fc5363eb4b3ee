import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

export const setup: Declare = (program, { words, run }) => {
  const command = program.command("setup").description(words.help.commands.setup);
  declareProviderOptions(command, ["provider"]);
  command.action(() =>
    run(command, async (engine, console) => {
      const { runSetup } = await import("../app/setup/setup.ts");
      const named = engine.origins.provider?.kind === "flag" ? engine.settings.provider : null;
      await (await runSetup(engine, console, named))?.close();
    }),
  );
};
