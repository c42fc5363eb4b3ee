import type { Words } from "../words/types.ts";

const two = (number: number) => String(number).padStart(2, "0");

/** Days since 1970 by the local calendar. */
function dayOf(moment: Date): number {
  return Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / 86_400_000;
}

/**
 * A moment by the clock of this machine's time zone: `09:00` on the same day, `Mon 09:00` within a week, else with the date. Made
 * by plain arithmetic, as Intl takes long to load.
 */
export function localTime(moment: Date, now: Date, words: Words["tariff"]): string {
  const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const days = dayOf(moment) - dayOf(now);
  if (days === 0) return clock;
  const isNear = days > 0 && days < 7;
  const day = isNear
    ? words.weekdays[moment.getDay()]!
    : words.date({ month: moment.getMonth() + 1, day: moment.getDate() });
  return `${day} ${clock}`;
}

/** A span of time as `34:12` or `1:34:12`; none is negative. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = two(seconds % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes)}:${rest}`;
}

/** A day as `2026-11-27`. */
export function localDay(moment: Date): string {
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}
