import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPeak, isTariffUnknown, modelFacts, ratesAt } from "../../src/providers/prices.ts";

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
    ["2027-10-01 15:00", true],
  ])("%s in Beijing: %s", (at, peak) => {
    expect(isPeak(beijing(at), [])).toBe(peak);
  });

  test("leave out further days that somebody wrote down, by Beijing's calendar", () => {
    const at = new Date("2027-02-05T01:30:00Z");
    expect(isPeak(at, [])).toBe(true);
    expect(isPeak(at, ["2027-02-05"])).toBe(false);
    expect(isPeak(at, ["2027-02-04"])).toBe(true);
  });

  test("take seven hours of a working day", () => {
    const minutes = Array.from(
      { length: 24 * 60 },
      (_, minute) => new Date(beijing("2026-11-18 00:00").getTime() + minute * 60_000),
    );
    expect(minutes.filter((at) => isPeak(at, []))).toHaveLength(7 * 60);
  });
});

describe("rates", () => {
  const [peak, quiet] = [beijing("2026-11-20 10:00"), beijing("2026-11-20 20:00")];
  const flash = modelFacts("deepseek", "deepseek-flash", {});

  test("are twice as high at peak", () => {
    expect(ratesAt(flash, "CNY", quiet, [])).toEqual({ cached: 0.02, input: 1, output: 4 });
    expect(ratesAt(flash, "CNY", peak, [])).toEqual({ cached: 0.04, input: 2, output: 8 });
    expect(ratesAt(flash, "USD", peak, ["2026-11-20"])).toEqual({ cached: 0.003, input: 0.15, output: 0.6 });
  });

  test.each([
    ["2027-01-01 10:00", true],
    ["2027-01-01 13:00", false],
    ["2027-01-02 10:00", false],
    ["2027-02-08 10:00", true],
    ["2027-06-09 15:00", true],
    ["2027-07-01 10:00", false],
    ["2027-10-05 10:00", true],
    ["2027-11-19 10:00", false],
    ["2030-05-03 10:00", true],
    ["2026-01-05 10:00", false],
  ])("at %s, of a year whose holidays are not known, are unknown: %s", (text, unknown) => {
    const at = beijing(text);
    expect(isTariffUnknown(at, [])).toBe(unknown);
    expect(ratesAt(flash, "CNY", at, []) === null).toBe(unknown);
    expect(isTariffUnknown(at, [`${text.slice(0, 4)}-12-25`])).toBe(false);
  });

  test("of the former name of a model are those of its new one", () => {
    expect(modelFacts("deepseek", "deepseek-v4-flash", {})).toEqual(flash);
  });

  test("are unknown for what nobody knows: never guessed", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (provider, model) => {
        fc.pre(provider !== "deepseek");
        expect(ratesAt(modelFacts(provider, model, {}), "CNY", quiet, [])).toBe(null);
      }),
    );
    expect(ratesAt(modelFacts("siliconflow", "deepseek-flash", {}), "CNY", quiet, [])).toBe(null);
  });

  test("that somebody wrote down hold at any hour, and only in their currency", () => {
    const CNY = { cached: 1, input: 2, output: 3 };
    const facts = modelFacts("deepseek", "deepseek-flash", { "deepseek/deepseek-flash": { CNY, context: 5 } });
    expect(facts).toMatchObject({ context: 5, maxOutput: 384_000 });
    expect(ratesAt(facts, "CNY", peak, [])).toEqual(CNY);
    expect(ratesAt(facts, "USD", peak, [])).toBe(null);
  });
});
