/** What a variable of a template may be called. */
export const variableName = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** A variable in its braces; a backslash before them takes their meaning from them. */
const placeholder = /\\\{\{|\{\{[ \t]*([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\}\}/gu;

/** Variables that stand for the question as typed, and for the piped text. */
export const inputVariables: readonly string[] = ["input", "stdin"];

/** A system prompt: it has no place for them. */
export const withoutInput = /^(?!.*(?<!\\)\{\{[ \t]*(?:input|stdin)[ \t]*\}\})/su;

type Values = Readonly<Record<string, string>>;

/** The variables that a template names, each once, in their order. */
export function variablesIn(template: string): string[] {
  const names = Array.from(template.matchAll(placeholder), ([, name]) => name).filter((name) => name !== undefined);
  return [...new Set(names)];
}

/** Whether a template has a place for the question or the piped text. */
export function takesInput(template: string): boolean {
  return variablesIn(template).some((name) => inputVariables.includes(name));
}

/** The template with values in the place of its variables; braces that name none stay, and what a value holds is not read again. */
export function fillTemplate(template: string, values: Values): string {
  return template.replaceAll(placeholder, (written, name: string | undefined) => {
    if (name === undefined) return "{{";
    return Object.hasOwn(values, name) ? values[name]! : written;
  });
}
