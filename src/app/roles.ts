import { existsSync } from "node:fs";
import { saveSetting } from "../config/save.ts";
import type { RoleConfig } from "../config/schema.ts";
import { AppError } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { table } from "../terminal/table.ts";
import { edit as editConfig } from "./config.ts";
import type { Console } from "./console.ts";
import type { Engine } from "./engine.ts";
import { findRole, roleNames, variablesOf } from "./role.ts";

/** Characters of a system prompt in a list. */
const promptLength = 60;

/** A role with all that it says, for `--json`. */
function asObject(name: string, role: string | RoleConfig): object {
  return typeof role === "string" ? { name, system: role } : { name, ...role };
}

/** What a role says beside its system prompt, `model cheap`, in the order in which it says it. */
function valuesOf(role: string | RoleConfig): string[] {
  if (typeof role === "string") return [];
  const { system: _system, vars: _vars, ...values } = role;
  const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.entries(values).map(([name, value]) => `${name} ${shown(value)}`);
}

/** What `roles list` does: each role with its variables, model and parameters, and the beginning of its system prompt. */
export function list({ file }: Pick<Engine, "file">, { terminal, words }: Console, json: boolean): void {
  const roles = roleNames(file).map((name) => [name, findRole(file, name)] as const);
  if (json) return terminal.json(roles.map(([name, role]) => asObject(name, role)));
  if (roles.length === 0) return terminal.say(words.session.noRoles);
  const { muted } = terminal.ink.out;
  const cells = roles.map(([name, role]) => {
    const variables = Object.entries(variablesOf(role)).map(([each, value]) =>
      value === null ? each : `${each}=${value}`,
    );
    return [
      sanitize(name),
      muted(sanitize(variables.join(", "))),
      sanitize(valuesOf(role).join(" · ")),
      sanitize(startOf(role)),
    ];
  });
  terminal.out(table(cells, [], terminal.tableRoom));
}

function startOf(role: string | RoleConfig): string {
  const text = (typeof role === "string" ? role : (role.system ?? "")).trim().replaceAll(/\s+/gu, " ");
  const start = Array.from(text).slice(0, promptLength).join("");
  return start === text ? text : `${start}…`;
}

/**
 * What `roles show` does: a text as it is, a mapping as YAML.
 *
 * @throws AppError `bad_value`
 */
export async function show(
  { file }: Pick<Engine, "file">,
  { terminal }: Console,
  name: string,
  json: boolean,
): Promise<void> {
  const role = findRole(file, name);
  if (json) return terminal.json(asObject(name, role));
  if (typeof role === "string") return terminal.text(`${role.trimEnd()}\n`);
  const { stringify } = await import("yaml");
  return terminal.text(stringify(role, { lineWidth: 0 }));
}

/**
 * What `roles edit` does: opens the config file, where the role is; one that is not there yet is added first, with an empty system
 * prompt. The file is checked when the editor is closed.
 *
 * @throws AppError `not_a_terminal`; `bad_value` for a name that no role can have; as `config edit`
 */
export async function edit(
  engine: Pick<Engine, "environment" | "file" | "folders" | "keyPlaces">,
  console: Console,
  name: string,
): Promise<void> {
  const { terminal, words } = console;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "roles edit" });
  const path = engine.folders.configFile;
  if (!existsSync(path) || !roleNames(engine.file).includes(name)) {
    await saveSetting(path, ["roles", name], { system: "" });
  }
  terminal.say(words.session.roleEdited({ name: sanitize(name), path: sanitize(path) }));
  await editConfig(engine, console);
}
