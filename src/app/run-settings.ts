import { type Environment, readEnvironment } from "../config/environment.ts";
import { readConfigFile, readDespiteMistakes } from "../config/file.ts";
import { findFolders, type Folders } from "../config/folders.ts";
import { type LoadedSettings, loadSettings } from "../config/load.ts";
import { withOwnModels } from "../config/model-aliases.ts";
import { RoleShelf } from "../config/roles/role-shelf.ts";
import { chosenProfile, type ChosenProfile, withProfileProviders } from "../config/profile.ts";
import type { ConfigFile, Flags } from "../config/schema.ts";
import type { ConfigText } from "../config/text-file.ts";
import { AppError, asAppError, systemReason } from "../errors.ts";
import { providerNames } from "../providers/catalogue.ts";

/** Where the settings of a run come from, beside the environment. */
export interface SettingsSources {
  /** What comes before the environment and the config file; default: nothing. */
  readonly flags?: Flags;
  /** False leaves the config file alone; default true. */
  readonly configFile?: boolean;
  /** The config file as it was read before, so that it is not read twice; it counts where its path is the right one. */
  readonly config?: ConfigText | null;
  /** What is wrong in settings is kept in `mistakes` and counts as not set, instead of being thrown; default false. */
  readonly tolerant?: boolean;
}

/** The settings of a run, and where they were read. */
export interface RunSettings extends LoadedSettings {
  readonly environment: Environment;
  readonly folders: Folders;
  readonly file: ConfigFile;
  readonly roles: RoleShelf;
  readonly mistakes: AppError[];
  readonly workingFolder: string;
}

/** @throws AppError for a broken config file or an invalid setting; `no_working_folder`, `no_home` */
export async function readSettings({
  flags = {},
  configFile = true,
  config = null,
  tolerant = false,
}: SettingsSources): Promise<RunSettings> {
  const folder = workingFolder();
  const mistakes: AppError[] = [];
  const kept = tolerant ? mistakes : undefined;
  const environment = await readEnvironment(folder);
  const folders = findFolders(environment.variables);
  const read = configFile ? withOwnModels(await readFileOf(folders, config, kept)) : {};
  const profile = configFile ? profileOf(flags, environment, read, folders, kept) : null;
  const joined = profile === null ? read : withProfileProviders(read, profile.content);
  const file = await withRolePaths(joined, profile, folders);
  const providers = providerNames(file.providers ?? {});
  const { variables } = environment;
  const roles = new RoleShelf({ file, folders, variables, workingFolder: folder, providers });
  // Where it is not right, whoever uses it says so.
  const given = flags.role?.value;
  const standing = file.profiles?.[profile?.name ?? ""]?.role ?? file.role;
  if (typeof given === "string") await roles.load(given);
  else if (standing !== undefined) await roles.loadStanding(standing);
  const loaded = loadSettings(flags, environment, roles.joined(file), folders.configFile, providers, kept);
  return { ...loaded, environment, folders, file, roles, mistakes, workingFolder: folder };
}

/** @param mistakes takes the error, where given, instead of its being thrown */
function profileOf(
  flags: Flags,
  environment: Environment,
  file: ConfigFile,
  { configFile }: Folders,
  mistakes: AppError[] | undefined,
): ChosenProfile | null {
  try {
    return chosenProfile(flags, environment, file, configFile);
  } catch (error) {
    if (mistakes === undefined) throw error;
    mistakes.push(asAppError(error));
    return null;
  }
}

/** With paths of the roles that the config file and its profile name, which do not depend on the working directory. */
async function withRolePaths(file: ConfigFile, profile: ChosenProfile | null, folders: Folders): Promise<ConfigFile> {
  const role = profile?.content.role;
  if (file.role === undefined && role === undefined) return file;
  const { standingRole } = await import("../config/roles/role-places.ts");
  return {
    ...file,
    ...(file.role !== undefined && { role: standingRole(file.role, folders) }),
    ...(profile !== null &&
      role !== undefined && {
        profiles: { ...file.profiles, [profile.name]: { ...profile.content, role: standingRole(role, folders) } },
      }),
  };
}

/** @param mistakes takes what is wrong, where given, instead of its being thrown */
async function readFileOf(
  { configFile }: Folders,
  config: ConfigText | null,
  mistakes: AppError[] | undefined,
): Promise<ConfigFile> {
  const text = config?.path === configFile ? config.text : undefined;
  if (mistakes === undefined) return await readConfigFile(configFile, text, providerNames({}));
  const found = await readDespiteMistakes(configFile, text, providerNames({}));
  mistakes.push(...found.mistakes);
  return found.file;
}

/** @throws AppError `no_working_folder` where it was removed */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw systemReason(error) === "ENOENT" ? new AppError("no_working_folder", {}, { cause: error }) : error;
  }
}
