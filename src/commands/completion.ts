import type { RootCommand } from "@bomb.sh/tab";
import type { Option } from "commander";
import type { App } from "../app/app.ts";
import type { Declare, Verb } from "./verb.ts";

const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** `completion <shell>` prints a script; the script asks the hidden `complete` what may stand at the caret. */
export const completion: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program.command("completion").description(help.commands.completion);
  command
    .addArgument(command.createArgument("<shell>", help.arguments.shell).choices([...shells]))
    .action((shell: string) =>
      run(command, async () => (await import("@bomb.sh/tab")).script(shell, program.name(), program.name()), noFile),
    );

  const complete = program.command("complete", { hidden: true }).argument("[words...]").allowUnknownOption();
  complete.action((words_: string[]) =>
    run(
      complete,
      async (app) => {
        if (wantsFile(words_)) return app.terminal.out(":0\n");
        const { default: root } = await import("@bomb.sh/tab");
        fill(root, program, await knownValues(app));
        root.parse(words_);
      },
      { configFile: true, mistakes: [] },
    ),
  );
};

const fileOptions = new Set(["-f", "--file", "--transcript", "--transcripts", "--log-file"]);

/** Where file names belong the shell completes them itself: directive 0. */
function wantsFile(words: readonly string[]): boolean {
  const [group, verb] = words;
  return fileOptions.has(words.at(-2) ?? "") || (group === "transcripts" && verb === "import");
}

/** A broken config file must not keep the shell from completing. */
const noFile = { configFile: false };

type Root = RootCommand;
type Values = Readonly<Record<string, readonly (readonly [value: string, description: string])[]>>;

/** What may stand behind an option or for an argument, by its name; everything else is left to the shell: file names. */
async function knownValues(app: App): Promise<Values> {
  const plain = (names: readonly string[]) => names.map((name) => [name, ""] as const);
  const [{ listConversations }, { settingNames }] = await Promise.all([
    import("../app/archive.ts"),
    import("../app/settings.ts"),
  ]);
  // A folder that cannot be read must not keep the shell from completing either.
  const listed = await listConversations(app).catch(() => []);
  const conversations = listed.map(({ id, title }) => [id, title] as const);
  return {
    provider: plain(app.providers),
    role: plain(Object.keys(app.file.roles ?? {})),
    effort: plain(["low", "high", "max"]),
    lang: plain(["en", "zh"]),
    "show-thinking": plain(["always", "while-thinking", "never"]),
    resume: conversations,
    conversation: [...conversations, ["last", ""]],
    setting: plain(settingNames),
  };
}

/** Tells the library what the program declares. */
function fill(root: Root, program: Verb, values: Values): void {
  for (const option of program.options) addOption(root, option, values);
  const walk = (parent: Verb, path: readonly string[]) => {
    for (const child of parent.createHelp().visibleCommands(parent) as Verb[]) {
      const names = [...path, child.name()];
      const target = root.command(names.join(" "), child.description());
      for (const option of child.createHelp().visibleOptions(child)) addOption(target, option, values);
      for (const argument of child.registeredArguments) {
        const known = argument.argChoices?.map((choice) => [choice, ""] as const) ?? values[argument.name()];
        target.argument(
          argument.name(),
          known && ((offer) => known.forEach(([value, text]) => offer(value, text))),
          argument.variadic,
        );
      }
      walk(child, names);
    }
  };
  walk(program, []);
}

function addOption(target: { option: Root["option"] }, option: Option, values: Values): void {
  const name = option.long?.slice(2);
  if (name === undefined) return;
  const alias = option.short?.slice(1);
  const known = option.argChoices?.map((choice) => [choice, ""] as const) ?? values[name] ?? [];
  const takesValue = option.required || option.optional;
  if (takesValue)
    target.option(name, option.description, (offer) => known.forEach(([value, text]) => offer(value, text)), alias);
  else target.option(name, option.description, alias);
}
