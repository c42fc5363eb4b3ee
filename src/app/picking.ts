import { basename, extname } from "node:path";
import { type AppError, asAppError } from "../errors.ts";
import { type Deed, folded, pick, type Picked } from "../terminal/picker.ts";
import { choose } from "../terminal/prompts.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { bytes } from "../terminal/table.ts";
import { describe } from "../terminal/terminal.ts";
import { forms, type FormName } from "../transcripts/export/forms.ts";
import { readTranscript, type TranscriptSummary } from "../transcripts/read.ts";
import { localStamp } from "../transcripts/times.ts";
import type { App } from "./app.ts";
import { listConversations } from "./archive.ts";
import { modelOf } from "./library.ts";

/**
 * Lets a person look through the conversations: shows, exports and removes them, until one is to be gone on with.
 *
 * @param first what Enter does
 * @returns the path of that one; null when they left
 * @throws AppError `interrupted` for Ctrl-C
 */
export async function pickConversation(app: App, first: Deed): Promise<string | null> {
  const { terminal, words, transcripts } = app;
  let start: { filter: string; value: string | null } = { filter: "", value: null };
  while (!app.stop.aborted) {
    const all = await listConversations(app);
    if (all.length === 0) {
      terminal.say(words.transcripts.none({ folder: sanitize(transcripts) }));
      return null;
    }
    const rows = all.map((row) => {
      const [when, model] = [localStamp(row.updatedAt).slice(0, 16), modelOf(row)];
      return {
        value: row.path,
        name: `${row.id}  ${when}  ${row.title}`,
        text: folded(`${row.id} ${when} ${model} ${row.title}`),
      };
    });
    const preview = async (path: string) =>
      await previewOf(
        app,
        all.find((row) => row.path === path)!,
      );
    const picked = await pick({ terminal, words: words.picker, rows, first, start, preview });
    if (picked === null) return null;
    if (picked.deed === "resume") return picked.value;
    await act(app, picked);
    start = { filter: picked.filter, value: picked.value };
  }
  return null;
}

/** What goes wrong with one conversation is told, and the list is still there. */
async function act(app: App, { deed, value }: Picked): Promise<void> {
  try {
    if (deed === "show") {
      const { showFile } = await import("./showing.ts");
      return await showFile(app, value, { json: false, raw: false, turn: null });
    }
    if (deed === "remove") {
      const { remove } = await import("./library.ts");
      return await remove(app, value, false);
    }
    const names = Object.keys(forms) as FormName[];
    const form = await choose(
      app.words.picker.form,
      names.map((name) => ({ value: name, name })),
    );
    const { exportConversations } = await import("./exporting.ts");
    const output = `${basename(value, extname(value))}.${form}`;
    await exportConversations(app, { references: [value], all: false, form, output, force: false });
  } catch (error) {
    const known = asAppError(error);
    if (known.code === "internal" || known.code === "interrupted") throw known;
    app.terminal.warn(sanitize(describe(known, app.words.errors)));
  }
}

/** Characters of a text that a preview may need: more than fit on any screen. */
const mostCharacters = 4000;

/** What it began with, and how it ended. */
async function previewOf({ words }: App, summary: TranscriptSummary): Promise<string> {
  const { exchanges } = await readTranscript(summary.path);
  const turns = exchanges.filter(({ withdrawn }) => !withdrawn);
  const [opening, last] = [turns[0], turns.at(-1)];
  const facts = [words.picker.turns({ turns: turns.length }), bytes(summary.bytes), modelOf(summary)];
  const lines = [facts.filter(Boolean).join(" · ")];
  if (opening !== undefined) lines.push(`> ${opening.question.trim().slice(0, mostCharacters)}`);
  if (last !== undefined && last !== opening) lines.push("…", `> ${last.question.trim().slice(0, mostCharacters)}`);
  if (last !== undefined) lines.push(last.answer.trim().slice(0, mostCharacters));
  return lines.join("\n");
}

/** What bare `transcripts` does. */
export async function browse(app: App): Promise<AppError | null> {
  const { terminal } = app;
  if (!terminal.interactive || !terminal.outIsTerminal || !terminal.capable) {
    const { list } = await import("./library.ts");
    await list(app, { json: false, limit: null, since: null, model: null });
    return null;
  }
  const path = await pickConversation(app, "show");
  if (path === null) return null;
  const { runSession } = await import("./session.ts");
  return await runSession(app, { kind: "named", reference: path }, []);
}
