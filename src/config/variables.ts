export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The environment for a program that needs no key, as an editor: without `*_API_KEY` and the variables named.
 *
 * @param keyVariables further variables that hold keys, as the config file names them
 */
export function withoutKeys(variables: Variables, keyVariables: readonly string[]): Record<string, string | undefined> {
  const kept = Object.entries(variables).filter(([name]) => !/_API_KEY$/iu.test(name) && !keyVariables.includes(name));
  return Object.fromEntries(kept);
}

/** Returns the process's environment verbatim, for what is needed before anything is read from disk. */
export function processVariables(): Variables {
  return process.env;
}
