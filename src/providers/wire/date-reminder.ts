const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/**
 * A local day as DeepSeek's reminders have it, e.g. `2026-11-27,Friday`. It is told before the first question of a day alone, so
 * that each request of a conversation begins with the text of the one before, which the service has in its prefix cache.
 */
export function dayOf(at: Date): string {
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${at.getFullYear()}-${month}-${day},${weekdays[at.getDay()]}`;
}

/**
 * A question with the day it was asked on: as a message of DeepSeek's role for that before it, or at the beginning of its text.
 *
 * @param question a user's message as it goes over the wire
 * @param day as `dayOf` gives it
 * @param reminders whether the service knows the role `latest_reminder`
 */
export function withDay(question: Record<string, unknown>, day: string, reminders: boolean): Record<string, unknown>[] {
  if (reminders) return [{ role: "latest_reminder", content: day }, question];
  const text = `[Today: ${day.replace(",", ", ")}]`;
  const { content } = question;
  const dated = Array.isArray(content) ? [{ type: "text", text }, ...content] : `${text}\n\n${String(content)}`;
  return [{ ...question, content: dated }];
}
