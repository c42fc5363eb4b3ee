/**
 * What a thread beside the program runs: see src/app/worker/worker.ts. It loads the program as load.js does, without code that V8
 * compiled earlier: few runs need a thread, and what it does takes longer.
 */
const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
const { createRequire } = process.getBuiltinModule("node:module");
const path = process.getBuiltinModule("node:path");
const { fileURLToPath } = process.getBuiltinModule("node:url");
const { Script } = process.getBuiltinModule("node:vm");

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const { work } = existsSync(path.join(dist, "main.script")) ? loadBundle() : await import("../src/main.ts");
await work();

function loadBundle() {
  const modules = new Map();
  const installed = createRequire(import.meta.url);
  const load = (name) => {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const filename = path.join(dist, name);
    const source = `(function (exports, require, module) {${readFileSync(filename, "latin1")}\n})`;
    new Script(source, { filename }).runInThisContext()(module.exports, require, module);
    return module.exports;
  };
  const require = (name) => (name.startsWith("./") ? load(name.slice(2)) : installed(name));
  return load("main.script");
}
