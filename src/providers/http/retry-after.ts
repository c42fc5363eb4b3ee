type Header = (name: string) => string | null;

/**
 * How long a service asks to wait before another attempt. Known forms: `Retry-After` (RFC 9110: seconds or a date),
 * `retry-after-ms` (Azure), the same behind a gateway's `llm_provider-` (LiteLLM), `x-ratelimit-reset-*` (OpenAI's durations,
 * seconds, moments), `anthropic-ratelimit-*-reset` (dates), `ratelimit-reset` (IETF drafts), and in the body `retryDelay`
 * (Google), `retry_after`, `estimated_time` (Hugging Face) or a sentence ("Please try again in 20s").
 *
 * @param now milliseconds since 1970
 * @returns milliseconds; null where it is not said
 */
export function waitAsked(header: Header, body = "", now = Date.now()): number | null {
  const named = ["", "llm_provider-"].flatMap((prefix) => [
    milliseconds(header(`${prefix}retry-after-ms`)),
    span(header(`${prefix}retry-after`), now),
  ]);
  return named.find((wait) => wait !== null) ?? inBody(body) ?? resetOf(header, now);
}

function milliseconds(value: string | null): number | null {
  const number = Number.parseFloat(value ?? "");
  return number >= 0 ? number : null;
}

/** Seconds (`20`, `1.5`), a duration (`6m0s`, `1h2m3.5s`, `20ms`), a moment in seconds or milliseconds since 1970, or a date. */
function span(value: string | null, now: number): number | null {
  const text = value?.trim().replace(/^"|"$/gu, "") ?? "";
  if (text === "") return null;
  const number = Number(text);
  if (number < 0) return 0;
  if (number >= 1e12) return Math.max(0, number - now);
  if (number >= 1e9) return Math.max(0, number * 1000 - now);
  if (Number.isFinite(number)) return number * 1000;
  return duration(text) ?? untilDate(text, now);
}

function untilDate(text: string, now: number): number | null {
  // Whatever begins otherwise is no date, though V8 would take it for one.
  const moment = /^(?:[a-z]{3,9},? |\d{4}-\d\d-\d\d)/iu.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? null : Math.max(0, moment - now);
}

const units: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|millisecond|毫秒)/iu, 1],
  [/^(?:h|小时)/iu, 3_600_000],
  [/^(?:m|分)/iu, 60_000],
  [/^(?:s|秒)/iu, 1000],
];

function duration(text: string): number | null {
  const part =
    /(\d+(?:\.\d+)?)\s*(milliseconds?|hours?|minutes?|mins?|seconds?|secs?|ms|h|m|s|毫秒|小时|分钟|分|秒)\s*/giu;
  if (text.replace(part, "") !== "") return null;
  let sum = 0;
  for (const [, count, unit = ""] of text.matchAll(part)) {
    sum += Number(count) * units.find(([name]) => name.test(unit))![1];
  }
  return sum;
}

const sentence =
  /(?:try again|retry(?:ing)?|wait|available|请在|请等待|请于)(?: again)?(?: after| in| for)?[\s:：]{0,3}((?:\d+(?:\.\d+)?\s*(?:milliseconds?|hours?|minutes?|mins?|seconds?|secs?|ms|h|m|s|毫秒|小时|分钟|分|秒)\s*)+)/iu;

function inBody(body: string): number | null {
  const text = body.slice(0, 8192);
  const field = /"(?:retry_?delay|retry_?after(?:_seconds)?|estimated_time)"\s*:\s*"?([\d.]+)(ms|s)?/iu.exec(text);
  if (field !== null) return Number(field[1]) * (field[2]?.toLowerCase() === "ms" ? 1 : 1000) || null;
  const said = sentence.exec(text)?.[1];
  return said === undefined ? null : duration(said.trim());
}

const kinds = ["", "-requests", "-tokens", "-input-tokens", "-output-tokens"];

/**
 * When a limit is lifted. Such headers come with every answer and tell when all of a limit is free again: only of one that is
 * used up does it tell the wait.
 */
function resetOf(header: Header, now: number): number | null {
  const limits = kinds.flatMap((kind) => [
    [header(`x-ratelimit-remaining${kind}`), header(`x-ratelimit-reset${kind}`)],
    [header(`ratelimit-remaining${kind}`), header(`ratelimit-reset${kind}`)],
    [header(`anthropic-ratelimit${kind}-remaining`), header(`anthropic-ratelimit${kind}-reset`)],
    [header(`llm_provider-x-ratelimit-remaining${kind}`), header(`llm_provider-x-ratelimit-reset${kind}`)],
  ]);
  const waits = limits
    .filter(([remaining]) => remaining === null || remaining === undefined || Number(remaining) <= 0)
    .flatMap(([, reset]) => span(reset ?? null, now) ?? []);
  return waits.length === 0 ? null : Math.max(...waits);
}
