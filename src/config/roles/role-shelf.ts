import { AppError, asAppError } from "../../errors.ts";
import type { ConfigFile } from "../schema.ts";
import type { NamedRole } from "./role.ts";
import type { RolePlaces, RoleSurroundings } from "./role-places.ts";

/**
 * All roles there are. Each is read when it is first asked for, and what reads them is loaded then; one that is not right costs nothing but
 * itself.
 */
export class RoleShelf {
  readonly #around: RoleSurroundings;
  #places: Promise<RolePlaces> | null = null;
  /** What came of those that were asked for. */
  readonly #known = new Map<string, NamedRole | AppError>();

  constructor(around: RoleSurroundings) {
    this.#around = around;
  }

  /** The names of all, each once. */
  async names(): Promise<string[]> {
    return (await this.#open()).names();
  }

  /**
   * Reads a role, once; what is wrong with it is thrown by `get`.
   *
   * @param option what the name was given with, for the error
   */
  async load(name: string, option = "role"): Promise<void> {
    const known = this.#known.get(name);
    if (known !== undefined && !(known instanceof AppError)) return;
    const places = await this.#open();
    this.#known.set(name, await places.find(name, option).catch(asAppError));
  }

  /**
   * A role that was loaded.
   *
   * @throws AppError `bad_value` where there is no such role; what is wrong in its file
   */
  get(name: string): NamedRole {
    const found = this.#known.get(name) ?? new AppError("internal", { message: `role ${name} was not loaded` });
    if (found instanceof AppError) throw found;
    return found;
  }

  /** The same for a role that need not be loaded yet. */
  async find(name: string, option?: string): Promise<NamedRole> {
    await this.load(name, option);
    return this.get(name);
  }

  /** The same for a role that may have been changed. */
  async reload(name: string): Promise<NamedRole> {
    this.#known.delete(name);
    return await this.find(name);
  }

  /** The config file with the roles that were loaded among its own. */
  joined(file: ConfigFile): ConfigFile {
    const loaded = [...this.#known].flatMap(([name, role]) =>
      role instanceof AppError ? [] : [[name, role.content] as const],
    );
    return loaded.length === 0 ? file : { ...file, roles: { ...file.roles, ...Object.fromEntries(loaded) } };
  }

  async #open(): Promise<RolePlaces> {
    this.#places ??= import("./role-places.ts").then(({ RolePlaces }) => new RolePlaces(this.#around));
    return await this.#places;
  }
}
