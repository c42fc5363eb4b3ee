import type { Dirent } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Ignore } from "ignore";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";
import { nearPath } from "../../files.ts";

export interface FoundFiles {
  /** Absolute, by name. */
  readonly files: readonly string[];
  /** Whether one file was named, and not a folder or a pattern. */
  readonly single: boolean;
  /** Links that lead out of the folder that was named, and folders that cannot be read; absolute. */
  readonly links: readonly string[];
  readonly closed: readonly string[];
  /** Whether the search was ended by its bounds: there are more files. */
  readonly isCut: boolean;
}

/** How many files are wanted. */
interface SearchBounds {
  readonly max: number;
  /** Whether more files are left out; without it they are an error. */
  readonly cuts: boolean;
}

/** More files than anybody means to send: most likely a folder that was not meant. */
const defaultBounds: SearchBounds = { max: 500, cuts: false };
/** Files and folders looked at before a search is given up. */
const maxEntries = 100_000;
const maxIgnoreBytes = 1 << 20;

/**
 * The files that a path, a folder or a pattern means; of a folder those that its `.gitignore` files and leading dots do not leave
 * out. Links are followed as long as they stay in the folder that was named; a single link must stay in the working directory
 * if it lies there: a folder that came from somebody else must not carry the person's own files along.
 *
 * @param path as it was typed
 * @param folder the working directory
 * @throws AppError `input_unreadable` when there are none, or too many; `interrupted` when `stop` comes first
 */
export async function findFiles(
  path: string,
  folder: string,
  stop: AbortSignal,
  bounds = defaultBounds,
): Promise<FoundFiles> {
  if (/^[a-z][a-z0-9+.-]+:\/\//iu.test(path)) throw new AppError("input_unreadable", { path, reason: "url" });
  const full = resolve(folder, expandHome(path));
  const found = await stat(full).catch((error: unknown) => systemReason(error));
  if (typeof found === "object") {
    await refuseEscape(path, full, folder);
    if (!found.isDirectory()) return { files: [full], single: true, links: [], closed: [], isCut: false };
    return await new Search(full, () => true, { dot: false, bounds, stop }).run(path, []);
  }
  const pattern = expandHome(path).replaceAll(sep, "/");
  const isPattern = /[*?]|\[.+\]|\{.+\}/u.test(pattern);
  if (!isPattern) throw new AppError("input_unreadable", { path, reason: found });
  const base = /^(?:[^*?[\]{}]*\/)?/u.exec(pattern)?.[0] ?? "";
  const root = resolve(folder, base);
  const rest = pattern.slice(base.length);
  const { default: picomatch } = await import("picomatch");
  const dot = /(?:^|\/)\./u.test(rest);
  await refuseEscape(path, root, folder);
  const search = new Search(root, picomatch(rest, { dot }), { dot, bounds, stop });
  return await search.run(path, nearPath(folder, root) === null ? [] : foldersBetween(folder, root));
}

/** @throws AppError `input_unreadable` for what lies in the working directory by its name and elsewhere in truth */
async function refuseEscape(path: string, full: string, folder: string): Promise<void> {
  if (nearPath(folder, full) === null) return;
  const [real, realFolder] = await Promise.all([realpath(full).catch(() => null), realpath(folder)]);
  if (real !== null && nearPath(realFolder, real) === null) {
    throw new AppError("input_unreadable", { path, reason: "link", limit: real });
  }
}

/** From the outermost one to the one that holds `inner`. */
function foldersBetween(outer: string, inner: string): string[] {
  const folders: string[] = [];
  for (let at = inner; at !== outer && nearPath(outer, at) !== null; at = dirname(at)) folders.unshift(dirname(at));
  return folders;
}

interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

class Search {
  readonly #root: string;
  readonly #matches: (path: string) => boolean;
  readonly #dot: boolean;
  readonly #bounds: SearchBounds;
  readonly #stop: AbortSignal;
  readonly #files = new Set<string>();
  readonly #links: string[] = [];
  readonly #closed: string[] = [];
  #realRoot = "";
  #entries = 0;
  #isCut = false;

  /**
   * @param matches gets a path from the root, with slashes
   * @param dot whether names with a leading dot count
   */
  constructor(
    root: string,
    matches: (path: string) => boolean,
    { dot, bounds, stop }: { readonly dot: boolean; readonly bounds: SearchBounds; readonly stop: AbortSignal },
  ) {
    this.#root = root;
    this.#matches = matches;
    this.#dot = dot;
    this.#bounds = bounds;
    this.#stop = stop;
  }

  /** @param outer folders above the root whose `.gitignore` counts, too */
  async run(path: string, outer: readonly string[]): Promise<FoundFiles> {
    this.#realRoot = await realpath(this.#root).catch(() => this.#root);
    const rules: Rules[] = [];
    for (const folder of outer) rules.push(...(await rulesOf(folder)));
    await this.#walk(this.#root, rules, path);
    const [links, closed] = [this.#links, this.#closed];
    const files = [...this.#files].sort().slice(0, this.#bounds.max);
    if (files.length === 0 && links.length === 0) {
      const reason = closed.length > 0 ? "EACCES" : "no_match";
      throw new AppError("input_unreadable", { path, reason });
    }
    return { files, single: false, links, closed, isCut: this.#isCut };
  }

  async #walk(folder: string, above: readonly Rules[], path: string): Promise<void> {
    if (this.#stop.aborted) throw new AppError("interrupted", {});
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
    if (entries === null) return void this.#closed.push(folder);
    const rules = [...above, ...(await rulesOf(folder))];
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (this.#isCut) return;
      const { max, cuts } = this.#bounds;
      // One more than wanted shows that there are more.
      if (++this.#entries > maxEntries || this.#files.size > max) {
        if (!cuts) throw new AppError("input_unreadable", { path, reason: "too_many", limit: String(max) });
        this.#isCut = true;
        return;
      }
      if (entry.name === ".git" || (!this.#dot && entry.name.startsWith("."))) continue;
      await this.#take(entry, join(folder, entry.name), rules, path);
    }
  }

  async #take(entry: Dirent, full: string, rules: readonly Rules[], path: string): Promise<void> {
    if (isIgnored(full, entry.isDirectory(), rules)) return;
    if (entry.isDirectory()) return await this.#walk(full, rules, path);
    if (!this.#matches(relative(this.#root, full).replaceAll(sep, "/"))) return;
    if (entry.isFile()) this.#files.add(full);
    if (!entry.isSymbolicLink()) return;
    const real = await realpath(full).catch(() => null);
    // A broken link is none; a folder within is walked by itself.
    if (real === null) return;
    if (nearPath(this.#realRoot, real) === null) this.#links.push(full);
    else if ((await stat(real).catch(() => null))?.isFile() === true) this.#files.add(full);
  }
}

async function rulesOf(folder: string): Promise<Rules[]> {
  const file = join(folder, ".gitignore");
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile() || found.size > maxIgnoreBytes) return [];
  const text = await readFile(file, "utf8").catch(() => "");
  const { default: ignore } = await import("ignore");
  return text === "" ? [] : [{ folder, rules: ignore({ allowRelativePaths: true }).add(text) }];
}

/** The innermost file that says anything of a path decides. */
function isIgnored(full: string, isFolder: boolean, rules: readonly Rules[]): boolean {
  for (const { folder, rules: own } of rules.toReversed()) {
    const near = relative(folder, full).replaceAll(sep, "/");
    const { ignored, unignored } = own.test(isFolder ? `${near}/` : near);
    if (ignored || unignored) return ignored;
  }
  return false;
}
