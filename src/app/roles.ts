import { existsSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../atomic-file.ts";
import { shortenHome } from "../config/home.ts";
import type { NamedRole } from "../config/roles/role.ts";
import { roleFolder } from "../config/roles/role-places.ts";
import { isRoleName, type RoleConfig } from "../config/schema.ts";
import { AppError, asAppError } from "../errors.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { table } from "../terminal/table.ts";
import { describe } from "../terminal/terminal.ts";
import type { Words } from "../words/types.ts";
import { edit as editConfig } from "./config.ts";
import type { Console } from "./console.ts";
import type { Engine } from "./engine.ts";
import { editFile } from "./external-editor.ts";
import { variablesOf } from "./role.ts";
import { tellError, tellUnsupported } from "./startup.ts";

/** Characters of a system prompt in a list. */
const promptLength = 60;

type RoleContext = Pick<Engine, "hostVariables" | "roles">;

/** A role with all that it says, for `--json`. */
function asObject({ name, origin, content, unsupported }: NamedRole): object {
  const fields = typeof content === "string" ? { system: content } : content;
  return { name, origin, ...fields, ...(unsupported.length > 0 && { unsupported }) };
}

/** The settings that hold while a role is in use, `model cheap`, in the order in which it says them. */
function settingsOf({ content }: NamedRole): string[] {
  if (typeof content === "string") return [];
  const {
    description: _description,
    system: _system,
    prompt: _prompt,
    examples: _examples,
    vars: _vars,
    ...values
  } = content;
  const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  return Object.entries(values).map(([name, value]) => `${name} ${shown(value)}`);
}

/**
 * What `roles list` does: each role with its origin, variables, settings, and what it is for. One whose file is not right is reported, and
 * the others are listed.
 */
export async function list(
  { hostVariables, roles }: RoleContext,
  { terminal, words }: Console,
  json: boolean,
): Promise<void> {
  const found = await Promise.all(
    (await roles.names()).map(async (name) => ({ name, role: await roles.peek(name).catch(asAppError) })),
  );
  if (json) {
    return terminal.json(
      found.map(({ name, role }) =>
        role instanceof AppError
          ? { name, error: { code: role.code, message: describe(role, words.errors) } }
          : asObject(role),
      ),
    );
  }
  const { muted } = terminal.ink.out;
  const cells = found.flatMap(({ role }) => {
    if (role instanceof AppError) return [];
    const variables = Object.entries(variablesOf(role, {})).flatMap(([each, value]) =>
      value !== null ? [`${each}=${startOf(value, 20)}`] : Object.hasOwn(hostVariables, each) ? [] : [each],
    );
    return [
      [
        sanitize(role.name),
        sanitize(purposeOf(role, words)),
        muted(sanitize(variables.join(", "))),
        sanitize(settingsOf(role).join(" · ")),
        muted(sanitize(placeOf(role, words))),
      ],
    ];
  });
  terminal.out(table(cells, [], terminal.tableRoom));
  for (const { role } of found) if (role instanceof AppError) tellError(terminal, words, role);
}

function placeOf({ name, origin }: NamedRole, words: Words): string {
  if (origin.path === null) return words.tables.origin["built-in"];
  return origin.kind === "project" ? `./roles/${name}.md` : shortenHome(origin.path);
}

/** What a role is for: its description, else the start of what it tells the model. */
function purposeOf({ content, name, origin }: NamedRole, { roles }: Words): string {
  if (origin.kind === "built-in") return roles.shipped[name as keyof typeof roles.shipped];
  if (typeof content === "string") return startOf(content, promptLength);
  return startOf(content.description ?? content.system ?? content.prompt ?? "", promptLength);
}

function startOf(written: string, length: number): string {
  const text = written.trim().replaceAll(/\s+/gu, " ");
  const start = Array.from(text).slice(0, length).join("");
  return start === text ? text : `${start}…`;
}

/**
 * What `roles show` does: a role of the config file as it is there, a text or YAML; any other as a role file, which says how another
 * program's is understood.
 *
 * @throws AppError `bad_value`; what is wrong in its file
 */
export async function show(
  { roles }: Pick<Engine, "roles">,
  console: Console,
  name: string,
  json: boolean,
): Promise<void> {
  const { terminal } = console;
  const role = await roles.peek(name);
  if (json) return terminal.json(asObject(role));
  terminal.text(await textOf(role));
  tellUnsupported(console, role);
}

async function textOf({ content, origin }: NamedRole): Promise<string> {
  if (typeof content === "string") return `${content.trimEnd()}\n`;
  if (origin.kind !== "config") return await fileOf(content);
  const { stringify } = await import("yaml");
  return stringify(content, { lineWidth: 0 });
}

async function fileOf(content: RoleConfig): Promise<string> {
  const { asRoleFile } = await import("../config/roles/role-file.ts");
  return await asRoleFile(content);
}

/**
 * What `roles edit` does: opens the file where a role is. A built-in one is copied to a role file first, and one that is not there yet
 * becomes one. The file is checked when the editor is closed.
 *
 * @throws AppError `not_a_terminal`; `bad_value` for a name that no role file can have; as `config edit`, and what is wrong in the file
 */
export async function edit(
  engine: Pick<Engine, "environment" | "folders" | "keyPlaces" | "roles">,
  console: Console,
  name: string,
): Promise<void> {
  const { terminal, words } = console;
  if (!terminal.interactive) throw new AppError("not_a_terminal", { what: "roles edit" });
  const found = await engine.roles.peek(name).catch(asAppError);
  const known = found instanceof AppError ? null : found;
  if (known?.origin.kind === "config") {
    const path = engine.folders.configFile;
    terminal.say(words.roles.editedConfig({ name: sanitize(name), path: sanitize(shortenHome(path)) }));
    return await editConfig(engine, console);
  }
  const path = known?.origin.path ?? brokenPath(found) ?? join(roleFolder(engine.folders), `${fileName(name)}.md`);
  if (!existsSync(path)) await create(path, known, words);
  const said = known?.origin.kind === "built-in" ? words.roles.copied : words.roles.edited;
  terminal.say(said({ name: sanitize(name), path: sanitize(shortenHome(path)) }));
  await editFile(engine, console, path);
  await engine.roles.peek(name);
}

/** Where the file of a role is that is not right. */
function brokenPath(found: NamedRole | AppError): string | null {
  const { path = null, role = null } =
    found instanceof AppError ? (found.details as { path?: string; role?: string }) : {};
  return role === null ? null : path;
}

/** @throws AppError `bad_value` */
function fileName(name: string): string {
  if (isRoleName(name)) return name;
  throw new AppError("bad_value", { name: "role", value: name, expected: "A_NAME" });
}

/** @param from the built-in role that it is a copy of; null for a new one */
async function create(path: string, from: NamedRole | null, { roles }: Words): Promise<void> {
  const { content = {} } = from ?? {};
  const description = from === null ? "" : roles.shipped[from.name as keyof typeof roles.shipped];
  const text = await fileOf(typeof content === "string" ? { system: content } : { description, ...content });
  replaceFile(path, text);
}
