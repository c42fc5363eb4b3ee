/**
 * Bundles src/main.ts and its packages into dist/, or the folder given as argument: one entry and the chunks it loads when
 * first needed. Prints nothing when all is well, so that `npm start` begins with the program itself.
 */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { builtinModules, findPackageJSON } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * An ES import of a module of Node reads every one of its exports, getters included: `node:http` has three that load all of
 * undici (28 ms), `node:process` opens stdin. Here a module of Node is loaded when the first of its exports is used, and the
 * others stay unread.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(bundle) {
    const bare = new Set(builtinModules);
    bundle.onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z]+)?$/ }, ({ path: name, namespace, kind }) => {
      if (namespace === "builtin" || !(name.startsWith("node:") || bare.has(name))) return null;
      // Of a dynamic import only the default export would be there; and there is nothing to gain by one.
      if (kind === "dynamic-import")
        return { errors: [{ text: `Import ${name} statically: it is loaded at first use.` }] };
      return { path: name.startsWith("node:") ? name : `node:${name}`, namespace: "builtin", sideEffects: false };
    });
    bundle.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path: name }) => ({ contents: lazily(name) }));
  },
};

/**
 * The `openai` package's helpers that drive tools and gather streams by themselves: never used here (they lose data, see
 * src/providers/deltas.ts), and loading their base class alone touches Node's `Headers`, which loads undici (22 ms).
 */
const withoutRunners: Plugin = {
  name: "without-runners",
  setup(bundle) {
    bundle.onLoad({ filter: /openai[\\/]lib[\\/]EventStream\.mjs$/ }, () => ({
      contents: "export class EventStream {}",
    }));
  },
};

/**
 * In a chunk of its own a CommonJS package has its default export alone. The names that Node finds in it are exported by hand,
 * so that a dynamic import gives the same in the bundle as in the source.
 */
const namedExports: Plugin = {
  name: "named-exports",
  setup(bundle) {
    bundle.onResolve({ filter: /^[@a-z]/ }, async ({ path: name, kind, resolveDir }) => {
      if (kind !== "dynamic-import") return null;
      const found = await bundle.resolve(name, { kind: "import-statement", resolveDir });
      return isCommonJs(found.path) ? { path: name, namespace: "named-exports", pluginData: resolveDir } : null;
    });
    bundle.onLoad({ filter: /.*/, namespace: "named-exports" }, async ({ path: name, pluginData }) => {
      const names = Object.keys((await import(name)) as object).filter((key) => /^[\w$]+$/.test(key));
      return {
        contents: `export { ${names.join(", ")} } from ${JSON.stringify(name)};`,
        resolveDir: pluginData as string,
      };
    });
  },
};

function isCommonJs(file: string): boolean {
  if (!file.endsWith(".js")) return file.endsWith(".cjs");
  const manifest = findPackageJSON(pathToFileURL(file));
  return manifest !== undefined && (JSON.parse(readFileSync(manifest, "utf8")) as { type?: string }).type !== "module";
}

function lazily(name: string): string {
  const load = `process.getBuiltinModule(${JSON.stringify(name)})`;
  const exported: unknown = process.getBuiltinModule(name);
  if (typeof exported === "function") return `module.exports = ${load};`;
  const names = JSON.stringify(Object.getOwnPropertyNames(exported));
  return `for (const name of ${names}) Object.defineProperty(exports, name, { enumerable: true, get: () => ${load}[name] });`;
}

const outdir = process.argv[2] ?? path("../dist");
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [path("../src/main.ts")],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  // Optional, and a binary: src/config/keyring.ts does without it where it is missing.
  external: ["@napi-rs/keyring"],
  plugins: [lazyBuiltins, namedExports, withoutRunners],
  // docs/decisions/0003-bundler.md says why these globals are replaced.
  inject: [path("light-globals.ts")],
  define: {
    "globalThis.ReadableStream": "undefined",
    "globalThis.Blob": "undefined",
    "globalThis.Headers": "undefined",
  },
});
