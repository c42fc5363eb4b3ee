import { Option } from "commander";
import { declareProviderOptions } from "./options.ts";
import type { Declare, Verb } from "./verb.ts";

export const transcripts: Declare = (program, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const group = program.command("transcripts").description(commands.transcripts);
  const verb = (name: string, description: string): Verb => {
    const command = group.command(name).description(description);
    declareProviderOptions(command, ["transcripts"]);
    return command;
  };

  const list = verb("list", commands.transcriptsList);
  list
    .addOption(new Option("--limit <n>", options.limit).argParser(Number))
    .option("--json", options.json)
    .action(({ json = false, limit = null }: { json?: boolean; limit?: number | null }) =>
      run(list, async (app) => (await import("../app/library.ts")).list(app, { json, limit })),
    );

  const show = verb("show", commands.transcriptsShow).argument("[conversation]", names.conversation, "last");
  show
    .option("--json", options.json)
    .option("--raw", options.raw)
    .action((reference: string, { json = false, raw = false }: { json?: boolean; raw?: boolean }) =>
      run(show, async (app) => (await import("../app/library.ts")).show(app, reference, { json, raw })),
    );

  const path = verb("path", commands.transcriptsPath).argument("[conversation]", names.conversation);
  path.action((reference: string | undefined) =>
    run(path, async (app) => (await import("../app/library.ts")).path(app, reference ?? null)),
  );
};
