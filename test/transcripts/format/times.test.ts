import { describe, expect, onTestFinished, test } from "vitest";
import { isoWithOffset, labelTime, localStamp, offsetOf, zoneName } from "../../../src/transcripts/format/times.ts";

function inZone(zone: string): void {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  onTestFinished(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
}

test.each([
  ["Asia/Shanghai", "2026-01-02 04:05:06", "2026-01-02T04:05:06.007+08:00"],
  ["America/St_Johns", "2026-01-01 16:35:06", "2026-01-01T16:35:06.007-03:30"],
  ["UTC", "2026-01-01 20:05:06", "2026-01-01T20:05:06.007+00:00"],
])("a moment in %s is %s in labels and %s in metadata", (zone, stamp, iso) => {
  inZone(zone);
  const moment = new Date("2026-01-01T20:05:06.007Z");
  expect(localStamp(moment)).toBe(stamp);
  expect(isoWithOffset(moment)).toBe(iso);
  expect(new Date(iso)).toEqual(moment);
});

test("the offset of a time is what stands at its end", () => {
  expect(offsetOf("2026-01-01T16:35:06.007-03:30")).toBe("-03:30");
  expect(offsetOf("2026-01-01T16:35:06+08:00")).toBe("+08:00");
  expect(offsetOf("2026-01-01T16:35:06Z")).toBe("Z");
  for (const none of [
    "2026-01-01T16:35:06",
    "+08:00 2026",
    "Z?",
    "16:35:06 08:00",
    "+ab:cd",
    "+0a:00",
    "+08:b0",
    "+08:0c",
  ])
    expect(offsetOf(none)).toBeNull();
});

test("a label's time is read with the offset that is known, else as this machine's", () => {
  inZone("Asia/Shanghai");
  expect(labelTime("2026-01-02 04:05:06", "-03:30")).toEqual(new Date("2026-01-02T07:35:06Z"));
  expect(labelTime("2026-01-02 04:05:06", null)).toEqual(new Date("2026-01-01T20:05:06Z"));
  expect(labelTime("2026-13-02 04:05:06", null)).toEqual(new Date(0));
});

describe("the name of the time zone", () => {
  test.each([
    ["Asia/Shanghai", "Asia/Shanghai"],
    [":Europe/Berlin", "Europe/Berlin"],
    ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    ["Etc/GMT+8", "Etc/GMT+8"],
    ["UTC", "UTC"],
    ["CST-8", null],
    ["a::b", null],
    ["/etc/localtime", null],
    ["Asia/", null],
    ["Asia/Shanghai/", null],
    ["1Asia", null],
  ])("of TZ=%s is %s", (setting, name) => {
    expect(zoneName(setting)).toBe(name);
  });

  test("without the variable is that of the system, and an empty variable is none", () => {
    const name = zoneName(undefined);
    expect(zoneName("")).toBe(name);
    expect(name ?? "Asia/Shanghai").toMatch(/^[A-Z]\w+/);
  });
});
