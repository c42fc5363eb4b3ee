import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

interface Options {
  readonly probe?: string | true;
  readonly save?: boolean;
  readonly keyVariable?: string | null;
  readonly json?: boolean;
}

export const doctor: Declare = (program, { words, run }) => {
  const command = program.command("doctor").description(words.help.commands.doctor);
  declareProviderOptions(command, ["provider", "model", "timeout"]);
  command
    .optionsGroup(words.help.groups.model)
    .option("--probe [url]", words.help.options.probe)
    .option("--key-variable <name>", words.help.options.keyVariable)
    .option("--save", words.help.options.saveRows)
    .optionsGroup(words.help.groups.output)
    .option("--json", words.help.options.json)
    .action(({ probe, json = false, save = false, keyVariable = null }: Options) =>
      // It must run when the settings are broken: that is when it is needed.
      run(
        command,
        async (engine, console) => {
          if (typeof probe === "string") {
            const { probeEndpoint } = await import("../app/doctor/endpoint.ts");
            return await probeEndpoint(engine, console, { address: probe, json, save, keyVariable });
          }
          const { runDoctor } = await import("../app/doctor/doctor.ts");
          return await runDoctor(engine, console, { probe: probe === true, json });
        },
        {
          tolerant: true,
        },
      ),
    );
};
