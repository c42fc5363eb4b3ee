/**
 * Loads the program and runs it. Modules of Node are taken as below because an `import` of one reads all that it exports, which
 * takes 3 ms for node:fs.
 */
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = process.getBuiltinModule("node:fs");
const { homedir } = process.getBuiltinModule("node:os");
const { join } = process.getBuiltinModule("node:path");
const { fileURLToPath } = process.getBuiltinModule("node:url");
const { Script } = process.getBuiltinModule("node:vm");

// Compiled code is kept in a folder of the person's own: Node's default, in the system's temporary folder, others can write to.
const caches = {
  darwin: () => join(homedir(), "Library", "Caches"),
  win32: () => process.env.LOCALAPPDATA || join(homedir(), "AppData", "Local"),
};
const folder = join(
  caches[process.platform]?.() ?? (process.env.XDG_CACHE_HOME || join(homedir(), ".cache")),
  "deepseek-chat",
  "compiled",
);

const args = process.argv.slice(2);
// What ships is the bundle; in a checkout that was not built yet, the source runs as it stands.
const bundle = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const { main } = existsSync(bundle) ? runBundle() : await load("../src/main.ts");
await main(args);

/**
 * Runs the bundle, compiled as far as an earlier run of the same command needed it. Node's own cache of modules holds only what
 * is compiled before anything runs; nearly all is compiled later, which takes 25 ms.
 */
function runBundle() {
  // It is ASCII; see scripts/build.ts. Its first line, a comment, is the digest of the rest.
  const source = readFileSync(bundle, "latin1");
  const digest = source.slice(0, source.indexOf("\n"));
  const kept = join(folder, command());
  const cachedData = readKept(kept, digest);
  const script = new Script(source, { filename: bundle, cachedData });
  // V8 rejects what another version of it compiled.
  if (cachedData === undefined || script.cachedDataRejected) {
    process.once("exit", (code) => {
      if (code === 0) keep(kept, [Buffer.from(digest), script.createCachedData()]);
    });
  }
  return script.runInThisContext()((name) => load(name.replace(/^\.\//, "../dist/")));
}

/** The command's name as far as it can be told without parsing. A word that is none ends in an error, so nothing is kept. */
function command() {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const [word = "chat"] = args;
  return /^[a-z]+$/.test(word) ? word : "chat";
}

function readKept(file, digest) {
  try {
    const kept = readFileSync(file);
    return kept.toString("latin1", 0, digest.length) === digest ? kept.subarray(digest.length) : undefined;
  } catch {
    return undefined;
  }
}

function keep(file, parts) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, Buffer.concat(parts), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A home that cannot be written to costs some milliseconds and nothing else.
  }
}

/** Imports what the bundle leaves apart, with Node's cache of compiled modules. */
function load(name) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    process.getBuiltinModule("node:module").enableCompileCache(join(folder, "modules"));
  } catch {
    // As above.
  }
  return import(name);
}
