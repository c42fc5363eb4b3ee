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
 * The model's text rendered as Markdown while it comes, at most once a frame. The renderer is loaded while the request is on its
 * way; what comes before it is there is held for that moment.
 */
export function renderedWriter(terminal: Terminal): AnswerWriter {
  let stream: MarkdownStream | null = null;
  /** What came since the last drawing. */
  let held = "";
  const loading = load();
  const unlisten = terminal.onResize(() => {
    if (stream === null) return;
    const { columns, textRows: rows, textReflow: reflow } = terminal;
    // What is held belongs to the new width, and that may be one in between.
    terminal.redraw(stream.resize({ columns, rows, reflow }));
  });

  async function load(): Promise<MarkdownStream> {
    stream = await loadRenderer(terminal);
    draw();
    return stream;
  }

  function draw(): void {
    if (stream !== null && held !== "") terminal.out(stream.push(take()));
  }

  function take(): string {
    const text = held;
    held = "";
    return text;
  }

  return {
    push(text) {
      held += text;
      if (stream !== null) terminal.draw(draw);
    },
    async end() {
      const loaded = await loading;
      await loaded.ready;
      terminal.out(loaded.push(take()) + loaded.end());
      unlisten();
    },
  };
}
