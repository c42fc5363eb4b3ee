/**
 * Loads the program and runs it, with what V8 compiled of it in an earlier run of the same command. Node's own cache holds only
 * what is compiled before anything runs; nearly all of a program is compiled when it is called, which takes 30 ms.
 *
 * Modules of Node are taken as below because an `import` of one reads all that it exports, which takes 3 ms for node:fs.
 */
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { homedir } = process.getBuiltinModule("node:os");
const path = process.getBuiltinModule("node:path");
const { fileURLToPath } = process.getBuiltinModule("node:url");
const { Script } = process.getBuiltinModule("node:vm");

/** Milliseconds by which a program has started, and V8 has dropped nothing yet. */
const started = 500;

const args = process.argv.slice(2);
// What ships is the bundle; in a checkout that was not built yet, the source runs as it stands.
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const { main } = existsSync(path.join(dist, "main.script")) ? runBundle() : await import("../src/main.ts");
await main(args);

function runBundle() {
  const digest = readFileSync(path.join(dist, "digest"), "latin1");
  const cache = path.join(cacheFolder(), command());
  const kept = readCompiled(cache, digest);
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
    const source = `(function (exports, require, module) {${readFileSync(filename, "latin1")}\n})`;
    const script = new Script(source, { filename, cachedData: kept.get(name) });
    if (script.cachedDataRejected !== false) compiled.set(name, script);
    script.runInThisContext()(module.exports, require, module);
    return module.exports;
  };
  const require = (name) => (name.startsWith("./") ? load(name.slice(2)) : requireInstalled(name));

  /** The code taken in this run. */
  const taken = new Map();
  const keep = () => {
    for (const [name, script] of compiled) {
      const code = script.createCachedData();
      if (code.length > (taken.get(name)?.length ?? 0)) taken.set(name, code);
    }
    if (taken.size > 0) writeCompiled(cache, digest, new Map([...kept, ...taken]));
  };
  process.once("exit", (code) => code === 0 && keep());
  // V8 drops what has not run for a while: at the end of a long run little is left of the start, and what was taken early is more.
  setTimeout(keep, started).unref();
  return load("main.script");
}

/** A package that is not in the bundle; throws where it is not installed. */
function requireInstalled(name) {
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
}

/** A folder of the person's own: into the system's temporary folder, Node's default, others can write. */
function cacheFolder() {
  const places = {
    darwin: () => path.join(homedir(), "Library", "Caches"),
    win32: () => process.env.LOCALAPPDATA || path.join(homedir(), "AppData", "Local"),
  };
  const place = places[process.platform]?.() ?? (process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"));
  return path.join(place, "deepseek-chat", "compiled");
}

/** The command's name as far as it can be told without parsing. A word that is none ends in an error, so nothing is kept. */
function command() {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const [word = "chat"] = args;
  return /^[a-z]+$/.test(word) ? word : "chat";
}

/** What is kept of this build: the name of each script, and the code compiled. */
function readCompiled(file, digest) {
  const kept = new Map();
  try {
    const bytes = readFileSync(file);
    let at = bytes.indexOf("\n") + 1;
    const head = JSON.parse(bytes.toString("latin1", 0, at));
    if (head.digest !== digest) return kept;
    for (const [name, size] of head.scripts) kept.set(name, bytes.subarray(at, (at += size)));
  } catch {
    // It is the first run, or nothing can be kept: that costs some time and nothing else.
  }
  return kept;
}

function writeCompiled(file, digest, kept) {
  try {
    mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
    const scripts = Array.from(kept, ([name, code]) => [name, code.length]);
    const draft = `${file}.${process.pid}`;
    const head = Buffer.from(`${JSON.stringify({ digest, scripts })}\n`);
    writeFileSync(draft, Buffer.concat([head, ...kept.values()]), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // As above.
  }
}
