/** Values of a template's variables, of any JSON type; undefined for one that is known and has none. */
export type TemplateValues = Readonly<Record<string, unknown>>;

/** A variable as it stands in a template, and the path of the text that it stands in. */
export interface TemplateVariable {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** `${name}`. */
const variable = /\$\{([^{}]*)\}/gu;
const onlyVariable = /^\$\{([^{}]*)\}$/u;

/**
 * A template with the values of its variables. A text that is one variable takes its value as it is, so that `"${messages}"` becomes a list;
 * within a longer text a value is written as text, as JSON where it is none. A field or an item whose variable has no value is left out.
 *
 * @param template of any JSON type; only texts are looked at, names of fields are not
 * @returns undefined for a text that is a variable without a value
 */
export function filled(template: unknown, values: TemplateValues): unknown {
  if (typeof template === "string") {
    const name = onlyVariable.exec(template)?.[1];
    return name === undefined ? filledText(template, values) : valueOf(values, name);
  }
  if (Array.isArray(template)) {
    return template.map((item) => filled(item, values)).filter((item) => item !== undefined);
  }
  if (!isRecord(template)) return template;
  const fields = Object.entries(template).map(([name, field]) => [name, filled(field, values)] as const);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

/** The same as a text; a variable without a value is empty. */
export function filledText(template: string, values: TemplateValues): string {
  return template.replaceAll(variable, (_, name: string) => {
    const value = valueOf(values, name) ?? "";
    return typeof value === "string" ? value : JSON.stringify(value);
  });
}

/** The variables of a template, each as often as it stands there. */
export function variablesIn(template: unknown, path: readonly (string | number)[] = []): TemplateVariable[] {
  if (typeof template === "string") return [...template.matchAll(variable)].map(([, name = ""]) => ({ name, path }));
  if (Array.isArray(template)) return template.flatMap((item, index) => variablesIn(item, [...path, index]));
  if (!isRecord(template)) return [];
  return Object.entries(template).flatMap(([name, field]) => variablesIn(field, [...path, name]));
}

function valueOf(values: TemplateValues, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
