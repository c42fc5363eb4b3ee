import { asAppError } from "../../errors.ts";
import type { EditedOptions } from "../../repl/editor-lines.ts";
import type { Host, LineSource } from "../../repl/host.ts";
import { errorWords } from "../../terminal/terminal.ts";
import { localeOf, type TextEncoding } from "../../text-encoding.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { editText } from "../external-editor.ts";
import { TariffStatus } from "./tariff-status.ts";

type LineEngine = Pick<Engine, "environment" | "file" | "folders" | "keyPlaces" | "settings" | "stop">;

/** Where the session's lines come from: the line editor, a plain terminal, or a pipe. */
export async function openLines(engine: LineEngine, console: Console, host: Host): Promise<LineSource> {
  const { terminal } = console;
  if (!terminal.interactive) return await openPipe(engine, console);
  if (terminal.capable) return await openEditor(engine, console, host, process.stdin);
  const { plainLines } = await import("../../repl/plain-lines.ts");
  return plainLines(
    process.stdin,
    (text) => terminal.err(text),
    () => console.words.editor,
  );
}

async function openPipe({ environment, stop }: LineEngine, { terminal, words }: Console): Promise<LineSource> {
  const { pipedLines } = await import("../../repl/piped-lines.ts");
  const { converted } = words.attachments;
  let reported = false;
  const onConverted = (encoding: TextEncoding) => {
    if (!reported) terminal.say(converted({ name: "stdin", encoding }));
    reported = true;
  };
  return pipedLines(process.stdin, { stop, locale: localeOf(environment.variables), onConverted });
}

/** What keys come from. */
export type SessionKeys = EditedOptions["input"];

/** The line editor. */
export async function openEditor(
  engine: LineEngine,
  console: Console,
  host: Host,
  input: SessionKeys,
): Promise<LineSource> {
  const [{ editedLines }, { completerFor }] = await Promise.all([
    import("../../repl/editor-lines.ts"),
    import("../../repl/completion.ts"),
  ]);
  return editedLines({
    input,
    terminal: console.terminal,
    words: () => console.words.editor,
    keys: () => engine.settings.keys,
    historyFile: engine.folders.historyFile,
    complete: completerFor(host),
    clipboard: host.clipboard,
    status: new TariffStatus(engine, console, () => ({
      provider: host.dialogue.provider,
      model: host.dialogue.modelId,
    })),
    wantsFocus: () => engine.settings.notify !== "off",
    openEditor: async (text) => {
      try {
        return (await editText(engine, console, text, "question.md")) ?? text;
      } catch (error) {
        const known = asAppError(error);
        if (known.code === "internal") throw error;
        throw new Error(errorWords(known, console.words.errors).what, { cause: error });
      }
    },
  });
}
