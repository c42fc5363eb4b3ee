import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { Calendar } from "../../src/usage/calendar.ts";

const hour = 3_600_000;
const zones = ["Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Pacific/Apia"];

test.each([
  ["Asia/Shanghai", "2026-11-20T15:59:59.999Z", "2026-11-20"],
  ["Asia/Shanghai", "2026-11-20T16:00:00Z", "2026-11-21"],
  ["America/New_York", "2026-11-20T16:00:00Z", "2026-11-20"],
  // Summer time: UTC-4 until the night to 1 November.
  ["America/New_York", "2026-11-01T03:59:59.999Z", "2026-10-31"],
  ["America/New_York", "2026-11-02T04:59:59.999Z", "2026-11-01"],
  ["America/New_York", "2026-11-02T05:00:00Z", "2026-11-02"],
  ["Europe/Berlin", "2026-03-28T22:59:59.999Z", "2026-03-28"],
  ["Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30"],
  ["Asia/Kolkata", "2026-12-31T18:30:00Z", "2027-01-01"],
])("in %s, %s is on %s", (zone, at, day) => {
  expect(new Calendar(zone).nameOf("day", Date.parse(at))).toBe(day);
});

test.each([
  ["2020-12-31", "2020-W53"],
  ["2021-01-03", "2020-W53"],
  ["2021-01-04", "2021-W01"],
  ["2024-12-30", "2025-W01"],
  ["2026-01-01", "2026-W01"],
  ["2026-11-27", "2026-W48"],
  ["2026-12-31", "2026-W53"],
  ["2027-01-03", "2026-W53"],
  ["2027-01-04", "2027-W01"],
])("%s is in the ISO week %s", (day, week) => {
  expect(new Calendar("UTC").nameOf("week", Date.parse(day))).toBe(week);
});

describe("a day", () => {
  test.each([
    ["Europe/Berlin", "2026-03-29T12:00Z", 23],
    ["Europe/Berlin", "2026-10-25T12:00Z", 25],
    ["America/New_York", "2026-03-08T12:00Z", 23],
    ["America/New_York", "2026-11-01T12:00Z", 25],
    ["Asia/Shanghai", "2026-03-29T12:00Z", 24],
    // Lord Howe changes its clock by half an hour.
    ["Australia/Lord_Howe", "2026-04-04T20:00Z", 24.5],
  ])("in %s, of %s, has %d hours", (zone, at, hours) => {
    const { start, end } = new Calendar(zone).span("day", Date.parse(at));
    expect((end - start) / hour).toBe(hours);
  });

  test("and a month are all moments with their name, and no others", () => {
    const moment = fc.date({ min: new Date("2011-12-01"), max: new Date("2031-01-01"), noInvalidDate: true });
    const unit = fc.constantFrom("day" as const, "month" as const);
    const calendars = new Map([...zones, null].map((zone) => [zone, new Calendar(zone)]));
    fc.assert(
      fc.property(moment, unit, fc.constantFrom(...calendars.keys()), (date, unit, zone) => {
        const calendar = calendars.get(zone)!;
        const name = calendar.nameOf(unit, date.getTime());
        const { start, end } = calendar.span(unit, date.getTime());
        expect(start <= date.getTime() && date.getTime() < end).toBe(true);
        expect([start, end - 1].map((at) => calendar.nameOf(unit, at))).toEqual([name, name]);
        expect([start - 1, end].map((at) => calendar.nameOf(unit, at))).not.toContain(name);
      }),
    );
  });
});

describe("the machine's own zone", () => {
  const before = process.env["TZ"];
  afterEach(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });

  test.each(zones)("is as the one of that name: %s", (zone) => {
    process.env["TZ"] = zone;
    const [own, named] = [new Calendar(null), new Calendar(zone)];
    for (let at = Date.parse("2026-01-01"); at < Date.parse("2027-01-01"); at += 5.25 * hour) {
      expect(own.nameOf("day", at)).toBe(named.nameOf("day", at));
    }
  });
});

test("an unknown zone is refused", () => {
  expect(() => new Calendar("Mars/Base")).toThrow(RangeError);
});
