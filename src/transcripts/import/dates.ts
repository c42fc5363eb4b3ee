/** Years that a label can hold and that a conversation with a model can be from. */
const earliest = Date.UTC(2000, 0);
const latest = Date.UTC(9999, 0);

/**
 * The moment that a value of another program names: ISO text, or seconds or milliseconds since 1970; null when it names none.
 * @param offset of ISO text that has none of its own; null for this machine's local time
 */
export function momentOf(value: unknown, offset: "Z" | null = null): Date | null {
  const date = typeof value === "number" ? ofNumber(value) : typeof value === "string" ? ofText(value, offset) : null;
  const time = date?.getTime() ?? Number.NaN;
  return time >= earliest && time < latest ? date : null;
}

function ofNumber(value: number): Date {
  return new Date(Math.round(value < 1e11 ? value * 1000 : value));
}

function ofText(text: string, offset: "Z" | null): Date {
  const iso = text.trim().replace(/^(\d{4}-\d\d-\d\d) /, "$1T");
  const bare = /T[\d:.]+$/.test(iso);
  return new Date(bare && offset !== null ? `${iso}${offset}` : iso);
}
