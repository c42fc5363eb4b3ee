import { afterEach, describe, expect, test } from "vitest";
import { localTime, timeLeft } from "../../src/terminal/local-time.ts";
import { nextTariff } from "../../src/usage/tariff.ts";
import { en, zh } from "../support/words.ts";

const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

/** When the tariff changes next, as a person in a zone reads it. */
function change(name: string, at: string, words = en): string {
  process.env["TZ"] = name;
  const now = new Date(at);
  return localTime(nextTariff(now, []).at, now, words.tariff);
}

describe("the next change of the tariff in local time", () => {
  // Friday evening in Beijing, until Monday, 9 o'clock.
  test.each([
    ["Asia/Shanghai", "Mon 09:00"],
    ["America/Los_Angeles", "Sun 17:00"],
    ["Europe/Berlin", "Mon 02:00"],
    ["Asia/Kolkata", "Mon 06:30"],
    ["Pacific/Kiritimati", "Mon 15:00"],
  ])("in %s", (name, expected) => {
    expect(change(name, "2026-11-27T18:30:00+08:00")).toBe(expected);
  });

  test("has no day where it is today's, and a date where the weekday would say too little", () => {
    expect(change("Asia/Shanghai", "2026-11-27T10:00:00+08:00")).toBe("12:00");
    expect(change("America/New_York", "2026-11-27T10:00:00+08:00")).toBe("23:00");
    expect(change("Asia/Shanghai", "2026-02-14T18:00:00+08:00")).toBe("02-24 09:00");
    expect(change("Asia/Shanghai", "2026-02-14T18:00:00+08:00", zh)).toBe("2月24日 09:00");
    expect(change("Asia/Shanghai", "2026-11-27T18:30:00+08:00", zh)).toBe("周一 09:00");
  });

  test("goes by the hour that a clock shows on both sides of a change of summer time", () => {
    expect(change("Europe/Berlin", "2026-03-27T18:30:00+08:00")).toBe("Mon 03:00");
    expect(change("Europe/Berlin", "2026-10-23T18:30:00+08:00")).toBe("Mon 02:00");
    // The Sunday has 23 hours in New York; the change is on Sunday, 21 o'clock of summer time.
    expect(change("America/New_York", "2026-03-07T18:30:00+08:00")).toBe("Sun 21:00");
  });
});

test.each([
  [0, "0:00"],
  [-5_000, "0:00"],
  [999, "0:01"],
  [2_052_000, "34:12"],
  [5_652_000, "1:34:12"],
])("%d ms are %s", (ms, text) => {
  expect(timeLeft(ms)).toBe(text);
});
