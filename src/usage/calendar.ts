/** Milliseconds. All zones change their offset at multiples of it. */
export const quarterHour = 900_000;

export type CalendarUnit = "day" | "week" | "month";

/** From `start` up to, and not including, `end`; milliseconds since 1970. */
export interface TimeSpan {
  readonly start: number;
  readonly end: number;
}

/** Days longer than this one, and months, are not. With changes of the clock, and a day that a zone skips. */
const longest = { day: 50 * 3_600_000, month: 33 * 24 * 3_600_000 } as const;

/** Days, ISO weeks and months in one time zone. Moments are in milliseconds since 1970. */
export class Calendar {
  readonly #dayAt: (at: number) => string;
  /** Days by quarter hours: asking the system for each moment takes some microseconds. */
  readonly #days = new Map<number, string>();

  /**
   * @param zone IANA's name; null for the machine's own, which takes 10 ms less at its first use
   * @throws RangeError for an unknown zone
   */
  constructor(zone: string | null) {
    this.#dayAt = zone === null ? machineDay : zoneDay(zone);
  }

  /** `2026-11-27`, `2026-W48`, `2026-11`. */
  nameOf(unit: CalendarUnit, at: number): string {
    const day = this.#day(at);
    if (unit === "day") return day;
    return unit === "month" ? day.slice(0, -3) : isoWeek(day);
  }

  /** The whole day or month that a moment lies in. */
  span(unit: "day" | "month", at: number): TimeSpan {
    const name = this.nameOf(unit, at);
    const quarter = Math.floor(at / quarterHour);
    const reach = Math.ceil(longest[unit] / quarterHour);
    const isIn = (quarters: number) => this.nameOf(unit, quarters * quarterHour) === name;
    // Each search ends at the one place within reach where the name changes.
    const start = lastWhere((back) => isIn(quarter - back), reach);
    const end = lastWhere((ahead) => isIn(quarter + ahead), reach);
    return { start: (quarter - start) * quarterHour, end: (quarter + end + 1) * quarterHour };
  }

  #day(at: number): string {
    const quarter = Math.floor(at / quarterHour);
    const known = this.#days.get(quarter);
    if (known !== undefined) return known;
    const day = this.#dayAt(quarter * quarterHour);
    this.#days.set(quarter, day);
    return day;
  }
}

/** The largest number below `limit` for which a condition holds that holds for 0 and, from some number on, no more. */
function lastWhere(holds: (number: number) => boolean, limit: number): number {
  let [low, high] = [0, limit];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function machineDay(at: number): string {
  const date = new Date(at);
  return dayName(date.getFullYear(), date.getMonth() + 1, date.getDate());
}

function zoneDay(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "numeric",
    day: "numeric",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    return dayName(parts.get("year")!, parts.get("month")!, parts.get("day")!);
  };
}

function dayName(year: number, month: number, day: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** Weeks begin on Monday; the first one of a year is that of its first Thursday. */
function isoWeek(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = (date.getUTCDay() + 6) % 7;
  date.setUTCDate(date.getUTCDate() - weekday + 3);
  const year = date.getUTCFullYear();
  const days = (date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return `${year}-W${String(Math.floor(days / 7) + 1).padStart(2, "0")}`;
}
