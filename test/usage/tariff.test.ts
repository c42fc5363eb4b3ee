import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCalendarKnown, nextTariff, tariffAt } from "../../src/usage/tariff.ts";

/** A moment by the clock of Beijing. */
const beijing = (text: string) => new Date(`${text.replace(" ", "T")}:00+08:00`);

describe("peak hours", () => {
  test.each([
    ["2026-11-20 08:59", false],
    ["2026-11-20 09:00", true],
    ["2026-11-20 11:59", true],
    ["2026-11-20 12:00", false],
    ["2026-11-20 13:59", false],
    ["2026-11-20 14:00", true],
    ["2026-11-20 17:59", true],
    ["2026-11-20 18:00", false],
    ["2026-11-21 10:00", false],
    ["2026-11-22 10:00", false],
    ["2026-11-23 10:00", true],
    ["2026-01-01 10:00", false],
    ["2026-01-02 10:00", false],
    ["2026-01-05 10:00", true],
    ["2026-02-13 10:00", true],
    ["2026-02-16 10:00", false],
    ["2026-02-23 10:00", false],
    ["2026-02-24 10:00", true],
    ["2026-04-06 15:00", false],
    ["2026-05-04 15:00", false],
    ["2026-05-06 15:00", true],
    ["2026-06-19 15:00", false],
    ["2026-09-25 15:00", false],
    ["2026-10-07 15:00", false],
    ["2026-10-08 15:00", true],
  ])("%s in Beijing: %s", (at, peak) => {
    expect(tariffAt(beijing(at), [])).toBe(peak ? "peak" : "off-peak");
  });

  test("leave out further days that somebody wrote down, by Beijing's calendar", () => {
    const at = new Date("2027-02-05T01:30:00Z");
    expect(tariffAt(at, [])).toBe("unknown");
    expect(tariffAt(at, ["2027-02-05"])).toBe("off-peak");
    expect(tariffAt(at, ["2027-02-04"])).toBe("peak");
  });

  test("take seven hours of a working day", () => {
    const minutes = Array.from(
      { length: 24 * 60 },
      (_, minute) => new Date(beijing("2026-11-18 00:00").getTime() + minute * 60_000),
    );
    expect(minutes.filter((at) => tariffAt(at, []) === "peak")).toHaveLength(7 * 60);
  });
});

describe("a year whose holidays nobody wrote down", () => {
  test.each([
    ["2027-01-01 10:00", "unknown"],
    ["2027-01-01 13:00", "off-peak"],
    ["2027-01-02 10:00", "off-peak"],
    ["2027-02-08 10:00", "unknown"],
    ["2027-06-09 15:00", "unknown"],
    ["2027-07-01 10:00", "peak"],
    ["2027-10-05 10:00", "unknown"],
    ["2027-11-19 10:00", "peak"],
    ["2030-05-03 10:00", "unknown"],
  ])("has at %s the tariff %s", (text, tariff) => {
    const at = beijing(text);
    expect(tariffAt(at, [])).toBe(tariff);
    expect(tariffAt(at, [`${text.slice(0, 4)}-12-25`])).not.toBe("unknown");
    expect([isCalendarKnown(at, []), isCalendarKnown(at, [`${text.slice(0, 4)}-12-25`])]).toEqual([false, true]);
  });
});

describe("the next change of the tariff", () => {
  test.each([
    ["2026-11-20 08:59", "2026-11-20 09:00", "peak"],
    ["2026-11-20 09:00", "2026-11-20 12:00", "off-peak"],
    ["2026-11-20 13:00", "2026-11-20 14:00", "peak"],
    ["2026-11-20 18:00", "2026-11-23 09:00", "peak"],
    ["2026-09-30 18:00", "2026-10-08 09:00", "peak"],
    ["2026-02-14 10:00", "2026-02-24 09:00", "peak"],
    ["2026-12-31 18:00", "2027-01-01 09:00", "unknown"],
    ["2027-01-01 09:30", "2027-01-01 12:00", "off-peak"],
  ])("after %s is at %s: %s", (text, next, tariff) => {
    expect(nextTariff(beijing(text), [])).toEqual({ at: beijing(next), tariff });
  });

  test("is the first moment with another tariff, for any moment", () => {
    const moments = fc.date({ min: new Date("2026-01-01"), max: new Date("2028-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(moments, (at) => {
        const { at: next, tariff } = nextTariff(at, []);
        expect(next > at).toBe(true);
        expect(tariffAt(next, [])).toBe(tariff);
        expect(tariffAt(new Date(next.getTime() - 1), [])).toBe(tariffAt(at, []));
        expect(tariff).not.toBe(tariffAt(at, []));
      }),
    );
  });
});
