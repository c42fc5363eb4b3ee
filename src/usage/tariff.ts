/** Which of DeepSeek's prices holds; `unknown` at a peak hour of a day that may be a public holiday. */
export type Tariff = "peak" | "off-peak" | "unknown";

type Days = readonly (readonly [month: number, first: number, last: number])[];

/**
 * Chinese public holidays, when no peak price is charged, by year. Source: the State Council's notice for 2026. Working days that
 * make up for them on weekends stay off-peak. The next year's are announced each November or December.
 */
const holidaysOf: Readonly<Record<number, Days>> = {
  2026: [
    [1, 1, 3],
    [2, 15, 23],
    [4, 4, 6],
    [5, 1, 5],
    [6, 19, 21],
    [9, 25, 27],
    [10, 1, 7],
  ],
};

/**
 * Days of a year that may be public holidays: those of New Year, the Spring Festival, Qingming, Labour Day, the Dragon Boat and the
 * Mid-Autumn Festival and the National Day, wherever the State Council puts them.
 */
const possibleHolidays: Days = [
  [1, 1, 3],
  [1, 20, 31],
  [2, 1, 29],
  [3, 1, 1],
  [4, 2, 7],
  [4, 28, 30],
  [5, 1, 7],
  [5, 25, 31],
  [6, 1, 27],
  [9, 5, 30],
  [10, 1, 10],
  [12, 29, 31],
];

const hour = 3_600_000;
/** Hours of Beijing at which the tariff may change. */
const changes = [0, 9, 12, 14, 18] as const;

/**
 * The tariff at a moment: peak is from Monday to Friday, 9–12 and 14–18 o'clock, Beijing time, holidays excepted.
 *
 * @param holidays further days without peak price, `YYYY-MM-DD`, Beijing time; a list that names a day of a year is taken for all of
 *   them
 */
export function tariffAt(at: Date, holidays: readonly string[]): Tariff {
  const beijing = beijingTime(at);
  const weekday = beijing.getUTCDay();
  const clock = beijing.getUTCHours();
  const isPeakHour = (clock >= 9 && clock < 12) || (clock >= 14 && clock < 18);
  if (weekday === 0 || weekday === 6 || !isPeakHour) return "off-peak";
  if (holidays.includes(beijing.toISOString().slice(0, 10))) return "off-peak";
  const year = beijing.getUTCFullYear();
  const known = Object.hasOwn(holidaysOf, year) ? holidaysOf[year]! : null;
  if (known !== null) return isAmong(known, beijing) ? "off-peak" : "peak";
  // Years before the table are over; what they cost is written down with them.
  const isListed = year < 2026 || holidays.some((day) => day.startsWith(`${year}-`));
  return !isListed && isAmong(possibleHolidays, beijing) ? "unknown" : "peak";
}

/** When the tariff changes next, and to which one. It changes at least once in ten days. */
export function nextTariff(at: Date, holidays: readonly string[]): { readonly at: Date; readonly tariff: Tariff } {
  const now = tariffAt(at, holidays);
  const midnight = Math.floor((at.getTime() + 8 * hour) / (24 * hour)) * 24 * hour - 8 * hour;
  for (let day = 0; ; day++) {
    for (const clock of changes) {
      const moment = new Date(midnight + (day * 24 + clock) * hour);
      if (moment <= at) continue;
      const tariff = tariffAt(moment, holidays);
      if (tariff !== now || day > 30) return { at: moment, tariff };
    }
  }
}

/** The first moment from `at` on at which it is surely off-peak; `at` itself where it is now. */
export function offPeakFrom(at: Date, holidays: readonly string[]): Date {
  let moment = { at, tariff: tariffAt(at, holidays) };
  while (moment.tariff !== "off-peak") moment = nextTariff(moment.at, holidays);
  return moment.at;
}

/** Whether the holidays of the year of that moment are in the table, or written down. */
export function isCalendarKnown(at: Date, holidays: readonly string[]): boolean {
  const year = beijingTime(at).getUTCFullYear();
  return Object.hasOwn(holidaysOf, year) || holidays.some((day) => day.startsWith(`${year}-`));
}

function isAmong(days: Days, at: Date): boolean {
  const [month, day] = [at.getUTCMonth() + 1, at.getUTCDate()];
  return days.some(([m, first, last]) => m === month && day >= first && day <= last);
}

/** The clock of Beijing, read as UTC; it is 8 hours ahead all year. */
export function beijingTime(at: Date): Date {
  return new Date(at.getTime() + 8 * hour);
}
