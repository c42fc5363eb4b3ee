import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const expected = "2026-11-01, 2026-11-01T09:30, 12h, 7d, 2w";

/** A time as it is given to an option: a day, a day and a time here, or how long ago. */
export function moment(text: string): Date {
  const ago = /^(\d{1,6})([hdw])$/u.exec(text);
  if (ago !== null) return new Date(Date.now() - Number(ago[1]) * units[ago[2]!]!);
  const at = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/u.exec(text);
  const date = new Date(at === null ? Number.NaN : `${at[1]}T${at[2] ?? "00:00"}`);
  // 30 February would be 2 March.
  if (Number.isNaN(date.getTime()) || date.getDate() !== Number(text.slice(8, 10))) {
    throw new InvalidArgumentError(expected);
  }
  return date;
}
