import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { systemReason } from "../errors.ts";
import { nearPath } from "../files.ts";
import { decodeText } from "../text-encoding.ts";

/** Bytes of a file that is read. */
const maxBytes = 16 * 1024 * 1024;

/** Files that hold keys and passwords. */
const secretNames =
  /^(?:\.env(?:\..+)?|\.envrc|\.npmrc|\.pypirc|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.dockercfg|credentials(?:\.(?:json|toml|ya?ml|db))?|\.\w+_history|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|.+\.(?:pem|key|p12|pfx|kdbx|jks|keystore|ppk))$/iu;
const harmlessNames = /^\.env\.(?:example|sample|template|dist|defaults?)$/iu;
/** Folders of such files, `.git` because remote addresses may hold a token. */
const secretFolders = /^(?:\.ssh|\.gnupg|\.aws|\.azure|\.kube|\.docker|\.git)$/iu;

/** The folder whose files a model may be given. */
export interface WorkingFolder {
  readonly folder: string;
  /** The program's own files of keys and settings, which are given from no folder. */
  readonly ownFiles: readonly string[];
}

/** What keeps a path from being used, in a sentence for the model. */
export class PathRefusal extends Error {}

/**
 * The real path of what a model names in the working folder.
 *
 * @param path relative to the working folder, or absolute
 * @throws PathRefusal for a path that leads out of it, also by a link, for a secret, and for what is not there
 */
function pathInside({ folder, ownFiles }: WorkingFolder, path: string): string {
  const full = resolve(folder, path);
  if (nearPath(folder, full) === null) throw new PathRefusal(`${path} is outside of the working folder.`);
  let real: string;
  try {
    real = realpathSync.native(full);
  } catch (error) {
    throw new PathRefusal(`${path} can't be opened (${systemReason(error)}).`);
  }
  const root = realpathSync.native(folder);
  const near = nearPath(root, real);
  if (near === null) throw new PathRefusal(`${path} leads out of the working folder by a link.`);
  if (isSecret(near) || isSecret(relative(folder, full)) || isOneOf(ownFiles, real)) {
    throw new PathRefusal(`${path} may hold keys or passwords: it is not read.`);
  }
  return real;
}

/** Whether a path leads to one of the files, by whatever name. */
function isOneOf(files: readonly string[], path: string): boolean {
  const at = statSync(path, { throwIfNoEntry: false });
  return files.some((file) => {
    const own = statSync(file, { throwIfNoEntry: false });
    return own !== undefined && own.ino === at?.ino && own.dev === at.dev;
  });
}

/** Whether a path names a file of keys or passwords, or lies in a folder of them. */
export function isSecret(path: string): boolean {
  const folders = path.split(sep);
  const name = basename(path);
  return (secretNames.test(name) && !harmlessNames.test(name)) || folders.some((each) => secretFolders.test(each));
}

/**
 * The text of a file in the working folder, whatever its encoding.
 *
 * @throws PathRefusal as `pathInside`; for what is no regular file, no text, or too large
 */
export function readInside(at: WorkingFolder, path: string): string {
  const real = pathInside(at, path);
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  let descriptor: number;
  try {
    descriptor = openSync(real, flags);
  } catch (error) {
    throw new PathRefusal(`${path} can't be opened (${systemReason(error)}).`);
  }
  try {
    const opened = fstatSync(descriptor);
    if (!opened.isFile()) throw new PathRefusal(`${path} is no file.`);
    // A folder on the way may have become a link meanwhile.
    const now = statSync(pathInside(at, path), { throwIfNoEntry: false });
    if (now?.ino !== opened.ino || now.dev !== opened.dev)
      throw new PathRefusal(`${path} changed while it was opened.`);
    if (opened.size > maxBytes)
      throw new PathRefusal(`${path} is too large: ${opened.size} bytes of at most ${maxBytes}.`);
    const read = decodeText(readFileSync(descriptor));
    if (typeof read === "string") throw new PathRefusal(`${path} is no text (${opened.size} bytes).`);
    return read.text;
  } finally {
    closeSync(descriptor);
  }
}

/** A path as it is told to the model: relative to the working folder, with slashes. */
export function shownPath(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/") || ".";
}

/**
 * A pattern of files, as `findFiles` takes it.
 *
 * @param path of a folder in the working folder
 * @throws PathRefusal as `pathInside`, and for a pattern that leads out of the folder
 */
export function patternInside(at: WorkingFolder, path: string, pattern: string): string {
  const near = nearPath(at.folder, resolve(at.folder, path)) ?? ".";
  pathInside(at, path);
  if (/^[/\\~]|(?:^|[/\\])\.\.(?:[/\\]|$)|^[a-z]:/iu.test(pattern))
    throw new PathRefusal(`${pattern} leads out of the folder.`);
  return pattern === "" ? `.${sep}${near}` : `.${sep}${join(near, pattern)}`;
}
