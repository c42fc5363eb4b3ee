/** How long ago something was, in the largest unit that fits. */
export interface Age {
  readonly unit: "now" | "minutes" | "hours" | "days" | "months" | "years";
  readonly count: number;
}

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** The age of what was at a time; what is to come is `now`. */
export function ageOf(at: Date, now: Date): Age {
  const past = now.getTime() - at.getTime();
  if (past < minute) return { unit: "now", count: 0 };
  if (past < hour) return { unit: "minutes", count: Math.floor(past / minute) };
  if (past < day) return { unit: "hours", count: Math.floor(past / hour) };
  if (past < 60 * day) return { unit: "days", count: Math.floor(past / day) };
  if (past < 730 * day) return { unit: "months", count: Math.floor(past / (30.44 * day)) };
  return { unit: "years", count: Math.floor(past / (365.25 * day)) };
}
