/**
 * Bundles src/main.ts and its packages into dist/, or the folder given as argument: one file for the program, and one for each
 * big package that only some runs need. Prints nothing when all is well, so that `npm start` begins with the program itself.
 * What is gained by each step is measured in docs/decisions/0003-bundler.md.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { builtinModules, findPackageJSON } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";

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

/** What a module of Node becomes. An ES import gets what such a module inherits; listing its names would take longer. */
function lazily(name: string): string {
  const module = `process.getBuiltinModule(${JSON.stringify(name)})`;
  if (typeof process.getBuiltinModule(name) === "function") return `module.exports = ${module};`;
  return `let loaded;
    const get = (_, key) => key === "__esModule" ? undefined : (loaded ??= ${module})[key];
    module.exports = Object.create(new Proxy({}, { get }));`;
}

/** `string-width` is one function, and makes tables of all emoji when it is imported (10 ms): it is, at the first call. */
const lazyFunctions: Plugin = {
  name: "lazy-functions",
  setup(bundle) {
    bundle.onResolve({ filter: /^string-width$/ }, ({ path: name, kind, resolveDir }) =>
      kind === "import-statement" ? { path: name, namespace: "lazy-function", pluginData: resolveDir } : null,
    );
    bundle.onLoad({ filter: /.*/, namespace: "lazy-function" }, ({ path: name, pluginData }) => ({
      contents: `export default (...given) => require(${JSON.stringify(name)}).default(...given);`,
      resolveDir: pluginData as string,
    }));
  },
};

/**
 * Of the `openai` package nothing is used but its client, `chat.completions.create` and the reading of streams. Every other
 * class it has (images, files, runners that drive tools …) is an empty one here: less to load, and no touch of `Headers`.
 */
const chatAlone: Plugin = {
  name: "chat-alone",
  setup(bundle) {
    const used = /resources[\\/](?:index|shared|chat[\\/].*)\.mjs$|lib[\\/](?:parser|chat-completions[\\/].*)\.mjs$/;
    bundle.onLoad({ filter: /openai[\\/](?:resources|lib)[\\/].*\.mjs$/ }, async ({ path: file }) => {
      if (used.test(file)) return null;
      const names = Object.keys((await import(pathToFileURL(file).href)) as object);
      return { contents: names.map((name) => `export class ${name} {}`).join("\n") };
    });
  },
};

/** Packages that are imported when first needed, and then by most runs: they stay in the program's file. */
const together = /^(?:openai|yaml|dotenv)(?:\/|$)/;
/** Optional, and a binary: src/config/keyring.ts does without it where it is missing. */
const missing = ["@napi-rs/keyring"];

/** Gathers, as entries of the second build, the other packages that are imported when first needed. */
function packagesApart(entries: Record<string, string>): Plugin {
  return {
    name: "packages-apart",
    setup(bundle) {
      bundle.onResolve({ filter: /^[@a-z]/ }, ({ path: name, kind }) => {
        if (kind !== "dynamic-import" || together.test(name) || missing.includes(name) || name.startsWith("node:")) {
          return null;
        }
        const file = `packages/${name.replace("@", "").replaceAll("/", "-")}`;
        entries[file] = name;
        return { path: `./${file}.js`, external: true };
      });
    },
  };
}

/**
 * As an entry a CommonJS package has its default export alone. The names that Node finds in it are exported by hand, so that a
 * dynamic import gives the same in the bundle as in the source.
 */
const namedExports: Plugin = {
  name: "named-exports",
  setup(bundle) {
    bundle.onResolve({ filter: /^[@a-z]/ }, async ({ path: name, kind, resolveDir }) => {
      if (kind !== "entry-point") return null;
      const found = await bundle.resolve(name, { kind: "import-statement", resolveDir });
      return isCommonJs(found.path) ? { path: name, namespace: "named-exports", pluginData: resolveDir } : found;
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

const outdir = process.argv[2] ?? path("../dist");
const options = {
  outdir,
  bundle: true,
  platform: "node",
  target: "node22",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  external: missing,
  // docs/decisions/0003-bundler.md says why these globals are replaced.
  inject: [path("light-globals.ts")],
  define: {
    "globalThis.ReadableStream": "undefined",
    "globalThis.Blob": "undefined",
    "globalThis.Headers": "undefined",
  },
} satisfies BuildOptions;

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const packages: Record<string, string> = {};
const program = await build({
  ...options,
  entryPoints: [path("../src/main.ts")],
  // A script whose value is a function that gives what src/main.ts exports: see bin/load.js.
  format: "iife",
  globalName: "program",
  banner: { js: "(__load) => {" },
  footer: { js: "return program; }" },
  plugins: [packagesApart(packages), lazyBuiltins, lazyFunctions, chatAlone],
  write: false,
});
// A script cannot import without a warning of Node's; its loader does it for it.
const imported = [...Object.keys(packages).map((file) => `./${file}.js`), ...missing];
const text = imported
  .reduce((script, name) => script.replaceAll(`import("${name}")`, `__load("${name}")`), program.outputFiles[0]!.text)
  // In regular expressions esbuild leaves signs as they are; a text of ASCII alone is read and kept as bytes (2 ms).
  .replace(/[^\x00-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
// The first line tells this build from all others.
await writeFile(join(outdir, "main.js"), `//${createHash("sha256").update(text).digest("hex")}\n${text}`);
await build({
  ...options,
  entryPoints: packages,
  format: "esm",
  splitting: true,
  chunkNames: "packages/shared-[hash]",
  plugins: [lazyBuiltins, namedExports],
});
