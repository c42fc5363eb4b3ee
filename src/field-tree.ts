/** A request with further fields, which come before its own; objects within objects are put together. */
export function withFields(
  body: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const joined: Record<string, unknown> = { ...body };
  for (const [name, value] of Object.entries(fields)) {
    const own = Object.hasOwn(joined, name) ? joined[name] : undefined;
    joined[name] = isRecord(own) && isRecord(value) ? withFields(own, value) : value;
  }
  return joined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
