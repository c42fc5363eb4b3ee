import { type Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { type ChosenLanguage, openTerminal, tellError, unwritten, wordsOf } from "../app/startup.ts";
import { AppError, asAppError, exitCodeOf } from "../errors.ts";
import { widestHelp } from "../app/stored-help.ts";
import type { Words } from "../words/types.ts";
import { commandFirst, withBareOptions } from "./argument-order.ts";
import { ask } from "./ask.ts";
import { background } from "./background.ts";
import { batch } from "./batch.ts";
import { cache } from "./cache.ts";
import { chat } from "./chat.ts";
import { type CommandContext, type Declare, fullName, HelpRequest, Verb } from "./command.ts";
import type { GlobalOptions } from "./command-run.ts";
import { complete } from "./complete.ts";
import { completion } from "./completion.ts";
import { config as configure } from "./config.ts";
import { doctor } from "./doctor.ts";
import { finetune } from "./finetune.ts";
import { files, ocr } from "./files.ts";
import { image } from "./image.ts";
import { keys } from "./keys.ts";
import { mcp } from "./mcp.ts";
import { balance, models } from "./models.ts";
import { roles } from "./roles.ts";
import { setup } from "./setup.ts";
import { tools } from "./tools.ts";
import { transcripts } from "./transcripts.ts";
import { trust } from "./trust.ts";
import { usage } from "./usage.ts";

const verbs: Readonly<Record<string, Declare>> = {
  chat,
  ask,
  complete,
  transcripts,
  models,
  balance,
  usage,
  image,
  batch,
  finetune,
  ocr,
  files,
  cache,
  mcp,
  roles,
  tools,
  setup,
  keys,
  trust,
  config: configure,
  doctor,
  background,
};

/** What is known once the program has started. */
interface Started {
  /** The file that threads beside the program begin with. */
  readonly thread: string | null;
  readonly config: ChosenLanguage["config"];
  /** Called with the exit code where a command has reported its error itself. */
  readonly onEnd: (exitCode: number) => void;
}

const notStarted: Started = { thread: null, config: null, onEnd: () => {} };

interface ProgramStart extends ChosenLanguage, Pick<Started, "thread"> {
  readonly stop: AbortController;
}

/**
 * Declares the commands, parses the arguments and does what they say.
 *
 * @returns the exit code; null where nothing failed, or where the reader of stdout is gone
 */
export async function runProgram(args: readonly string[], start: ProgramStart): Promise<number | null> {
  const { config, thread, stop } = start;
  const words = await wordsOf(start);
  const ordered = inOrder(withBareOptions(args), words, stop);
  let exitCode: number | null = null;
  const onEnd = (code: number) => void (exitCode = code);
  const program = buildProgram(words, stop, ordered[0], { thread, config, onEnd });
  try {
    await program.parseAsync(ordered, { from: "user" });
    return exitCode;
  } catch (error) {
    // A reader of stdout that is gone is no error.
    return stop.signal.reason === "closed"
      ? null
      : await report(withCommand(error, program), words, globalsOf(program), stop.signal);
  }
}

/**
 * The arguments with the command first; all commands are declared only where one may stand behind options. Help of a command within
 * a group is asked of the command itself: commander's `help` knows the first word alone.
 */
function inOrder(args: readonly string[], words: Words, stop: AbortController): readonly string[] {
  const [first, ...others] = args;
  if (first === "help" && others.length > 1) return [...others, "--help"];
  const behind = first?.startsWith("-") === true && others.some((word) => Object.hasOwn(verbs, word));
  return behind ? commandFirst(buildProgram(words, stop), args) : args;
}

/**
 * The program as it is declared; nothing is read or loaded before it is parsed.
 *
 * @param asked the first argument: where it names a command, no other is declared, which saves a millisecond; a session must know a command's name
 */
export function buildProgram(words: Words, stop: AbortController, asked = "", started: Started = notStarted): Verb {
  const { thread, config, onEnd } = started;
  const { help } = words;
  const program = new Verb("deepseek-chat", words);
  program
    .description(help.program)
    .version(manifest.version, "-V, --version", help.version)
    .helpCommand("help [command]", help.helpCommand)
    .option("--profile <name>", help.global.profile)
    .option("--lang <code>", help.global.lang)
    .option("-q, --quiet", help.global.quiet)
    .option("-v, --verbose", help.global.verbose)
    .option("--no-color", help.global.noColor)
    .option("--log-file <path>", help.global.logFile)
    .option("--log-content", help.global.logContent);
  const shell: CommandContext = {
    words,
    run: async (command, work, sources) => {
      // An error that ends the program is shown in the same colours.
      const onTheme = (theme: string) => void program.setOptionValue("theme", theme);
      // Help and usage errors need nothing of it.
      const { runCommand } = await import("./command-run.ts");
      const run = { words, stop, sources: { thread, config, ...sources }, onTheme, ...globalsOf(program) };
      const exitCode = await runCommand(command as Verb, work, run);
      if (exitCode !== null) onEnd(exitCode);
    },
  };
  const chosen =
    Object.hasOwn(verbs, asked) && asked !== "chat" ? [verbs[asked]!] : [...Object.values(verbs), completion];
  for (const declare of chosen) declare(program, shell);
  return program;
}

/** A usage error with the command that was named, whose help is worth reading. */
function withCommand(error: unknown, program: Verb): unknown {
  if (!(error instanceof AppError) || error.code !== "usage") return error;
  let verb: Command = program;
  for (const word of program.args) {
    const next = verb.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    verb = next;
  }
  const { message } = (error as AppError<"usage">).details;
  return new AppError("usage", { message, command: fullName(verb) }, { cause: error });
}

function globalsOf(program: Verb): GlobalOptions {
  return program.opts<GlobalOptions>();
}

/** Says what went wrong, and gives the exit code. */
async function report(error: unknown, words: Words, globals: GlobalOptions, stop: AbortSignal): Promise<number> {
  const { color, verbose, theme = "auto" } = globals;
  // --help and --version end the parsing by throwing.
  const isHelp = error instanceof HelpRequest;
  if (isHelp) await showHelp(error, words, globals);
  const printed = isHelp || error instanceof CommanderError;
  const lost = printed ? await unwritten(stop) : null;
  if (printed && lost === null) return (isHelp ? !error.isMistake : error.exitCode === 0) ? 0 : 2;
  const known: AppError = lost ?? asAppError(error);
  const verbosity = verbose === true ? "verbose" : "normal";
  const terminal = openTerminal({ color, verbosity, onClosed: () => {} });
  terminal.useSettings({ theme, width: terminal.textColumns });
  tellError(terminal, words, known);
  return exitCodeOf(known.kind);
}

/** Prints the help of a command: on stdout where it was asked for, on stderr where a command is missing. */
async function showHelp({ verb, isMistake }: HelpRequest, words: Words, { color }: GlobalOptions): Promise<void> {
  const { loadHelpPage } = await import("../app/help-page.ts");
  const terminal = openTerminal({ color, verbosity: "normal", onClosed: () => {} });
  const stream = isMistake ? "err" : "out";
  const isTerminal = isMistake ? terminal.errIsTerminal : terminal.outIsTerminal;
  const { heading, muted } = terminal.ink[stream];
  const columns = Math.min(widestHelp, isTerminal ? terminal.columns : widestHelp);
  const page = await loadHelpPage(words, { columns, heading, muted });
  terminal[stream](page.formatHelp(verb));
}
