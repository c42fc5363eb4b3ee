import { readdirSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import type { FileLimits } from "../../files.ts";
import { marks, nearestTo } from "../expectation.ts";
import type { Folders } from "../folders.ts";
import { expandHome, home } from "../home.ts";
import { aliasesOf } from "../model-aliases.ts";
import { type ConfigFile, isRoleName } from "../schema.ts";
import { isInlineSchema } from "../schema-path.ts";
import { maxSettingsBytes, readTextFile } from "../text-file.ts";
import type { Variables } from "../variables.ts";
import type { NamedRole, RoleOrigin, RoleReading } from "./role.ts";

/** Where roles are looked for. */
interface RolePlace {
  /** As `--role` takes them. */
  readonly names: () => readonly string[];
  /**
   * @returns null where there is no such role here
   * @throws AppError `config_broken`, `config_unknown`, `config_misfit` for a file that is not right
   */
  readonly find: (name: string) => Promise<NamedRole | null>;
}

/** What places depend on. */
export interface RoleSurroundings {
  readonly file: Pick<ConfigFile, "models" | "roles">;
  readonly folders: Pick<Folders, "configFile">;
  readonly variables: Variables;
  readonly workingFolder: string;
  /** Names of all providers. */
  readonly providers: readonly string[];
}

/** @param model what a model's name of another program stands for here; null for none */
type ReadRole = (path: string, text: string, model: (name: string) => string | null) => Promise<RoleReading>;

/** Folders with a file for each role. */
interface RoleFolder {
  readonly kind: RoleOrigin["kind"];
  /** What stands before its roles' names. */
  readonly prefix: "" | "aichat:" | "llm:";
  readonly extension: ".md" | ".yaml";
  readonly path: () => string;
  readonly read: ReadRole;
}

const readOwn: ReadRole = async (path, text) => await (await import("./role-file.ts")).readRoleFile(path, text);
const readAichat: ReadRole = async (...given) => await (await import("./aichat-role.ts")).readAichatRole(...given);
const readLlm: ReadRole = async (...given) => await (await import("./llm-template.ts")).readLlmTemplate(...given);

/** All places of roles. */
export class RolePlaces {
  /** In the order in which a name is looked for. */
  readonly #places: readonly RolePlace[];
  readonly #project: RolePlace;

  constructor(around: RoleSurroundings) {
    const { file, folders } = around;
    this.#project = folderPlace(projectFolder(around), around);
    this.#places = [
      configPlace(file, folders.configFile),
      folderPlace(ownFolder(around), around),
      this.#project,
      ...foreignFolders(around).map((folder) => folderPlace(folder, around)),
      pathPlace(around),
      shippedPlace,
    ];
  }

  /** The names of all roles, each once. */
  names(): string[] {
    return [...new Set(this.#places.flatMap(({ names }) => names()))];
  }

  /**
   * @param option what the name was given with, for the error
   * @param withProject whether it may be a role of the working directory, which is still to be approved
   * @throws AppError `bad_value` where there is no such role; what is wrong in its file
   */
  async find(name: string, option: string, withProject: boolean): Promise<NamedRole> {
    for (const place of this.#places) {
      if (place === this.#project && !withProject) continue;
      const role = await place.find(name);
      if (role !== null) return role;
    }
    const all = this.names();
    // Another program's may be many, and are hardly meant.
    const names = name.includes(":") ? all : all.filter((each) => !each.includes(":"));
    const nearest = nearestTo(name, names);
    throw new AppError("bad_value", { name: option, value: name, expected: names.join(", "), nearest });
  }
}

/** The folder of a person's role files. */
export function roleFolder({ configFile }: Pick<Folders, "configFile">): string {
  return join(dirname(configFile), "roles");
}

function ownFolder({ folders }: RoleSurroundings): RoleFolder {
  return { kind: "folder", prefix: "", extension: ".md", path: () => roleFolder(folders), read: readOwn };
}

/** It may have come with somebody's project. */
function projectFolder({ workingFolder }: RoleSurroundings): RoleFolder {
  return { kind: "project", prefix: "", extension: ".md", path: () => join(workingFolder, "roles"), read: readOwn };
}

function foreignFolders({ variables }: RoleSurroundings): RoleFolder[] {
  const { AICHAT_ROLES_DIR, AICHAT_CONFIG_DIR, LLM_USER_PATH } = variables;
  const inConfig = (name: string) => join(configFolder(variables), name);
  return [
    {
      kind: "aichat",
      prefix: "aichat:",
      extension: ".md",
      path: () => AICHAT_ROLES_DIR || join(AICHAT_CONFIG_DIR || inConfig("aichat"), "roles"),
      read: readAichat,
    },
    {
      kind: "llm",
      prefix: "llm:",
      extension: ".yaml",
      path: () => join(LLM_USER_PATH || inConfig("io.datasette.llm"), "templates"),
      read: readLlm,
    },
  ];
}

/** Where programs that follow the platform keep their settings. */
function configFolder(variables: Variables): string {
  const { APPDATA, XDG_CONFIG_HOME } = variables;
  if (process.platform === "darwin") return join(home(), "Library", "Application Support");
  if (process.platform === "win32") return APPDATA || join(home(), "AppData", "Roaming");
  return XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(home(), ".config");
}

function configPlace({ roles = {} }: Pick<ConfigFile, "roles">, path: string): RolePlace {
  return {
    names: () => Object.keys(roles),
    async find(name) {
      const content = Object.hasOwn(roles, name) ? roles[name] : undefined;
      return content === undefined ? null : { name, origin: { kind: "config", path }, content, unsupported: [] };
    },
  };
}

const shippedPlace: RolePlace = {
  names: () => shippedNames,
  async find(name) {
    if (!shippedNames.some((each) => each === name)) return null;
    const { shippedRoles } = await import("./shipped-roles.ts");
    const content = shippedRoles[name as keyof typeof shippedRoles];
    return { name, origin: { kind: "built-in", path: null }, content, unsupported: [] };
  },
};

/** The texts are loaded when one of them is used. */
const shippedNames = ["commit", "translate", "explain", "review", "shell"] as const;

function folderPlace({ kind, prefix, extension, path, read }: RoleFolder, around: RoleSurroundings): RolePlace {
  return {
    names() {
      const files = namesIn(path()).filter((file) => file.endsWith(extension));
      return files
        .map((file) => file.slice(0, -extension.length))
        .filter(isRoleName)
        .map((name) => prefix + name);
    },
    async find(name) {
      const own = name.startsWith(prefix) ? name.slice(prefix.length) : "";
      if (!isRoleName(own)) return null;
      return await readRole({ name, kind, path: join(path(), own + extension) }, read, around);
    },
  };
}

/** A role by the path of its file: of this program, of llm where it is YAML, or of the program that is named before it. */
function pathPlace(around: RoleSurroundings): RolePlace {
  return {
    names: () => [],
    async find(name) {
      const [, program, written = ""] = /^(?:(aichat|llm):)?(.*)$/su.exec(name) ?? [];
      if (!isPath(written)) return null;
      const path = resolve(around.workingFolder, expandHome(written));
      const isLlm = program === "llm" || (program === undefined && /\.ya?ml$/iu.test(path));
      const read = program === "aichat" ? readAichat : isLlm ? readLlm : readOwn;
      return await readRole({ name, kind: "path", path }, read, around);
    },
  };
}

/** Whether a role's name is the path of a file. */
function isPath(name: string): boolean {
  return name.includes("/") || (process.platform === "win32" && name.includes("\\"));
}

/**
 * The role that the config file names by default, with a path that does not depend on the working directory: in somebody's project the
 * same relative path may be another file.
 */
export function standingRole(role: string, { configFile }: Pick<Folders, "configFile">): string {
  const [, program = "", written = ""] = /^((?:aichat|llm):)?(.*)$/su.exec(role) ?? [];
  return isPath(written) ? program + resolve(dirname(configFile), expandHome(written)) : role;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // It need not be there.
    return [];
  }
}

/** A person may name any file; what lies in a folder is looked at as the config file is, and a project's as its `.env`. */
const limits: Readonly<Partial<Record<RoleOrigin["kind"], Omit<FileLimits, "maxBytes">>>> = {
  folder: { owner: "settled" },
  aichat: { owner: "settled" },
  llm: { owner: "settled" },
  project: { owner: "folder", noLinks: true },
};

/**
 * What is approved of a project's role is its file alone, so its schema must stand in it.
 *
 * @throws AppError `config_misfit`
 */
function checkSchema(path: string, content: NamedRole["content"]): void {
  const schema = typeof content === "string" ? undefined : content.schema;
  if (typeof schema !== "string" || isInlineSchema(schema)) return;
  const value = JSON.stringify(schema);
  throw new AppError("config_misfit", { path, line: null, key: "schema", value, expected: marks.mapping });
}

/** What a project's role sets, for a file that is too long to be read at once. */
function summaryOf(content: NamedRole["content"]): string {
  if (typeof content === "string") return content;
  const { system = "", prompt = "", ...settings } = content;
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [...lines, "", system, prompt].join("\n").trim();
}

async function readRole(
  { name, kind, path }: { readonly name: string; readonly kind: RoleOrigin["kind"]; readonly path: string },
  read: ReadRole,
  around: RoleSurroundings,
): Promise<NamedRole | null> {
  let text: string;
  try {
    text = readTextFile(path, { maxBytes: maxSettingsBytes / 4, ...limits[kind] });
  } catch (error) {
    const reason = systemReason(error);
    if (reason === "ENOENT" || reason === "ENOTDIR") return null;
    const place = { path, line: null, key: null, said: "", role: name };
    throw new AppError("config_broken", { ...place, reason }, { cause: error });
  }
  try {
    const role = { name, origin: { kind, path }, ...(await read(path, text, (model) => ownModel(model, around))) };
    if (kind !== "project") return role;
    checkSchema(path, role.content);
    return { ...role, approval: { path, content: text, summary: summaryOf(role.content) } };
  } catch (error) {
    throw error instanceof AppError ? ofRole(error, name) : error;
  }
}

/** A model of another program's file, where it is an alias, or of a provider that there is: `provider:id` or `provider/id`. */
function ownModel(name: string, { file, providers }: Pick<RoleSurroundings, "file" | "providers">): string | null {
  if (Object.hasOwn(aliasesOf(file), name)) return name;
  const [, provider = "", id = ""] = /^([^:/]+)[:/](.+)$/u.exec(name) ?? [];
  return providers.includes(provider) ? `${provider}/${id}` : null;
}

/** What is wrong in a role's file is not in the config file. */
function ofRole(error: AppError, role: string): AppError {
  return new AppError(error.code as "config_broken", { ...(error as AppError<"config_broken">).details, role });
}
