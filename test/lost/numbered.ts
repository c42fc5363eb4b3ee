import { delta } from "../support/wire.ts";

export interface Piece {
  readonly kind: "thinking" | "answer";
  readonly text: string;
}

/** Thinking and an answer whose every word has its number, in pieces as a model sends them, cut anywhere. */
export function answerPieces(random: (what: string) => number): Piece[] {
  const words = 60 + Math.floor(random("words") * 240);
  const thought = random("thinks") < 0.5 ? Math.floor(words / 4) : 0;
  const texts = { thinking: "", answer: "" };
  for (let word = 0; word < words; word++) {
    const kind = word < thought ? "thinking" : "answer";
    const ending = word % 23 === 22 ? ".\n\n" : [" ", " \u91cf\u5b50 ", "\uff0c", " **x** "][word % 4]!;
    texts[kind] += `${kind === "thinking" ? "t" : "w"}${String(word).padStart(4, "0")}${ending}`;
  }
  return (["thinking", "answer"] as const).flatMap((kind) => cut(texts[kind], random).map((text) => ({ kind, text })));
}

function cut(text: string, random: (what: string) => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random(`length ${at}`) * 24);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** The pieces as a server sends them, a few milliseconds apart; `sent` is told how many have gone out. */
export function* paced(
  pieces: readonly Piece[],
  random: (what: string) => number,
  sent: (count: number) => void,
): Generator<string | Promise<unknown>> {
  for (const [index, { kind, text }] of pieces.entries()) {
    yield delta(kind === "thinking" ? { reasoning_content: text } : { content: text });
    sent(index + 1);
    const pause = Math.floor(random(`pause ${index}`) * 5);
    if (pause > 0) {
      yield new Promise((resolve) => {
        setTimeout(resolve, pause);
      });
    }
  }
}

/**
 * How much of `sent` a screen shows: up to the last number on it.
 *
 * @throws Error when words of the answer are missing before that, or stand there twice
 */
export function shownIn(screen: string, sent: string): string {
  const numbers = (kind: string, text: string) => text.match(new RegExp(`${kind}\\d{4}`, "gu")) ?? [];
  const words = numbers("w", screen);
  const expected = numbers("w", sent).slice(0, words.length);
  const wrong = words.findIndex((word, index) => word !== expected[index]);
  if (wrong >= 0) throw new Error(`shown ${words[wrong]} where ${expected[wrong]} belongs:\n${screen}`);
  const last = words.at(-1) ?? numbers("t", screen).at(-1);
  return last === undefined ? "" : sent.slice(0, sent.indexOf(last) + last.length);
}
