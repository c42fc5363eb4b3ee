/**
 * Loads the program and runs it, with what V8 compiled of it in an earlier run of the same command. Node's own cache holds only
 * what is compiled before anything runs; nearly all of a program is compiled when it is called, which takes 30 ms.
 *
 * The files of this folder are CommonJS, as Node's loader of ES modules takes 1 to 2 ms to begin. Modules of Node are taken as the
 * bundle takes them, so that scripts/work/counter.cjs counts both.
 */
const {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} = process.getBuiltinModule("node:fs");
const { homedir } = process.getBuiltinModule("node:os");
const path = process.getBuiltinModule("node:path");
const { Script } = process.getBuiltinModule("node:vm");

/** Milliseconds by which a program has started, and V8 has dropped nothing yet. */
const started = 500;

/** Bytes in which the head of a file of compiled code ends. */
const headRoom = 16_384;

/** No compiled code: it is the first run, or nothing can be kept. That costs some time and nothing else. */
const none = { names: [], codeOf: () => undefined };

// Windows looks for a program that is named without its folder in the working directory first, where somebody's project may have
// put one that is called like an editor or a pager. https://github.com/libuv/libuv/pull/4238
if (process.platform === "win32") process.env.NoDefaultCurrentDirectoryInExePath = "1";

const args = process.argv.slice(2);
// What ships is the bundle; in a checkout without a build, the source runs directly.
const dist = path.join(__dirname, "../dist");
const isBuilt = existsSync(path.join(dist, "main.script"));
void run();

async function run() {
  const { main } = isBuilt ? runBundle() : await import("../src/main.ts");
  await main(args, { thread: path.join(__dirname, "thread.js"), build: isBuilt ? dist : null });
}

function runBundle() {
  const digest = readFileSync(path.join(dist, "digest"), "latin1");
  const place = cachePlace();
  const folders = place !== null && path.isAbsolute(place) ? foldersIn(place) : null;
  const kept = folders === null ? none : openCompiled(folders, digest);
  /** The scripts that ran and were not in the cache, or that V8 rejected because another version of it had compiled them. */
  const compiled = new Map();
  const modules = new Map();

  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const filename = path.join(dist, name);
    // ASCII alone; see scripts/build.ts.
    const source = `(function (exports, require, module, __dirname) {${readFileSync(filename, "latin1")}\n})`;
    const script = new Script(source, { filename, cachedData: kept.codeOf(name) });
    if (script.cachedDataRejected !== false) compiled.set(name, script);
    script.runInThisContext()(module.exports, requireBundled, module, dist);
    return module.exports;
  };
  const requireBundled = (name) => (name.startsWith("./") ? load(name.slice(2)) : require(name));

  /** The code taken in this run. */
  const taken = new Map();
  const keep = () => {
    for (const [name, script] of compiled) {
      const code = script.createCachedData();
      if (code.length > (taken.get(name)?.length ?? 0)) taken.set(name, code);
    }
    if (taken.size === 0 || folders === null) return;
    const others = kept.names.filter((name) => !taken.has(name)).map((name) => [name, kept.codeOf(name)]);
    writeCompiled(folders, digest, new Map([...others, ...taken]));
  };
  process.once("exit", (code) => code === 0 && keep());
  // V8 drops what has not run for a while: at the end of a long run little is left of the start, and what was taken early is more.
  setTimeout(keep, started).unref();
  return load("main.script");
}

/**
 * Where caches go: a folder of the person's own, for into the system's temporary folder, Node's default, others can write. A
 * relative path counts as not set, as the XDG specification says. Null where there is no home.
 */
function cachePlace() {
  const { XDG_CACHE_HOME: named, LOCALAPPDATA: local } = process.env;
  try {
    if (process.platform === "darwin") return path.join(homedir(), "Library", "Caches");
    if (process.platform === "win32") return local || path.join(homedir(), "AppData", "Local");
    return named && path.isAbsolute(named) ? named : path.join(homedir(), ".cache");
  } catch {
    return null;
  }
}

/** The command's name as far as it can be told without parsing. A word that is none ends in an error, so nothing is kept. */
function command() {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const [word = "chat"] = args;
  return /^[a-z]+$/.test(word) ? word : "chat";
}

/** The folders that lead to compiled code, the one above all others first. */
function foldersIn(place) {
  const own = path.join(place, "deepseek-chat");
  return [place, own, path.join(own, "compiled")];
}

/**
 * Compiled code is run, so it is taken only from the person's own folders and file, which nobody else may write to: V8 checks no
 * more of it than the length of the source. Windows knows no such modes, and a folder of the profile is private there.
 */
function isPrivate(stat) {
  return process.geteuid === undefined || (stat.uid === process.geteuid() && (stat.mode & 0o022) === 0);
}

function isPrivateFolder(folder) {
  const stat = lstatSync(folder);
  return stat.isDirectory() && isPrivate(stat);
}

/**
 * What is kept of this build. A session's file comes to have the code of everything that was ever used in one: each script's is
 * read when the script is loaded.
 */
function openCompiled([, own, folder], digest) {
  try {
    if (!isPrivateFolder(own) || !isPrivateFolder(folder)) return none;
    const file = path.join(folder, command());
    // Windows knows neither flag, and no links that anybody could make. The file stays open until the process ends.
    const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const places = placesIn(descriptor, digest);
    const codeOf = (name) => (places.has(name) ? bytesAt(descriptor, places.get(name)) : undefined);
    if (places !== null) return { names: [...places.keys()], codeOf };
    closeSync(descriptor);
  } catch {
    // As above.
  }
  return none;
}

/** Where the code of each script is in the file; null where it is not of this build, or not the person's own. */
function placesIn(descriptor, digest) {
  const stat = fstatSync(descriptor);
  if (!stat.isFile() || !isPrivate(stat)) return null;
  const start = bytesAt(descriptor, { at: 0, size: Math.min(headRoom, stat.size) });
  let at = start.indexOf("\n") + 1;
  const head = JSON.parse(start.toString("latin1", 0, at));
  if (head.digest !== digest) return null;
  const places = new Map();
  for (const [name, size] of head.scripts) {
    places.set(name, { at, size });
    at += size;
  }
  return at === stat.size ? places : null;
}

function bytesAt(descriptor, { at, size }) {
  const bytes = Buffer.allocUnsafeSlow(size);
  // Less than that is code that V8 rejects.
  return bytes.subarray(0, readSync(descriptor, bytes, 0, size, at));
}

function writeCompiled([place, own, folder], digest, codes) {
  const file = path.join(folder, command());
  const draft = `${file}.${process.pid}.${Date.now().toString(36)}`;
  try {
    makeFolder(place);
    for (const each of [own, folder]) {
      makeFolder(each);
      if (!isPrivateFolder(each)) return;
    }
    const scripts = Array.from(codes, ([name, code]) => [name, code.length]);
    const head = Buffer.from(`${JSON.stringify({ digest, scripts })}\n`);
    // V8 crashes on code that is damaged: a power cut must not leave the name with blank pages behind it.
    writeFileSync(draft, Buffer.concat([head, ...codes.values()]), { mode: 0o600, flag: "wx", flush: true });
    renameSync(draft, file);
  } catch (error) {
    // As above. A full disk takes a part of it, and what another user laid there is not ours to remove.
    if (error.code !== "EEXIST") removeIfThere(draft);
  }
}

function removeIfThere(file) {
  try {
    unlinkSync(file);
  } catch {
    // It is not, or cannot be.
  }
}

/** As `makeFolder` in src/files.ts: Node's own `recursive` never returns for a folder below /proc. */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const above = path.dirname(folder);
    if (error.code === "ENOENT" && above !== folder) {
      makeFolder(above);
      mkdirSync(folder, { mode: 0o700 });
    } else if (error.code !== "EEXIST") throw error;
  }
}
