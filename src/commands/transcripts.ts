import { Option } from "commander";
import { moment } from "./point-in-time.ts";
import { counting, declareProviderOptions } from "./options.ts";
import { type Declare, unknownCommand, type Verb } from "./command.ts";

const exportForms = ["md", "html", "json", "jsonl", "txt"] as const;

interface ExportFlags {
  readonly to?: (typeof exportForms)[number];
  readonly output?: string;
  readonly all?: boolean;
  readonly force?: boolean;
}

interface ListFlags {
  readonly since?: Date;
  readonly model?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

interface ShowFlags {
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly turn?: number;
}

interface SearchFlags {
  readonly role?: "question" | "answer";
  readonly since?: Date;
  readonly limit: number;
  readonly regex?: boolean;
  readonly json?: boolean;
}

/** An argument with blanks in it came in quotes that the shell has taken away. */
function asTyped(argument: string): string {
  return /\s/u.test(argument) && !argument.includes('"') ? `"${argument}"` : argument;
}

export const transcripts: Declare = (program, context) => {
  const { words, run } = context;
  const group = program.command("transcripts").description(words.help.commands.transcripts);
  declareProviderOptions(group, ["transcripts"]);
  // A word that is no command ends up here, where it would be an argument too many.
  group.allowExcessArguments().helpCommand("help [command]", words.help.helpCommand);
  group.action(() =>
    run(group, async (engine, console) => {
      const [word] = group.args;
      if (word !== undefined) throw unknownCommand(word, group);
      const reference = await (await import("../app/library/browse.ts")).browse(engine, console);
      if (reference === null) return null;
      const { runSession } = await import("../app/session/session.ts");
      return await runSession(engine, console, { kind: "named", reference }, []);
    }),
  );
  for (const declare of [list, show, exportVerb, importVerb, search, rename, remove, path]) declare(group, context);
};

function verb(group: Verb, name: string, description: string): Verb {
  const command = group.command(name).description(description).allowExcessArguments(false);
  declareProviderOptions(command, ["transcripts"]);
  return command;
}

const list: Declare = (group, { words, run }) => {
  const { commands, options } = words.help;
  const command = verb(group, "list", commands.transcriptsList);
  command
    .addOption(new Option("--since <when>", options.since).argParser(moment))
    .option("-m, --model <text>", options.listModel)
    .addOption(new Option("--limit <n>", options.limit).argParser(counting))
    .option("--json", options.json)
    .action(({ since, model, limit, json = false }: ListFlags) =>
      run(command, async (engine, console) =>
        (await import("../app/library/list.ts")).list(engine, console, {
          since: since ?? null,
          model: model ?? null,
          limit: limit ?? null,
          json,
        }),
      ),
    );
};

const show: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "show", commands.transcriptsShow).argument("[conversation]", names.conversation, "last");
  command
    .option("--json", options.json)
    .option("--raw", options.raw)
    .addOption(new Option("--turn <n>", options.turn).argParser(counting))
    .action((reference: string, { json = false, raw = false, turn }: ShowFlags) =>
      run(command, async (engine, console) =>
        (await import("../app/library/show.ts")).show(engine, console, reference, { json, raw, turn: turn ?? null }),
      ),
    );
};

const exportVerb: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "export", commands.transcriptsExport).argument("[conversation...]", names.conversations);
  command
    .addOption(new Option("--to <form>", options.to).choices(exportForms))
    .option("-o, --output <path>", options.exportOutput)
    .option("--all", options.all)
    .option("--force", options.force)
    .action((references: string[], { to, output, all = false, force = false }: ExportFlags) =>
      run(command, async (engine, console) => {
        const { exportConversations } = await import("../app/library/export.ts");
        await exportConversations(engine, console, {
          references,
          all,
          form: to ?? null,
          output: output ?? null,
          force,
        });
      }),
    );
};

const importVerb: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "import", commands.transcriptsImport).argument("<file...>", names.importFiles);
  command
    .option("--json", options.json)
    .action((files: string[], { json = false }: { json?: boolean }) =>
      run(command, async (engine, console) =>
        (await import("../app/library/import.ts")).importFiles(engine, console, files, json),
      ),
    );
};

const search: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "search", commands.transcriptsSearch).argument("<words...>", names.query);
  command
    .addOption(new Option("--role <role>", options.searchRole).choices(["question", "answer"]))
    .addOption(new Option("--since <when>", options.since).argParser(moment))
    .addOption(new Option("--limit <n>", options.limit).argParser(counting).default(10))
    .option("--regex", options.regex)
    .option("--json", options.json)
    .action((query: string[], { role, since, limit, regex = false, json = false }: SearchFlags) =>
      run(command, async (engine, console) =>
        (await import("../app/library/search.ts")).searchOnce(
          engine,
          console,
          regex ? query.join(" ") : query.map(asTyped).join(" "),
          {
            role: role ?? null,
            since: since ?? null,
            limit,
            regex,
            json,
          },
        ),
      ),
    );
};

const rename: Declare = (group, { words, run }) => {
  const { commands, arguments: names } = words.help;
  const command = verb(group, "rename", commands.transcriptsRename).argument("<conversation>", names.conversation);
  command
    .argument("<title...>", names.title)
    .action((reference: string, title: string[]) =>
      run(command, async (engine, console) =>
        (await import("../app/library/list.ts")).rename(engine, console, reference, title.join(" ")),
      ),
    );
};

const remove: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "remove", commands.transcriptsRemove).argument("<conversation>", names.conversation);
  command
    .option("--yes", options.yes)
    .action((reference: string, { yes = false }: { yes?: boolean }) =>
      run(command, async (engine, console) =>
        (await import("../app/library/list.ts")).remove(engine, console, reference, yes),
      ),
    );
};

const path: Declare = (group, { words, run }) => {
  const { commands, arguments: names } = words.help;
  const command = verb(group, "path", commands.transcriptsPath).argument("[conversation]", names.conversation);
  command.action((reference: string | undefined) =>
    run(command, async (engine, console) =>
      (await import("../app/library/list.ts")).path(engine, console, reference ?? null),
    ),
  );
};
