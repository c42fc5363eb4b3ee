import { createHash } from "node:crypto";

/** Characters of a tool's name that services take. */
const longest = 64;
const digits = 8;

/**
 * The name under which a model knows a tool of a server: `mcp__<server>__<tool>`, of the characters that services take. Where that
 * is not the whole truth, because a character was replaced or the name cut, a digest of the names tells it from all others.
 */
export function modelName(server: string, tool: string): string {
  const plain = `mcp__${server}__${tool}`;
  const name = plain.replaceAll(/[^A-Za-z0-9_-]/gu, "_");
  // `a__b` and `c` would be one with `a` and `b__c`.
  if (name === plain && name.length <= longest && !`${server}_`.includes("__") && !tool.startsWith("_")) return name;
  const digest = createHash("sha256").update(`${server}\0${tool}`).digest("hex").slice(0, digits);
  return `${name.slice(0, longest - digits - 1)}_${digest}`;
}
