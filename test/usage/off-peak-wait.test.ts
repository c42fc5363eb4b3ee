import { describe, expect, test } from "vitest";
import { type OffPeakWait, waitForOffPeak } from "../../src/usage/off-peak-wait.ts";
import { offPeakFrom } from "../../src/usage/tariff.ts";

/** A moment by the clock of Beijing. */
const beijing = (text: string) => new Date(`${text.replace(" ", "T")}+08:00`);
const shown = (at: Date) => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/**
 * Waits on a clock that nobody waits for.
 *
 * @param jumps what the clock is set to at a look, by the look's number from 1
 */
async function waited(start: string, jumps: Readonly<Record<number, string>> = {}, pause = 30_000) {
  let now = beijing(start);
  const looks: OffPeakWait[] = [];
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
    const jump = jumps[looks.length];
    now = jump === undefined ? new Date(now.getTime() + ms) : beijing(jump);
  };
  const onLook = (look: OffPeakWait) => void looks.push(look);
  const { signal } = new AbortController();
  await waitForOffPeak({ now: () => now, sleep }, { holidays: [], pause, signal, onLook });
  return { end: shown(now), looks, slept };
}

test.each([
  ["2026-11-27 10:00:00", "2026-11-27 12:00:00"],
  ["2026-11-27 17:59:59.999", "2026-11-27 18:00:00"],
  ["2026-11-27 18:00:00", "2026-11-27 18:00:00"],
  ["2026-11-28 10:00:00", "2026-11-28 10:00:00"],
  ["2027-02-05 10:00:00", "2027-02-05 12:00:00"],
])("from %s on it is surely off-peak at %s", (at, from) => {
  expect(shown(offPeakFrom(beijing(at), []))).toBe(from);
});

describe("waiting for the off-peak hours", () => {
  test("ends at once where they are, and a little behind the change elsewhere", async () => {
    expect(await waited("2026-11-27 12:00:00")).toEqual({ end: "2026-11-27 12:00:00", looks: [], slept: [] });
    expect((await waited("2026-11-27 10:00:00")).end).toBe("2026-11-27 12:00:05");
  });

  test("looks at the clock at least every 30 seconds, and in whole seconds where that is seen", async () => {
    const { slept, looks } = await waited("2026-11-27 10:00:12.345");
    expect(Math.max(...slept)).toBe(30_000);
    expect(slept).toHaveLength(looks.length);
    const seen = await waited("2026-11-27 11:59:57.345", {}, 1_000);
    expect(seen.slept).toEqual([655, ...Array.from({ length: 7 }, () => 1_000)]);
  });

  test("ends after the machine has slept through the change, and goes on where it slept into the next peak", async () => {
    expect((await waited("2026-11-27 10:00:00", { 2: "2026-11-27 13:10:00" })).end).toBe("2026-11-27 13:10:00");
    const { end, looks } = await waited("2026-11-27 10:00:00", { 2: "2026-11-27 15:00:00" });
    expect(end).toBe("2026-11-27 18:00:05");
    expect(looks.map(({ until }) => shown(until)).slice(1, 3)).toEqual(["2026-11-27 12:00:00", "2026-11-27 18:00:00"]);
  });

  test("follows a clock that is set back, also right behind the change", async () => {
    const { end, looks } = await waited("2026-11-27 11:59:45", { 1: "2026-11-27 10:30:00" });
    expect(end).toBe("2026-11-27 12:00:05");
    expect(looks.length).toBeGreaterThan(170);
    const set = await waited("2026-11-27 11:59:50", { 2: "2026-11-27 11:59:59" });
    expect(set.end).toBe("2026-11-27 12:00:05");
  });

  test("says at an hour that may be a holiday's that the tariff is unknown", async () => {
    const { end, looks } = await waited("2027-02-05 10:00:00");
    expect([end, looks[0]?.tariff]).toEqual(["2027-02-05 12:00:05", "unknown"]);
  });

  test("ends when it is told to", async () => {
    const stop = new AbortController();
    const sleep = async () => stop.abort();
    const options = { holidays: [], pause: 1_000, signal: stop.signal, onLook: () => {} };
    await waitForOffPeak({ now: () => beijing("2026-11-27 10:00:00"), sleep }, options);
    expect(stop.signal.aborted).toBe(true);
  });
});
