import type { Console } from "../app/console.ts";
import type { Engine } from "../app/engine.ts";
import type { CompletionValue, CompletionValues } from "./completion-offer.ts";
import type { completionScripts } from "./completion-scripts.ts";
import type { Declare } from "./command.ts";

type Shell = keyof typeof completionScripts;

const shells: readonly Shell[] = ["bash", "zsh", "fish", "powershell"];

/** `completion <shell>` prints a script; the script asks the hidden `complete-words` what may stand at the caret. */
export const completion: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program.command("completion").description(help.commands.completion);
  command.addArgument(command.createArgument("<shell>", help.arguments.shell).choices(shells)).action((shell: Shell) =>
    // A broken config file must not keep the shell from completing.
    run(
      command,
      async (_engine, console) =>
        console.terminal.out((await import("./completion-scripts.ts")).completionScripts[shell]),
      {
        configFile: false,
      },
    ),
  );

  const complete = program.command("complete-words", { hidden: true }).argument("[words...]").allowUnknownOption();
  complete.option("--next").action((typed: string[], { next = false }: { next?: boolean }) =>
    run(
      complete,
      async (engine, console) => {
        const { offerFor } = await import("./completion-offer.ts");
        const known = await knownValues(engine, console);
        const { values, files } = offerFor(program, next || typed.length === 0 ? [...typed, ""] : typed, known);
        const lines = values.map(([value, text]) => (text === "" ? value : `${value}\t${text}`));
        console.terminal.text([...lines, files ? ":0" : ":4", ""].join("\n"));
      },
      { tolerant: true },
    ),
  );
};

/** Options and arguments in whose place a file's or folder's name stands. */
const filed = new Set([
  "file",
  "path",
  "place",
  "prefix-file",
  "suffix-file",
  "transcript",
  "transcripts",
  "log-file",
  "output",
]);

/** What the program knows without asking anybody. */
async function knownValues(engine: Engine, console: Console): Promise<CompletionValues> {
  const plain = (names: readonly string[]) => names.map((name): CompletionValue => [name, ""]);
  const [{ listConversations }, { settingNames }, { nameableModels }] = await Promise.all([
    import("../app/library/conversations.ts"),
    import("../app/config.ts"),
    import("../app/known-models.ts"),
  ]);
  // A folder that cannot be read must not keep the shell from completing the rest.
  const listed = await listConversations(engine, console).catch(() => []);
  const conversations = listed.map(({ id, title }): CompletionValue => [id, title]);
  const { ownToolNames } = await import("../app/tools/own-tool-names.ts");
  const tools = await ownToolNames(engine);
  const { knownJobs } = await import("../app/finetune/tuning-provider.ts");
  const lists: Readonly<Record<string, readonly CompletionValue[]>> = {
    provider: plain(engine.providers),
    profile: plain(Object.keys(engine.file.profiles ?? {})),
    role: plain(await engine.roles.names()),
    effort: plain(["low", "high", "max"]),
    lang: plain(["en", "zh"]),
    "show-thinking": plain(["always", "while-thinking", "never"]),
    resume: conversations,
    conversation: [...conversations, ["last", ""]],
    tag: plain([...new Set(listed.flatMap(({ tags }) => tags))]),
    setting: plain(settingNames),
    job: knownJobs(engine).map(({ id, model }): CompletionValue => [id, model ?? ""]),
    tool: plain(tools),
    tools: plain(tools),
    "allow-tool": plain(tools),
  };
  return (name, provider) => {
    if (filed.has(name)) return "files";
    if (name === "model") return plain(nameableModels(engine, provider));
    return Object.hasOwn(lists, name) ? lists[name]! : null;
  };
}
