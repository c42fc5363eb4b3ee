import type { ExtractionForm } from "../chat/extraction.ts";
import type { Preface } from "../chat/conversation.ts";
import { nearestTo } from "../config/expectation.ts";
import { fillTemplate, inputVariables, takesInput, variablesIn } from "../config/role-template.ts";
import type { NamedRole } from "../config/roles/role.ts";
import type { RoleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";

type Values = Readonly<Record<string, string>>;

/** Without a system prompt. */
export const noPreface: Preface = { system: null, examples: [] };

/** A question before a role words it. */
export interface WrittenQuestion {
  readonly words: string;
  /** What was piped in; empty for nothing. */
  readonly piped: string;
}

/** The variables that a role takes, each with its default; null where it has none. */
export function variablesOf({ content }: NamedRole, host: Values): Readonly<Record<string, string | null>> {
  if (typeof content === "string") return {};
  const defaults: Values = { ...host, ...content.vars };
  const named = namedIn(content).map((name) => [name, Object.hasOwn(defaults, name) ? defaults[name]! : null] as const);
  return { ...Object.fromEntries(named), ...content.vars };
}

/** The variables of a role that neither the values nor its defaults give a value. */
export function missingVariables({ content }: NamedRole, values: Values): string[] {
  if (typeof content === "string") return [];
  const given = { ...values, ...content.vars };
  return namedIn(content).filter((name) => !Object.hasOwn(given, name));
}

function namedIn({ system = "", prompt = "" }: RoleConfig): string[] {
  const names = [...new Set([...variablesIn(system), ...variablesIn(prompt)])];
  return names.filter((name) => !inputVariables.includes(name));
}

/**
 * What a role begins each request with.
 *
 * @param values of its variables; they come before its defaults
 * @throws AppError `missing_variable`
 */
export function prefaceOf(role: NamedRole, host: Values, values: Values): Preface {
  const { content } = role;
  if (typeof content === "string") return { system: content, examples: [] };
  const { system = "", examples = [] } = content;
  return { system: fillTemplate(system, valuesOf(role, host, values)) || null, examples };
}

/**
 * A question as a role words it: its template with the words in the place of `{{input}}` and the piped text in that of `{{stdin}}`. What
 * has no place of its own goes with the words, and the words behind a template that has no place for them.
 *
 * @param role null for none
 * @throws AppError `missing_variable`
 */
export function questionOf(
  role: NamedRole | null,
  host: Values,
  values: Values,
  { words, piped }: WrittenQuestion,
): string {
  const template = templateIn(role);
  const both = joined(words, piped);
  if (role === null || template === null) return both;
  const named = variablesIn(template);
  const typed = named.includes("stdin") ? words : both;
  const filled = fillTemplate(template, { ...valuesOf(role, host, values), input: typed, stdin: piped });
  return named.includes("input") ? filled : joined(filled, typed);
}

/** Whether a role asks something of its own, so that nothing need be typed. */
export function asksByItself(role: NamedRole | null): boolean {
  const template = templateIn(role);
  return template !== null && !takesInput(template);
}

/** What alone of an answer a role wants printed; null for all of it. */
export function extractionIn(role: NamedRole | null): ExtractionForm | "command" | null {
  if (role === null || typeof role.content === "string") return null;
  const { answer = null, extract = answer } = role.content;
  return extract;
}

function templateIn(role: NamedRole | null): string | null {
  return role === null || typeof role.content === "string" ? null : (role.content.prompt ?? null);
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== "").join("\n\n");
}

/** @throws AppError `missing_variable` */
function valuesOf(role: NamedRole, host: Values, values: Values): Values {
  const all = { ...host, ...values };
  const missing = missingVariables(role, all);
  if (missing.length > 0) throw new AppError("missing_variable", { role: role.name, names: missing });
  return typeof role.content === "string" ? all : { ...host, ...role.content.vars, ...values };
}

/**
 * Checks that a role takes each variable that was given on the command line.
 *
 * @param role the one in use; null for none
 * @throws AppError `bad_value`
 */
export function checkVariables(role: NamedRole | null, host: Values, given: readonly string[]): void {
  const [first] = given;
  if (first === undefined) return;
  if (role === null) throw new AppError("bad_value", { name: "--var", value: first, expected: "--role <name>" });
  const known = Object.keys(variablesOf(role, host));
  const unknown = given.find((each) => !known.includes(each));
  if (unknown === undefined) return;
  const expected = known.join(", ") || `roles.${role.name}.vars`;
  throw new AppError("bad_value", { name: "--var", value: unknown, expected, nearest: nearestTo(unknown, known) });
}
