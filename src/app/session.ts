import { relative } from "node:path";
import { AppError } from "../errors.ts";
import { providerNames } from "../providers/catalogue.ts";
import type { Host, LineSource } from "../repl/host.ts";
import { runRepl } from "../repl/session.ts";
import { sanitize } from "../terminal/sanitize.ts";
import type { Transcript } from "../transcripts/format.ts";
import type { App } from "./app.ts";
import { type Earlier, findEarlier } from "./archive.ts";
import { withFiles } from "./attachments.ts";
import { Dialogue } from "./dialogue.ts";
import { answerWriter } from "./writers.ts";

/**
 * The interactive session, from the banner to the line that names the transcript.
 *
 * @param files attached to the first question
 * @returns the error that the exit code of a script comes from; null when all went well
 */
export async function runSession(app: App, earlier: Earlier, files: readonly string[]): Promise<AppError | null> {
  const before = await findEarlier(app, earlier);
  const dialogue = await openDialogue(app, before);
  if (dialogue === null) return null;
  greet(dialogue.app, dialogue.dialogue, before);
  const lines = await openLines(dialogue.app);
  try {
    return await runRepl(hostOf(dialogue.app, dialogue.dialogue, files), lines, app.stop);
  } finally {
    lines.close();
    takeLeave(dialogue.app, dialogue.dialogue);
    await dialogue.app.close();
  }
}

/** Without a key on a terminal, set-up comes first; null when the person left it. */
async function openDialogue(app: App, before: Transcript | null): Promise<{ app: App; dialogue: Dialogue } | null> {
  try {
    return { app, dialogue: await Dialogue.open(app, before) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "no_key" || !app.terminal.interactive) throw error;
    const { runSetup } = await import("./setup.ts");
    const ready = await runSetup(app);
    return { app: ready, dialogue: await Dialogue.open(ready, before) };
  }
}

function greet(
  { terminal, words, settings, transcripts, workingFolder }: App,
  dialogue: Dialogue,
  before: Transcript | null,
): void {
  const { ink } = terminal;
  terminal.say(ink.err.bold(words.session.banner({ provider: dialogue.provider, model: sanitize(dialogue.modelId) })));
  if (dialogue.provider === "demo") terminal.say(ink.err.yellow(words.session.demo));
  const target = settings.transcript ?? before?.path ?? transcripts;
  const near = relative(workingFolder, target);
  const path = sanitize(near === "" || near.startsWith("..") ? target : near);
  terminal.say(ink.err.dim(settings.save ? words.session.saving({ path }) : words.session.notSaving));
  if (before !== null) {
    terminal.say(words.session.resumed({ title: sanitize(before.title), turns: before.exchanges.length }));
  }
}

/** One line: where the transcript is, and how to go on with it. */
function takeLeave({ terminal, words, settings, workingFolder }: App, dialogue: Dialogue): void {
  const { path, id } = dialogue;
  if (!settings.save || path === null || id === null)
    return terminal.say(terminal.ink.err.dim(words.session.leftUnsaved));
  const near = relative(workingFolder, path);
  const command = `deepseek-chat --resume ${id}`;
  terminal.say(words.session.left({ path: sanitize(near.startsWith("..") ? path : near), command }));
}

async function openLines({ terminal, stop }: App): Promise<LineSource> {
  const { stdin } = process;
  if (!terminal.interactive) {
    const { pipedLines } = await import("../repl/piped.ts");
    return pipedLines(stdin, stop);
  }
  const { plainLines } = await import("../repl/plain.ts");
  return plainLines(stdin, () => terminal.err("> "));
}

function hostOf(app: App, dialogue: Dialogue, files: readonly string[]): Host {
  let attached = files;
  const providers = new Set(providerNames(app.file.providers ?? {}));
  return {
    terminal: app.terminal,
    words: app.words,
    dialogue,
    answerWriter: () => answerWriter(app, "chat"),
    async attach(text) {
      const question = await withFiles(text, attached);
      attached = [];
      return question;
    },
    parseModel(text) {
      if (providers.has(text)) return { provider: text, model: null };
      const slash = text.indexOf("/");
      const named = slash > 0 ? text.slice(0, slash) : "";
      return providers.has(named)
        ? { provider: named, model: text.slice(slash + 1) }
        : { provider: dialogue.provider, model: text };
    },
  };
}
