/** `${NAME}` and `${NAME:-default}`; a default holds no brace. */
const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/gu;

/** Why a reference cannot be put in. */
export class UnexpandedVariable extends Error {
  readonly variable: string;
  readonly why: "variable" | "key";

  constructor(variable: string, why: "variable" | "key") {
    super(variable);
    [this.variable, this.why] = [variable, why];
  }
}

/**
 * A text with the values of the variables that it names.
 *
 * @param valueOf null for a variable that may not be read here, undefined for one that is not set
 * @throws UnexpandedVariable
 */
export function expanded(text: string, valueOf: (name: string) => string | null | undefined): string {
  return text.replaceAll(reference, (_, name: string, fallback: string | undefined) => {
    const value = valueOf(name);
    if (value === null) throw new UnexpandedVariable(name, "key");
    const found = value || fallback || value || fallback;
    if (found === undefined) throw new UnexpandedVariable(name, "variable");
    return found;
  });
}

/** A reference at the end of a text that is not closed, as it stands there; null where there is none. */
export function unclosedReference(text: string): string | null {
  return /\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?$/u.exec(text)?.[0] ?? null;
}

/** Names of the variables that texts refer to, each once. */
export function referencesIn(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(reference)].map(([, name]) => name!)))];
}
