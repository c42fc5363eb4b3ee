/** What a text that names a model means. */
export interface NamedModel {
  /** Null where the text names none. */
  readonly provider: string | null;
  /** Null where the text names a provider alone: its own model is meant. */
  readonly model: string | null;
}

/** The names that a text may have in it. */
export interface ModelNames {
  /** Of all providers. */
  readonly providers: Pick<ReadonlySet<string>, "has">;
  /** The text that an alias stands for; null for what is no alias. */
  readonly aliasTarget: (text: string) => string | null;
}

/**
 * Reads the text of a model as it is written for a flag, a variable, the config file, `/model` and `failover`:
 * `provider/id`, `provider`, `id`, or an alias, which is read as the text that it stands for. Ids may have slashes of their own (`deepseek-ai/…`, and `deepseek/…` at a gateway), so
 * what stands before the first slash names a provider only where one of that name is known and none was named beside it.
 *
 * @param written blanks around it are no part of a name
 * @param beside the provider that was named beside the text, by `-p` or in the same place; null where none was
 */
export function readModelName(
  written: string,
  { providers, aliasTarget }: ModelNames,
  beside: string | null,
): NamedModel {
  const text = aliasTarget(written.trim()) ?? written.trim();
  const slash = text.indexOf("/");
  const first = slash > 0 ? text.slice(0, slash).trimEnd() : "";
  const rest = text.slice(slash + 1).trimStart();
  // Named twice is named once.
  if (beside !== null) return { provider: beside, model: first === beside && rest !== "" ? rest : text };
  if (providers.has(text)) return { provider: text, model: null };
  if (providers.has(first)) return { provider: first, model: rest === "" ? null : rest };
  return { provider: null, model: text };
}
