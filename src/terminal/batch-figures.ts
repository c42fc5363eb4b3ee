import type { ProviderShare, RunSnapshot } from "../batch/run-snapshot.ts";
import type { BatchProgressWords, Words } from "../words/types.ts";
import { count, money, shortBytes, shortCount } from "./figures.ts";
import { localTime, timeLeft } from "./local-time.ts";

/** The facts of a run in words, without colours; each is one that stands by itself between dots. */
export interface BatchFigures {
  readonly progress: string;
  readonly percent: string;
  readonly left: string | null;
  readonly done: string;
  readonly failed: string | null;
  /** How fast it goes. */
  readonly pace: readonly string[];
  readonly money: readonly string[];
  /** What is under way. */
  readonly flight: readonly string[];
  readonly elapsed: string;
  /** Of the failures of this run, the most frequent first: a count and a code. */
  readonly failures: readonly string[];
  /** Why nothing more is sent; null where it goes on. */
  readonly pause: string | null;
}

/** Codes of errors that are counted apart. */
const maxCodes = 8;

export function batchFigures(
  snapshot: RunSnapshot,
  words: BatchProgressWords,
  tariff: Words["tariff"],
  now = new Date(),
): BatchFigures {
  const { total, answered, failed, failures, leftMs, elapsedMs } = snapshot;
  const finished = answered + failed;
  const share = finished >= total ? 100 : Math.floor((finished / total) * 100);
  const others = failures.slice(maxCodes).reduce((sum, { items }) => sum + items, 0);
  const counted = failures.slice(0, maxCodes).map(({ code, items }) => `${count(items)} ${code}`);
  return {
    progress: `${count(finished)}/${count(total)}`,
    percent: `${share}%`,
    left: leftMs === null ? null : words.left(timeParts(leftMs)),
    done: words.done({ items: count(answered) }),
    failed: failed === 0 ? null : words.failed({ items: count(failed) }),
    pace: paceOf(snapshot, words),
    money: moneyOf(snapshot, words),
    flight: flightOf(snapshot, words),
    elapsed: timeLeft(Math.floor(elapsedMs / 1000) * 1000),
    failures: others === 0 ? counted : [...counted, `${count(others)} …`],
    pause: pauseOf(snapshot, words, (moment) => localTime(moment, now, tariff)),
  };
}

function pauseOf(
  { pause, stopping }: RunSnapshot,
  words: BatchProgressWords,
  timeOf: (moment: Date) => string,
): string | null {
  if (stopping) return words.stopping;
  return pause === null ? null : words.paused[pause.why]({ until: pause.until === null ? null : timeOf(pause.until) });
}

function paceOf({ rate, tokenRate, usage }: RunSnapshot, words: BatchProgressWords): string[] {
  const pace: string[] = [];
  if (rate !== null) {
    pace.push(rate < 1 ? words.perMinute({ items: digits(rate * 60) }) : words.perSecond({ items: digits(rate) }));
  }
  if (tokenRate !== null && tokenRate > 0)
    pace.push(words.tokensPerSecond({ tokens: shortCount(Math.round(tokenRate)) }));
  const hit = hitShare(usage);
  if (hit !== null) pace.push(words.cacheHit({ share: hit }));
  return pace;
}

/** @returns a percentage; null where nothing was counted */
export function hitShare({ promptTokens, cachedTokens }: RunSnapshot["usage"]): string | null {
  return promptTokens === 0 ? null : String(Math.round((cachedTokens / promptTokens) * 100));
}

function moneyOf({ spent, budget, costUnknown }: RunSnapshot, words: BatchProgressWords): string[] {
  const parts: string[] = [];
  if (spent.length > 0) parts.push(words.spent({ cost: spent.map(money).join(" + ") }));
  if (budget !== null) {
    if (budget.reserved.amount > 0) parts.push(words.reserved({ cost: money(budget.reserved) }));
    parts.push(words.limit({ cost: money(budget.limit) }));
  }
  if (costUnknown > 0) parts.push(words.costUnknown({ items: count(costUnknown) }));
  return parts;
}

function flightOf({ inFlight, concurrency, cached, atProvider }: RunSnapshot, words: BatchProgressWords): string[] {
  const limit = concurrency === null ? null : count(concurrency);
  const parts = atProvider === null ? [words.inFlight({ items: count(inFlight), limit })] : shareOf(atProvider, words);
  if (cached > 0) parts.push(words.cached({ items: count(cached) }));
  return parts;
}

function shareOf({ upload, batches, done, items }: ProviderShare, words: BatchProgressWords): string[] {
  const facts: string[] = [];
  if (upload !== null) {
    const share = Math.floor((upload.sent / Math.max(1, upload.size)) * 100);
    facts.push(words.uploading({ share: String(share), size: shortBytes(upload.size) }));
  }
  if (batches > 0) facts.push(words.atProvider({ batches, done: count(done), items: count(items) }));
  return facts;
}

/** Two digits of what is small, none behind the point of what is large, so that it stands still. */
function digits(value: number): string {
  return value >= 10 ? count(Math.round(value)) : value.toFixed(1).replace(/\.0$/u, "");
}

/** Rounded up to what is shown of it, so that nothing is left only at the end. */
function timeParts(ms: number): Parameters<BatchProgressWords["left"]>[0] {
  const unit = ms >= 86_400_000 ? 3_600_000 : ms >= 60_000 ? 60_000 : 1000;
  const seconds = Math.ceil(ms / unit) * (unit / 1000);
  const days = Math.floor(seconds / 86_400);
  return {
    days,
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}
