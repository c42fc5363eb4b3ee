import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IdleTimeout } from "../../../src/providers/wire/idle-timeout.ts";

/** Milliseconds. */
const second = 1000;
const minute = 60 * second;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** When a silence with this limit ends, if something happens at such intervals; null where it does not within half an hour. */
async function endOf(limit: number, every: number, happens: (silence: IdleTimeout) => void): Promise<number | null> {
  const startedAt = Date.now();
  let endedAt: number | null = null;
  // What is heard in the same turn of the loop still counts, so it ends a millisecond later.
  const silence = new IdleTimeout(limit, () => (endedAt ??= Math.round((Date.now() - startedAt) / second) * second));
  const beat = setInterval(() => happens(silence), every);
  await vi.advanceTimersByTimeAsync(30 * minute);
  clearInterval(beat);
  silence.end();
  return endedAt;
}

describe("silence", () => {
  test("ends after its limit when nothing is heard", async () => {
    expect(await endOf(2 * minute, minute, () => {})).toBe(2 * minute);
  });

  test("is put off by signs of life before the first content, for ten minutes and no longer", async () => {
    const end = await endOf(2 * minute, 15 * second, (silence) => silence.alive());
    expect(end).toBeGreaterThan(9 * minute);
    expect(end).toBeLessThanOrEqual(10 * minute);
  });

  test("is put off by content without end", async () => {
    expect(await endOf(2 * minute, minute, (silence) => silence.content())).toBeNull();
  });

  test("is not put off by signs of life once there was content", async () => {
    let beats = 0;
    const end = await endOf(2 * minute, 15 * second, (silence) =>
      beats++ === 0 ? silence.content() : silence.alive(),
    );
    expect(end).toBe(2 * minute + 15 * second);
  });
});
