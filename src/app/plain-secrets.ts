import type { ConfigFile } from "../config/schema.ts";
import type { WireConfig } from "../config/wire-schema.ts";
import { isSecret } from "./provider-variables.ts";

/** Rows of a provider whose texts may name variables. */
const rows = ["headers", "query", "extra_body", "defaults"] as const;

/** Settings of the config file's providers that hold what looks like a key, and not the variable that would give it. */
export function plainSecrets({ providers = {}, profiles = {} }: ConfigFile): string[] {
  const inProfiles = Object.entries(profiles).flatMap(([name, profile]) =>
    secretsOf(profile.providers ?? {}, `profiles.${name}.`),
  );
  return [...secretsOf(providers, ""), ...inProfiles];
}

function secretsOf(providers: NonNullable<ConfigFile["providers"]>, before: string): string[] {
  return Object.entries(providers).flatMap(([name, entry]) =>
    [
      ...rows.map((row) => [row, entry[row]] as const),
      ...(typeof entry.wire === "object" ? templatesOf(entry.wire) : []),
    ].flatMap(([row, value]) => secretsIn(value, "", `${before}providers.${name}.${row}`)),
  );
}

function templatesOf(wire: Exclude<WireConfig, "openai">): (readonly [string, unknown])[] {
  const auth = wire.type === "websocket" ? wire.auth?.message : undefined;
  return [
    ["wire.request", wire.request],
    ["wire.auth.message", auth],
  ];
}

function secretsIn(value: unknown, name: string, setting: string): string[] {
  if (typeof value === "string") return isSecret(name, lastWord(value)) && !value.includes("${") ? [setting] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([field, each]) => secretsIn(each, field, `${setting}.${field}`));
}

/** `Bearer sk-…`: a scheme stands before the key. */
function lastWord(text: string): string {
  return text.slice(text.trimEnd().lastIndexOf(" ") + 1);
}
