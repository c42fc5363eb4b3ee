import { InvalidArgumentError } from "commander";
import { milliseconds } from "../duration.ts";

const expected = "2026-11-01, 2026-11-01T09:30, 12h, 7d, 2w";

/** A time as it is given to an option: a day, a day and a time here, or how long ago. */
export function moment(text: string): Date {
  const ago = milliseconds(text);
  if (ago !== null) return new Date(Date.now() - ago);
  const at = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?$/u.exec(text);
  const date = new Date(at === null ? Number.NaN : `${at[1]}T${at[2] ?? "00:00"}`);
  // 30 February would be 2 March.
  if (Number.isNaN(date.getTime()) || date.getDate() !== Number(text.slice(8, 10))) {
    throw new InvalidArgumentError(expected);
  }
  return date;
}
