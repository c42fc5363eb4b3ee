/** An argument that is to be a text; empty where it is none. */
export function textArgument(value: unknown): string {
  return typeof value === "string" ? value : "";
}
