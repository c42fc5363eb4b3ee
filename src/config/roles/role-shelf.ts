import { AppError, asAppError } from "../../errors.ts";
import type { ConfigFile } from "../schema.ts";
import type { NamedRole, RoleApproval } from "./role.ts";
import type { RolePlaces, RoleSurroundings } from "./role-places.ts";

/**
 * All roles there are. Each is read when it is first asked for, and what reads them is loaded then; one that is not right costs nothing but
 * itself.
 */
export class RoleShelf {
  /** Whether a project's role may be used; asks a person where that is not known. */
  approve: (content: RoleApproval) => Promise<boolean> = async () => false;
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
    await this.#load(name, async () => await this.#approved(await this.peek(name, option)));
  }

  /** The same for the role that the config file names for every folder, which is no project's. */
  async loadStanding(name: string): Promise<void> {
    await this.#load(name, async () => await (await this.#open()).find(name, "role", false));
  }

  /**
   * A role as it is now, to look at it: nothing need be approved.
   *
   * @throws AppError as `get`
   */
  async peek(name: string, option = "role"): Promise<NamedRole> {
    return await (await this.#open()).find(name, option, true);
  }

  /** Whether a role was found that is still to be approved. */
  isUnapproved(name: string): boolean {
    const known = this.#known.get(name);
    return known instanceof AppError && known.code === "role_unapproved";
  }

  /**
   * A role that was loaded.
   *
   * @throws AppError `bad_value` where there is no such role; `role_unapproved`; what is wrong in its file
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

  /** The config file with the roles that were loaded among its own. */
  joined(file: ConfigFile): ConfigFile {
    const loaded = [...this.#known].flatMap(([name, role]) =>
      role instanceof AppError ? [] : [[name, role.content] as const],
    );
    return loaded.length === 0 ? file : { ...file, roles: { ...file.roles, ...Object.fromEntries(loaded) } };
  }

  async #load(name: string, find: () => Promise<NamedRole>): Promise<void> {
    const known = this.#known.get(name);
    if (known === undefined || known instanceof AppError) this.#known.set(name, await find().catch(asAppError));
  }

  /** @throws AppError `role_unapproved` */
  async #approved(role: NamedRole): Promise<NamedRole> {
    const { approval, name } = role;
    if (approval === undefined || (await this.approve(approval))) return role;
    throw new AppError("role_unapproved", { role: name, path: approval.path });
  }

  async #open(): Promise<RolePlaces> {
    this.#places ??= import("./role-places.ts").then(({ RolePlaces }) => new RolePlaces(this.#around));
    return await this.#places;
  }
}
