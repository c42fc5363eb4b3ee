import { Option } from "commander";
import type { ExportOptions } from "../app/library/export.ts";
import type { ListOptions } from "../app/library/list.ts";
import type { SearchOptions } from "../app/library/search.ts";
import type { ShowOptions } from "../app/library/show.ts";
import { formNames } from "../transcripts/export/form-names.ts";
import { moment } from "./point-in-time.ts";
import { counting, declareProviderOptions, gathered } from "./options.ts";
import { type CommandContext, type Declare, unknownCommand, type Verb } from "./command.ts";

/** What the options of these commands are where nobody gave them. */
const unsaid = {
  all: false,
  force: false,
  json: false,
  limit: null,
  model: null,
  output: null,
  pinned: false,
  raw: false,
  regex: false,
  role: null,
  since: null,
  tag: [],
  thinking: true,
  turn: null,
  turns: null,
};

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
      return await runSession(engine, console, { earlier: { kind: "named", reference }, files: [], estimate: false });
    }),
  );
  for (const declare of [list, show, exportVerb, importVerb, search, rename, pin, unpin, tag, remove, path])
    declare(group, context);
};

function verb(group: Verb, name: string, description: string): Verb {
  const command = group.command(name).description(description).allowExcessArguments(false);
  declareProviderOptions(command, ["transcripts"]);
  return command;
}

const list: Declare = (group, { words, run }) => {
  const { commands, options, groups } = words.help;
  const command = verb(group, "list", commands.transcriptsList);
  command
    .optionsGroup(groups.filter)
    .addOption(new Option("--since <when>", options.since).argParser(moment))
    .option("-m, --model <text>", options.listModel)
    .addOption(new Option("--tag <tag>", options.listTag).argParser(gathered))
    .option("--pinned", options.listPinned)
    .addOption(new Option("--limit <n>", options.limit).argParser(counting))
    .optionsGroup(groups.output)
    .option("--json", options.json)
    .action((flags: Partial<ListOptions>) =>
      run(command, async (engine, console) =>
        (await import("../app/library/list.ts")).list(engine, console, { ...unsaid, ...flags }),
      ),
    );
};

const show: Declare = (group, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const command = verb(group, "show", commands.transcriptsShow).argument("[conversation]", names.conversation, "last");
  command
    .optionsGroup(groups.output)
    .addOption(new Option("--turn <n>", options.turn).argParser(counting))
    .option("--raw", options.raw)
    .option("--json", options.json)
    .action((reference: string, flags: Partial<ShowOptions>) =>
      run(command, async (engine, console) =>
        (await import("../app/library/show.ts")).show(engine, console, reference, { ...unsaid, ...flags }),
      ),
    );
};

interface ExportFlags extends Partial<Pick<ExportOptions, "all" | "force" | "output" | "thinking" | "turns">> {
  readonly to?: ExportOptions["form"];
}

const exportVerb: Declare = (group, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const command = verb(group, "export", commands.transcriptsExport).argument("[conversation...]", names.conversations);
  command
    .optionsGroup(groups.filter)
    .option("--all", options.all)
    .option("--turns <range>", options.exportTurns)
    .option("--thinking", options.exportThinking)
    .option("--no-thinking", options.exportNoThinking)
    .optionsGroup(groups.output)
    .addOption(new Option("--to <form>", options.to).choices(formNames))
    .option("-o, --output <path>", options.exportOutput)
    .option("--force", options.force)
    .action((references: string[], { to: form = null, ...flags }: ExportFlags) =>
      run(command, async (engine, console) => {
        const { exportConversations } = await import("../app/library/export.ts");
        await exportConversations(engine, console, { ...unsaid, ...flags, references, form });
      }),
    );
};

const importVerb: Declare = (group, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const command = verb(group, "import", commands.transcriptsImport).argument("<file...>", names.importFiles);
  command
    .optionsGroup(groups.output)
    .option("--json", options.json)
    .action((files: string[], { json = false }: { json?: boolean }) =>
      run(command, async (engine, console) =>
        (await import("../app/library/import.ts")).importFiles(engine, console, files, json),
      ),
    );
};

const search: Declare = (group, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const command = verb(group, "search", commands.transcriptsSearch).argument("<words...>", names.query);
  command
    .optionsGroup(groups.filter)
    .addOption(new Option("--role <role>", options.searchRole).choices(["question", "answer"]))
    .addOption(new Option("--since <when>", options.since).argParser(moment))
    .option("--regex", options.regex)
    .addOption(new Option("--limit <n>", options.limit).argParser(counting).default(10))
    .optionsGroup(groups.output)
    .option("--json", options.json)
    .action((query: string[], flags: Partial<SearchOptions>) =>
      run(command, async (engine, console) => {
        const { searchOnce } = await import("../app/library/search.ts");
        const typed = (flags.regex === true ? query : query.map(asTyped)).join(" ");
        await searchOnce(engine, console, typed, { ...unsaid, ...flags });
      }),
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

const pin: Declare = (group, context) => pinning(group, context, "pin", context.words.help.commands.transcriptsPin);
const unpin: Declare = (group, context) =>
  pinning(group, context, "unpin", context.words.help.commands.transcriptsUnpin);

function pinning(group: Verb, { words, run }: CommandContext, name: "pin" | "unpin", description: string): void {
  const { conversationsToPin } = words.help.arguments;
  const command = verb(group, name, description).argument("<conversation...>", conversationsToPin);
  command.action((references: string[]) =>
    run(command, async (engine, console) =>
      (await import("../app/library/tag.ts")).pin(engine, console, references, name === "pin"),
    ),
  );
}

const tag: Declare = (group, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const command = verb(group, "tag", commands.transcriptsTag).argument("<conversation>", names.conversation);
  command
    .argument("[tag...]", names.tags)
    .option("--remove", options.removeTags)
    .action((reference: string, tags: string[], flags: { remove?: boolean }) =>
      run(command, async (engine, console) =>
        (await import("../app/library/tag.ts")).tag(engine, console, reference, tags, flags.remove ?? false),
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
