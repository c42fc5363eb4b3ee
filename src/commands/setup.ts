import type { Declare } from "./verb.ts";

export const setup: Declare = (program, { words, run }) => {
  const command = program.command("setup").description(words.help.commands.setup);
  command.action(() =>
    run(command, async (app) => {
      const { runSetup } = await import("../app/setup.ts");
      await (await runSetup(app)).close();
    }),
  );
};
