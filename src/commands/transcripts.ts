import { Option } from "commander";
import { counting, declareProviderOptions } from "./options.ts";
import type { Declare, Verb } from "./verb.ts";

const exportForms = ["md", "html", "json", "jsonl", "txt"] as const;

interface ExportFlags {
  readonly to?: (typeof exportForms)[number];
  readonly output?: string;
  readonly all?: boolean;
  readonly force?: boolean;
}

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
    .addOption(new Option("--limit <n>", options.limit).argParser(counting))
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

  const exporting = verb("export", commands.transcriptsExport).argument("[conversation...]", names.conversations);
  exporting
    .addOption(new Option("--to <form>", options.to).choices(exportForms))
    .option("-o, --output <path>", options.exportOutput)
    .option("--all", options.all)
    .option("--force", options.force)
    .action((references: string[], { to, output, all = false, force = false }: ExportFlags) =>
      run(exporting, async (app) => {
        const { exportConversations } = await import("../app/exporting.ts");
        await exportConversations(app, { references, all, form: to ?? null, output: output ?? null, force });
      }),
    );

  const importing = verb("import", commands.transcriptsImport).argument("<file...>", names.importFiles);
  importing
    .option("--json", options.json)
    .action((files: string[], { json = false }: { json?: boolean }) =>
      run(importing, async (app) => (await import("../app/importing.ts")).importFiles(app, files, json)),
    );

  const path = verb("path", commands.transcriptsPath).argument("[conversation]", names.conversation);
  path.action((reference: string | undefined) =>
    run(path, async (app) => (await import("../app/library.ts")).path(app, reference ?? null)),
  );
};
