import type { AnswerWriter } from "./answer.ts";
import type { MarkdownStream } from "./markdown/stream.ts";
import type { Terminal } from "./terminal.ts";

/** Loads the renderer, and gives a stream of its own for one answer. */
export async function loadRenderer(terminal: Terminal): Promise<MarkdownStream> {
  const [{ MarkdownStream }, { findAbilities }] = await Promise.all([
    import("./markdown/stream.ts"),
    import("./capabilities.ts"),
  ]);
  return new MarkdownStream(await findAbilities(terminal));
}

/**
 * The model's text rendered as Markdown while it comes. The renderer is loaded while the request is on its way; what comes
 * before it is there is held for that moment.
 */
export function renderedWriter(terminal: Terminal): AnswerWriter {
  let stream: MarkdownStream | null = null;
  let held = "";
  const loading = load();
  const unlisten = terminal.onResize(() => {
    if (stream !== null) {
      const { columns, textRows: rows, textReflow: reflow } = terminal;
      terminal.out(stream.resize({ columns, rows, reflow }));
    }
  });

  async function load(): Promise<MarkdownStream> {
    stream = await loadRenderer(terminal);
    if (held !== "") terminal.out(stream.push(held));
    return stream;
  }

  return {
    push(text) {
      if (stream === null) held += text;
      else terminal.out(stream.push(text));
    },
    async end() {
      const loaded = await loading;
      await loaded.ready;
      terminal.out(loaded.push("") + loaded.end());
      unlisten();
    },
  };
}
