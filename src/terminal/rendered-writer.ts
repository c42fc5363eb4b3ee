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
  let block: RenderedBlock | null = new RenderedBlock(terminal);
  const endBlock = async () => {
    await block?.end();
    block = null;
  };
  return {
    push(text) {
      block ??= new RenderedBlock(terminal);
      block.push(text);
    },
    gap: () => terminal.out("\n"),
    endBlock,
    end: endBlock,
  };
}

/** A text that nothing else is written into. */
class RenderedBlock {
  readonly #terminal: Terminal;
  readonly #loading: Promise<MarkdownStream>;
  readonly #unlisten: () => void;
  #stream: MarkdownStream | null = null;
  /** What came since the last drawing. */
  #held = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#loading = this.#load();
    this.#unlisten = terminal.onResize(() => {
      if (this.#stream === null) return;
      const { columns, textRows: rows, textReflow: reflow } = terminal;
      // What is held belongs to the new width, and that may be one in between.
      terminal.redraw(this.#stream.resize({ columns, rows, reflow }));
    });
  }

  push(text: string): void {
    this.#held += text;
    if (this.#stream !== null) this.#terminal.draw(this.#draw);
  }

  async end(): Promise<void> {
    const loaded = await this.#loading;
    await loaded.ready;
    this.#terminal.out(loaded.push(this.#take()) + loaded.end());
    this.#unlisten();
  }

  async #load(): Promise<MarkdownStream> {
    this.#stream = await loadRenderer(this.#terminal);
    this.#draw();
    return this.#stream;
  }

  readonly #draw = (): void => {
    if (this.#stream !== null && this.#held !== "") this.#terminal.out(this.#stream.push(this.#take()));
  };

  #take(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }
}
