import { closeSync, futimesSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { encodeTranscript } from "../../src/transcripts/format/encode.ts";
import type { Exchange } from "../../src/transcripts/format/types.ts";
import { exchangeOf } from "../../src/transcripts/import/messages.ts";
import { fileName } from "../../src/transcripts/store/names.ts";
import { chance, Prose } from "./prose.ts";

export const size = { files: 5_000, exchanges: 100_000 };

/** Bytes of an answer on average: with its question and metadata an exchange takes some 2,000. */
const answerBytes = 1_250;
const day = 24 * 3_600_000;
const begin = Date.UTC(2025, 0, 1);

/** Fills a folder with an archive, always the same one, in the program's own format; leaves one that is there. */
export function makeArchive(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length >= size.files) return;
  const random = chance(20_261_121);
  const prose = new Prose(random);
  const id = () => Array.from({ length: 8 }, () => prose.below(36).toString(36)).join("");
  const counts = lengths(random);
  for (const [index, count] of counts.entries()) {
    const startedAt = new Date(begin + Math.floor((index / size.files) * 650 * day));
    const system = prose.happens(0.3) ? "Answer briefly. \u56de\u7b54\u8981\u7b80\u77ed\u3002" : null;
    const exchanges = Array.from({ length: count }, (_, turn) => exchange(prose, id(), startedAt, turn, system));
    const title = prose.happens(0.05) ? prose.question().slice(0, 30) : null;
    const text = encodeTranscript({ id: id(), startedAt, zone: "Asia/Shanghai", title, origin: null }, exchanges);
    save(folder, fileName(startedAt, exchanges[0]!.question, 1), text, exchanges.at(-1)!.endedAt!);
  }
}

/** How many exchanges each file has: most a few, some hundreds. */
function lengths(random: () => number): number[] {
  const counts = Array.from({ length: size.files }, () => 1);
  for (let left = size.exchanges - size.files; left > 0; left--) {
    // Neighbours in rank are far apart in time.
    const rank = Math.floor(random() ** 1.6 * size.files);
    counts[(rank * 1_237) % size.files]!++;
  }
  return counts;
}

function exchange(prose: Prose, id: string, startedAt: Date, turn: number, system: string | null): Exchange {
  const askedAt = new Date(startedAt.getTime() + turn * 90_000);
  const answeredAt = new Date(askedAt.getTime() + 700);
  const complete = !prose.happens(0.02);
  const bytes = Math.ceil(-Math.log(1 - prose.below(1_000_000) / 1_000_000) * answerBytes);
  const tokens = Math.ceil(bytes / 3);
  return exchangeOf({
    id,
    askedAt,
    question: prose.question(),
    reasoning: prose.happens(0.15) ? prose.answer(200) : "",
    answer: prose.answer(bytes),
    answeredAt,
    endedAt: new Date(askedAt.getTime() + 9_000),
    firstTokenMs: 700,
    status: complete ? "complete" : "interrupted",
    finishReason: complete ? "stop" : null,
    usage: {
      promptTokens: 40 + turn * 500,
      cachedTokens: 0,
      completionTokens: tokens,
      reasoningTokens: 0,
      totalTokens: 40 + turn * 500 + tokens,
    },
    cost: { currency: "CNY", amount: tokens / 1e6 },
    notice: complete ? null : "",
    provider: "deepseek",
    model: prose.happens(0.8) ? "deepseek-flash" : "deepseek-pro",
    system,
  });
}

function save(folder: string, name: string, text: string, at: Date): void {
  const file = openSync(join(folder, name), "w", 0o600);
  writeSync(file, text);
  futimesSync(file, at, at);
  closeSync(file);
}

export function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((total, name) => total + statSync(join(folder, name)).size, 0);
}
