import { AppError } from "../../errors.ts";
import { runRepl } from "../../repl/session.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { TranscriptFile } from "../../transcripts/format/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { type Earlier, findEarlier } from "../library/resolve.ts";
import { readNamed } from "../conversation/attachment-consent.ts";
import { firstProvider } from "../conversation/chat-state.ts";
import { uploadsDocuments } from "../files/document-route.ts";
import { ChatSession } from "../conversation/chat-session.ts";
import { SessionHost } from "./session-host.ts";
import { displayPath } from "../display-path.ts";
import { runServers } from "../mcp/run-servers.ts";
import { hasProjectTools } from "../tools/tool-sources.ts";
import { openLines } from "./line-source.ts";
import { remind } from "./resume-notice.ts";

export interface SessionOptions {
  readonly earlier: Earlier;
  /** Attached to the first question. */
  readonly files: readonly string[];
  /** Says what each question costs at most, and asks none. */
  readonly estimate: boolean;
}

/**
 * The interactive session, from the banner to the line that names the transcript.
 *
 * @returns the error that the exit code of a script comes from; null when all went well
 */
export async function runSession(
  engine: Engine,
  console: Console,
  { earlier, files, estimate }: SessionOptions,
): Promise<AppError | null> {
  const before = await findEarlier(engine, console, earlier);
  // Reported before anything is asked.
  const uploads = uploadsDocuments(engine, firstProvider(engine, before));
  const attached = await readNamed(engine, console, files, uploads);
  const opened = await openDialogue(engine, console, before);
  if (opened instanceof AppError) return opened;
  await greet(opened.engine, console, opened.dialogue, before);
  await askForProject(opened.engine);
  const host = new SessionHost(opened.engine, console, opened.dialogue, attached, estimate);
  const lines = await openLines(opened.engine, console, host);
  host.useLines(lines);
  opened.dialogue.rehearse = async (state, signal) => {
    const { rehearse } = await import("./rehearsal.ts");
    await rehearse(opened.engine, console, state, signal);
  };
  const leave = () => void lines.close();
  engine.stop.addEventListener("abort", leave, { once: true });
  try {
    return await runRepl(host, engine.stop);
  } finally {
    engine.stop.removeEventListener("abort", leave);
    await lines.close();
    warnOfUnsent(console, lines.unsent?.() ?? 0);
    opened.dialogue.close();
    takeLeave(opened.engine, console, opened.dialogue);
    await opened.engine.close();
  }
}

/**
 * Set-up comes first on a terminal where the provider has no key, or there is no provider of that name.
 *
 * @returns the error where nothing was set up, which was said
 */
async function openDialogue(
  engine: Engine,
  console: Console,
  before: TranscriptFile | null,
): Promise<{ engine: Engine; dialogue: ChatSession } | AppError> {
  try {
    return { engine, dialogue: await ChatSession.open(engine, console, before) };
  } catch (error) {
    const name = console.terminal.interactive && error instanceof AppError ? toBeSetUp(engine, error) : undefined;
    if (name === undefined) throw error;
    const { runSetup, setUpNamed } = await import("../setup/setup.ts");
    const ready = await (name === null ? runSetup(engine, console, null) : setUpNamed(engine, console, name));
    if (ready === null) return error as AppError;
    return { engine: ready, dialogue: await ChatSession.open(ready, console, before) };
  }
}

/** The provider that set-up is to be made for; null where it is to be chosen, undefined where set-up would be no help. */
function toBeSetUp(
  { origins, settings }: Pick<Engine, "origins" | "settings">,
  error: AppError,
): string | null | undefined {
  if (error.code === "unknown_provider") {
    const { name } = (error as AppError<"unknown_provider">).details;
    return name === settings.provider ? name : undefined;
  }
  if (error.code !== "no_key") return undefined;
  const { provider } = (error as AppError<"no_key">).details;
  return provider === settings.provider && origins.provider?.kind === "built-in" ? null : provider;
}

async function greet(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  before: TranscriptFile | null,
): Promise<void> {
  const { settings, transcripts, workingFolder } = engine;
  const { terminal, words } = console;
  const { ink } = terminal;
  terminal.say(
    ink.err.strong(words.session.banner({ provider: dialogue.provider, model: sanitize(dialogue.modelId) })),
  );
  if (dialogue.provider === "demo") terminal.say(ink.err.warning(words.session.demo));
  const target = settings.transcript ?? before?.path ?? transcripts;
  const path = displayPath(workingFolder, target);
  terminal.say(ink.err.muted(settings.save ? words.session.saving({ path }) : words.session.notSaving));
  if (before !== null) await remind(engine, console, dialogue, before);
}

/** A question about a project's servers and tools comes before the first message, not in the middle of its answer. */
async function askForProject(engine: Engine): Promise<void> {
  if (engine.settings.tools !== false) await runServers(engine);
  if (!hasProjectTools(engine)) return;
  const { projectTools } = await import("../tools/project-tools.ts");
  await projectTools(engine);
}

function warnOfUnsent({ terminal, words }: Console, messages: number): void {
  if (messages > 0) terminal.warn(words.session.unsent({ messages }));
}

/** One line: where the transcript is, and how to resume the conversation. */
function takeLeave(
  { settings, workingFolder, environment }: Pick<Engine, "environment" | "settings" | "workingFolder">,
  { terminal, words }: Console,
  dialogue: ChatSession,
): void {
  const { path, id } = dialogue;
  if (!settings.save || path === null || id === null) {
    return terminal.say(terminal.ink.err.muted(words.session.leftUnsaved));
  }
  if (dialogue.unsaved !== null)
    return terminal.warn(words.session.leftPartly({ path: displayPath(workingFolder, path) }));
  const command = `${commandName(environment.variables)} --resume ${id}`;
  terminal.say(words.session.left({ path: displayPath(workingFolder, path), command }));
}

/** What runs the program once more: in a checkout that was started by npm there is no command of its name. */
function commandName(variables: Readonly<Record<string, string | undefined>>): string {
  const { npm_lifecycle_event: script, npm_package_name: name } = variables;
  return script === "start" && name === "deepseek-chat" ? "npm start --" : "deepseek-chat";
}
