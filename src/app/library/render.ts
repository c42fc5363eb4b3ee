import type { MarkdownOptions } from "../../terminal/markdown/options.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { summarise } from "../../terminal/figures.ts";
import type { Exchange, Transcript } from "../../transcripts/format/types.ts";
import { localStamp } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { renderTexts } from "../answer-renderer.ts";

/** Seconds that an answer may take to be rendered; behind one that takes longer, answers are the text they are. */
const patience = 120;

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
  // What was undone is dimmed as a whole.
  const answers = exchanges.map(({ answer, withdrawn }) => (withdrawn ? "" : answer));
  const rendered = markdown === null ? [] : await renderTexts(engine, answers, markdown, patience);
  const bodies = exchanges.map((exchange, index) =>
    exchangeText(console, exchange, before + index + 1, rendered[index] ?? null),
  );
  return bodies.join(`${console.terminal.ink.out.dim("-".repeat(40))}\n\n`);
}

function exchangeText(console: Console, exchange: Exchange, turn: number, rendered: string | null): string {
  const { out } = console.terminal.ink;
  const { labels, takenBack } = console.words.transcripts;
  const { askedAt, answeredAt, endedAt, question, reasoning, answer, status, withdrawn } = exchange;
  const section = (label: string, at: Date | null, text: string): string => {
    const stamp = at === null ? "" : `[${localStamp(at)}] `;
    const mark = label === labels.Question ? ` #${turn}${withdrawn ? ` (${takenBack})` : ""}` : "";
    const head = `${out.dim(stamp)}${out.bold(label)}${out.dim(mark)}`;
    return `${head}\n${text}`.replace(/\n*$/u, "\n\n");
  };
  const plain = (text: string, paint: (line: string) => string) =>
    sanitize(text)
      .split("\n")
      .map((line) => (line === "" ? "" : paint(line)))
      .join("\n");
  const shown = rendered === null || withdrawn ? plain(answer, withdrawn ? out.dim : String) : rendered;
  const notice = exchange.notice || exchange.error?.message || "";
  return [
    section(labels.Question, askedAt, plain(question, withdrawn ? out.dim : out.cyan)),
    reasoning === "" ? "" : section(labels.Thinking, null, plain(reasoning, out.dim)),
    answer === "" && status !== "complete" ? "" : section(labels.Answer, answeredAt, shown),
    status === "complete"
      ? ""
      : section(status === "failed" ? labels.Error : labels.Interrupted, endedAt, plain(notice, out.red)),
    figures(console, exchange),
  ].join("");
}

/** One dim line: who answered, and what it took. */
function figures({ terminal, words }: Console, exchange: Exchange): string {
  const { askedAt, endedAt, firstTokenMs, usage, cost, answeredBy } = exchange;
  const { provider, model } = answeredBy ?? exchange;
  const who = sanitize([provider, model].filter(Boolean).join("/"));
  const totalMs = endedAt === null ? null : endedAt.getTime() - askedAt.getTime();
  const took = totalMs === null ? "" : summarise(words.answer, { usage, cost, totalMs, firstMs: firstTokenMs });
  const line = [who, took].filter(Boolean).join(" · ");
  return line === "" ? "" : `${terminal.ink.out.dim(line)}\n\n`;
}
