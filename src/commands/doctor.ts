import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

interface Options {
  readonly probe?: boolean;
  readonly json?: boolean;
}

export const doctor: Declare = (program, { words, run }) => {
  const command = program.command("doctor").description(words.help.commands.doctor);
  declareProviderOptions(command, ["provider", "model", "timeout"]);
  command
    .optionsGroup(words.help.groups.model)
    .option("--probe", words.help.options.probe)
    .optionsGroup(words.help.groups.output)
    .option("--json", words.help.options.json)
    .action(({ probe = false, json = false }: Options) =>
      // It must run when the settings are broken: that is when it is needed.
      run(
        command,
        async (engine, console) =>
          (await import("../app/doctor/doctor.ts")).runDoctor(engine, console, { probe, json }),
        {
          tolerant: true,
        },
      ),
    );
};
