import { InvalidArgumentError, Option } from "commander";
import { counting, declareProviderOptions } from "./options.ts";
import type { Declare, Verb } from "./verb.ts";

const exportForms = ["md", "html", "json", "jsonl", "txt"] as const;

interface ExportFlags {
  readonly to?: (typeof exportForms)[number];
  readonly output?: string;
  readonly all?: boolean;
  readonly force?: boolean;
}

interface SearchFlags {
  readonly role?: "question" | "answer";
  readonly since?: Date;
  readonly limit: number;
  readonly regex?: boolean;
  readonly json?: boolean;
}

/** A day, or so many days or hours ago. */
function moment(text: string): Date {
  const [, count = "", unit = ""] = /^(\d+)([dh])$/u.exec(text) ?? [];
  const date =
    unit === "" ? new Date(`${text}T00:00`) : new Date(Date.now() - Number(count) * hours[unit as "d" | "h"]);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("2026-11-01, 7d, 12h");
  return date;
}

const hours = { h: 3_600_000, d: 86_400_000 } as const;

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

  const search = verb("search", commands.transcriptsSearch).argument("<words...>", names.query);
  search
    .addOption(new Option("--role <role>", options.searchRole).choices(["question", "answer"]))
    .addOption(new Option("--since <when>", options.since).argParser(moment))
    .addOption(new Option("--limit <n>", options.limit).argParser(counting).default(10))
    .option("--regex", options.regex)
    .option("--json", options.json)
    .action((query: string[], { role, since, limit, regex = false, json = false }: SearchFlags) =>
      run(search, async (app) =>
        (await import("../app/searching.ts")).search(app, query.join(" "), {
          role: role ?? null,
          since: since ?? null,
          limit,
          regex,
          json,
        }),
      ),
    );

  const rename = verb("rename", commands.transcriptsRename).argument("<conversation>", names.conversation);
  rename
    .argument("<title...>", names.title)
    .action((reference: string, title: string[]) =>
      run(rename, async (app) => (await import("../app/library.ts")).rename(app, reference, title.join(" "))),
    );

  const remove = verb("remove", commands.transcriptsRemove).argument("<conversation>", names.conversation);
  remove
    .option("--yes", options.yes)
    .action((reference: string, { yes = false }: { yes?: boolean }) =>
      run(remove, async (app) => (await import("../app/library.ts")).remove(app, reference, yes)),
    );

  const path = verb("path", commands.transcriptsPath).argument("[conversation]", names.conversation);
  path.action((reference: string | undefined) =>
    run(path, async (app) => (await import("../app/library.ts")).path(app, reference ?? null)),
  );
};
