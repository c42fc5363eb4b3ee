import { nearestTo } from "../config/expectation.ts";
import { fillTemplate, missingIn, variablesIn } from "../config/role-template.ts";
import type { ConfigFile, RoleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";

type Values = Readonly<Record<string, string>>;

/** The names of all roles. */
export function roleNames({ roles = {} }: Pick<ConfigFile, "roles">): string[] {
  return Object.keys(roles);
}

/**
 * A role as the config file has it: a text is a system prompt verbatim, a mapping has a template.
 *
 * @param option what the name was given with, for the error
 * @throws AppError `bad_value` where there is no such role
 */
export function findRole(file: Pick<ConfigFile, "roles">, name: string, option = "role"): string | RoleConfig {
  const roles = file.roles ?? {};
  const found = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (found !== undefined) return found;
  const names = roleNames(file);
  const expected = names.join(", ") || "roles.<name>";
  throw new AppError("bad_value", { name: option, value: name, expected, nearest: nearestTo(name, names) });
}

/** The variables that a role takes, each with its default; null where it has none. */
export function variablesOf(role: string | RoleConfig): Readonly<Record<string, string | null>> {
  if (typeof role === "string") return {};
  const { system = "", vars = {} } = role;
  return { ...Object.fromEntries(variablesIn(system).map((name) => [name, null])), ...vars };
}

/** The variables of a role that neither the values nor its defaults give a value. */
export function missingVariables(role: string | RoleConfig, values: Values): string[] {
  return typeof role === "string" ? [] : missingIn(role.system ?? "", { ...role.vars, ...values });
}

/**
 * The system prompt of a role; null where it has none.
 *
 * @param values of its variables; they come before its defaults
 * @throws AppError `missing_variable`
 */
export function promptOf(name: string, role: string | RoleConfig, values: Values): string | null {
  if (typeof role === "string") return role;
  const missing = missingVariables(role, values);
  if (missing.length > 0) throw new AppError("missing_variable", { role: name, names: missing });
  return fillTemplate(role.system ?? "", { ...role.vars, ...values }) || null;
}

/**
 * Checks that a role takes each variable that was given on the command line.
 *
 * @param name of the role; null where none is in use
 * @throws AppError `bad_value`
 */
export function checkVariables(file: Pick<ConfigFile, "roles">, name: string | null, given: readonly string[]): void {
  const [first] = given;
  if (first === undefined) return;
  if (name === null) throw new AppError("bad_value", { name: "--var", value: first, expected: "--role <name>" });
  const known = Object.keys(variablesOf(findRole(file, name)));
  const unknown = given.find((each) => !known.includes(each));
  if (unknown === undefined) return;
  const expected = known.join(", ") || `roles.${name}.vars`;
  throw new AppError("bad_value", { name: "--var", value: unknown, expected, nearest: nearestTo(unknown, known) });
}
