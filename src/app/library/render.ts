import type { MarkdownOptions } from "../../terminal/markdown/options.ts";
import { ownLines } from "../../terminal/own-line.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import { bytes } from "../../terminal/table.ts";
import { summarise } from "../../terminal/figures.ts";
import { type Exchange, modelOf, type SavedImage, type Transcript } from "../../transcripts/format/types.ts";
import { labelOf, type ShownSection, shownSections } from "../../transcripts/format/sections.ts";
import { localStamp } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { renderTexts } from "../answer-renderer.ts";

/** Seconds that an answer may take to be rendered; behind one that takes longer, answers are the text they are. */
const renderTimeout = 120;

/**
 * A conversation as it is read: what was asked, thought and answered, under the labels that it has in the file.
 *
 * @param before how many exchanges of the conversation come before those that are drawn
 * @param markdown how answers are rendered; null for the text they are
 */
export async function drawn(
  engine: Pick<Engine, "stop" | "thread">,
  console: Console,
  transcript: Transcript,
  before: number,
  markdown: MarkdownOptions | null,
): Promise<string> {
  const { exchanges } = transcript;
  const shown = exchanges.map((exchange) => ({ exchange, sections: shownSections(exchange) }));
  // What was undone is dimmed as a whole.
  const answers = shown.flatMap(({ exchange, sections }) => (exchange.withdrawn ? [] : sections.filter(isAnswer)));
  const texts = answers.map(({ text }) => text);
  const rendered = markdown === null ? [] : await renderTexts(engine, texts, markdown, renderTimeout);
  const drawing = new Map(answers.map((section, index) => [section, rendered[index] ?? null]));
  const bodies = shown.map(({ exchange, sections }, index) =>
    exchangeText(console, exchange, before + index + 1, { sections, drawing }),
  );
  return bodies.join(`${console.terminal.ink.out.muted("-".repeat(40))}\n\n`);
}

interface DrawnSections {
  readonly sections: readonly ShownSection[];
  /** Answers as they are rendered; null for the text that they are. */
  readonly drawing: ReadonlyMap<ShownSection, string | null>;
}

function exchangeText(
  console: Console,
  exchange: Exchange,
  turn: number,
  { sections, drawing }: DrawnSections,
): string {
  const { out } = console.terminal.ink;
  const { labels, takenBack, picture } = console.words.transcripts;
  const { askedAt, endedAt, question, images, status, withdrawn } = exchange;
  const section = (label: string, at: Date | null, text: string): string => {
    const stamp = at === null ? "" : `[${localStamp(at)}] `;
    const mark = label === labels.Question ? ` #${turn}${withdrawn ? ` (${takenBack})` : ""}` : "";
    const head = `${out.muted(stamp)}${out.strong(label)}${out.muted(mark)}`;
    return `${head}\n${text}`.replace(/\n*$/u, "\n\n");
  };
  const plain = (text: string, paint: (line: string) => string) =>
    sanitize(text)
      .split("\n")
      .map((line) => (line === "" ? "" : onScreen(console, paint(line))))
      .join("\n");
  const pictures = (images: readonly SavedImage[]) =>
    images.map((image) => plain(picture({ name: sanitizeLine(image.name), size: sizeOf(image) }), out.muted));
  const body = (shown: ShownSection) => {
    if (shown.images.length === 0) {
      return drawing.get(shown) ?? plain(shown.text, isAnswer(shown) && !withdrawn ? String : out.muted);
    }
    const text = shown.text.trim() === "" ? [] : [plain(shown.text, out.muted)];
    return [...text, ...pictures(shown.images)].join("\n");
  };
  const asked = question === "" ? [] : [plain(question, withdrawn ? out.muted : out.accent)];
  const notice = exchange.notice || exchange.error?.message || "";
  return [
    section(labels.Question, askedAt, [...asked, ...pictures(images)].join("\n")),
    ...sections.map((shown) => section(labelOf(labels, shown.name), shown.at, body(shown))),
    status === "complete"
      ? ""
      : section(status === "failed" ? labels.Error : labels.Interrupted, endedAt, plain(notice, out.error)),
    figures(console, exchange),
  ].join("");
}

function isAnswer({ name }: ShownSection): boolean {
  return name === "Answer";
}

/** The size of a picture where the transcript tells it; its copy is not looked at. */
function sizeOf(image: SavedImage): string | null {
  return "url" in image ? null : bytes(image.bytes);
}

/** One dim line: who answered, and what it took. */
function figures({ terminal, words }: Console, exchange: Exchange): string {
  const { askedAt, endedAt, usage, cost, cached, answeredBy } = exchange;
  const who = sanitize(modelOf(answeredBy ?? exchange));
  const totalMs = endedAt === null ? null : endedAt.getTime() - askedAt.getTime();
  const took = totalMs === null ? "" : summarise(words.answer, { usage, cost, cached, totalMs });
  const line = [who, took].filter(Boolean).join(" · ");
  return line === "" ? "" : `${onScreen({ terminal }, terminal.ink.out.muted(line))}\n\n`;
}

/** A line broken at words where it goes to a terminal. */
function onScreen({ terminal }: Pick<Console, "terminal">, line: string): string {
  return terminal.outIsTerminal ? ownLines(line, terminal.columns) : line;
}
