/** Spans of time as people type them, in options and in the config file: `90s`, `30m`, `1h`, `7d`, `2w`. */
export const durationPattern = /^[1-9]\d{0,5}[smhdw]$/u;
export const durationExamples = "30m, 1h, 7d";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds; null for a text that is no span of time. */
export function milliseconds(text: string): number | null {
  return durationPattern.test(text) ? Number(text.slice(0, -1)) * units[text.at(-1)!]! : null;
}
