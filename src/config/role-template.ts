/** What a variable of a template may be called. */
export const variableName = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** A variable in its braces; a backslash before them takes their meaning from them. */
const placeholder = /\\\{\{|\{\{[ \t]*([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\}\}/gu;

type Values = Readonly<Record<string, string>>;

/** The variables that a template names, each once, in their order. */
export function variablesIn(template: string): string[] {
  const names = Array.from(template.matchAll(placeholder), ([, name]) => name).filter((name) => name !== undefined);
  return [...new Set(names)];
}

/** Those of the variables that have no value. */
export function missingIn(template: string, values: Values): string[] {
  return variablesIn(template).filter((name) => !Object.hasOwn(values, name));
}

/** The template with values in the place of its variables; braces that name none stay, and what a value holds is not read again. */
export function fillTemplate(template: string, values: Values): string {
  return template.replaceAll(placeholder, (written, name: string | undefined) => {
    if (name === undefined) return "{{";
    return Object.hasOwn(values, name) ? values[name]! : written;
  });
}
