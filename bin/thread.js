/**
 * What a thread beside the program runs: see src/app/worker/worker.ts. It loads the program as load.js does, without code that V8
 * compiled earlier: few runs need a thread, and what it does takes longer.
 */
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const path = process.getBuiltinModule("node:path");
const { Script } = process.getBuiltinModule("node:vm");

const dist = path.join(__dirname, "../dist");
const isBuilt = existsSync(path.join(dist, "main.script"));
void run();

async function run() {
  const { work } = isBuilt ? loadBundle() : await import("../src/main.ts");
  await work();
}

function loadBundle() {
  const modules = new Map();
  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const filename = path.join(dist, name);
    const source = `(function (exports, require, module, __dirname) {${readFileSync(filename, "latin1")}\n})`;
    new Script(source, { filename }).runInThisContext()(module.exports, requireBundled, module, dist);
    return module.exports;
  };
  const requireBundled = (name) => (name.startsWith("./") ? load(name.slice(2)) : require(name));
  return load("main.script");
}
