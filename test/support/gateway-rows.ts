import { readFileSync } from "node:fs";
import { safeParse } from "valibot";
import { parse } from "yaml";
import type { AuthForm } from "../../src/config/auth-options.ts";
import { configFileSchema } from "../../src/config/schema.ts";

/** The rows of a page of the documentation: its blocks of YAML that have providers, by the providers' names. */
export function rowsOf(
  page: string,
): Readonly<Record<string, { readonly base_url?: string; readonly auth?: AuthForm }>> {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const blocks = Array.from(text.matchAll(/^```yaml\n(providers:\n[^]*?)^```$/gmu), ([, block]) => block!);
  const providers = blocks.map((block) => {
    const read = safeParse(configFileSchema, parse(block));
    if (!read.success) throw new Error(`${page}: ${JSON.stringify(read.issues)}\n${block}`);
    return read.output.providers ?? {};
  });
  return Object.assign({}, ...providers) as ReturnType<typeof rowsOf>;
}
