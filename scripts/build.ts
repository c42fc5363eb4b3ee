/**
 * Bundles src/main.ts, or the entry given as second argument, and its packages into dist/, or the folder given as first: one file for the program as far as a
 * question needs it, and one for each part that is imported when first needed. Prints nothing when all is well, so that
 * `npm start` begins with the program itself. docs/decisions/0016-bundler.md says what each step is for.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Plugin, type PreRenderedChunk, rolldown } from "rolldown";
import { helpPages } from "./help-pages.ts";
import { notices } from "./notices.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * An ES import of a module of Node reads every one of its exports, getters included: `node:http` has three that load all of
 * undici (28 ms), `node:process` opens stdin. Here a module of Node is loaded when the first of its exports is used, and the
 * others stay unread.
 */
function lazyBuiltins(): Plugin {
  const bare = new Set(builtinModules);
  const prefix = "\0builtin:";
  return {
    name: "lazy-builtins",
    resolveId(name) {
      if (!name.startsWith("node:") && !bare.has(name)) return null;
      return { id: `${prefix}${name.replace(/^node:/, "")}`, moduleSideEffects: false };
    },
    load: (id) => (id.startsWith(prefix) ? lazily(`node:${id.slice(prefix.length)}`) : null),
  };
}

/** What a module of Node becomes. An ES import gets what such a module inherits; listing its names would take longer. */
function lazily(name: string): string {
  const module = `process.getBuiltinModule(${JSON.stringify(name)})`;
  if (typeof process.getBuiltinModule(name) === "function") return `module.exports = ${module};`;
  return `let loaded;
    const get = (_, key) => key === "__esModule" ? undefined : (loaded ??= ${module})[key];
    module.exports = Object.create(new Proxy({}, { get }));
    ${name === "node:tty" ? terminalTest : ""}`;
}

/**
 * `node:tty` loads sockets and streams, 4 ms: for a pipe, a file or the null device it need not be asked. Windows answers by
 * `node:tty` alone.
 */
const terminalTest = `let nullDevice;
module.exports.isatty = (descriptor) => {
  try {
    const { fstatSync, statSync } = process.getBuiltinModule("node:fs");
    if (process.platform !== "win32") {
      const device = fstatSync(descriptor);
      if (!device.isCharacterDevice()) return false;
      nullDevice ??= statSync("/dev/null").rdev;
      if (device.rdev === nullDevice) return false;
    }
  } catch {
    return false;
  }
  return get(null, "isatty")(descriptor);
};`;

/** `string-width` is one function, and makes tables of all emoji when it is imported (10 ms): it is, at the first call. */
function lazyFunctions(): Plugin {
  const name = "string-width";
  const id = `\0lazy:${name}`;
  return {
    name: "lazy-functions",
    resolveId: (imported, importer) => (imported === name && importer !== id ? id : null),
    load(loaded) {
      if (loaded !== id) return null;
      return `export default (...given) => require(${JSON.stringify(fileURLToPath(import.meta.resolve(name)))}).default(...given);`;
    },
  };
}

/** Of `chalk` the program asks only what a terminal can show: its styles, one object each, are not made. */
function colorSupport(): Plugin {
  const id = "\0color-support";
  const file = fileURLToPath(new URL("vendor/supports-color/index.js", import.meta.resolve("chalk")));
  return {
    name: "color-support",
    resolveId: (name, importer = "") => (name === "chalk" && /[\\/]src[\\/]/.test(importer) ? id : null),
    load: (loaded) =>
      loaded === id
        ? `import support from ${JSON.stringify(file)};
           export const { stdout: supportsColor, stderr: supportsColorStderr } = support;`
        : null,
  };
}

/**
 * The `openai` package's client makes an object of every class that the package has (images, files, runners that drive tools …).
 * Here it finds empty classes in the place of all but `chat.completions`: less to load, and no touch of `Headers`. Who needs one
 * of them imports it when it is needed, and makes it of the client: `new Files(client)`.
 */
function chatAlone(): Plugin {
  const used = /resources[\\/](?:index|shared|chat[\\/].*)\.mjs$|lib[\\/](?:parser|chat-completions[\\/].*)\.mjs$/;
  const prefix = "\0empty:";
  return {
    name: "chat-alone",
    resolveId: {
      filter: { id: /^\.{1,2}\/.*\.mjs$/ },
      handler: (name, importer = "") => {
        if (!/openai[\\/]client\.mjs$/.test(importer) && !used.test(importer)) return null;
        const id = join(dirname(importer), name);
        return /openai[\\/](?:resources|lib)[\\/]/.test(id) && !used.test(id) ? `${prefix}${id}` : null;
      },
    },
    load: {
      filter: { id: new RegExp(`^${prefix}`) },
      handler: async (id) => {
        const names = Object.keys((await import(pathToFileURL(id.slice(prefix.length)).href)) as object);
        return names.map((name) => `export class ${name} {}`).join("\n");
      },
    },
  };
}

/** Commands that `src/cache/redis-store.ts`, `src/batch/queue` and BullMQ send, under the names of the client's methods, and those of the client itself. */
const redisCommands = {
  AUTH: "AUTH",
  CLIENT_SETNAME: "CLIENT_SETNAME",
  READONLY: "READONLY",
  bzPopMin: "BZPOPMIN",
  clientSetName: "CLIENT_SETNAME",
  del: "DEL",
  eval: "EVAL",
  evalSha: "EVALSHA",
  exists: "EXISTS",
  getRange: "GETRANGE",
  hDel: "HDEL",
  hExists: "HEXISTS",
  hGet: "HGET",
  hGetAll: "HGETALL",
  hIncrBy: "HINCRBY",
  hSet: "HSET",
  hmGet: "HMGET",
  info: "INFO",
  lLen: "LLEN",
  lRange: "LRANGE",
  scan: "SCAN",
  scriptLoad: "SCRIPT_LOAD",
  set: "SET",
  strLen: "STRLEN",
  zCard: "ZCARD",
  zRange: "ZRANGE",
} as const;

/**
 * `@redis/client` makes a method of each of 400 commands, keeps a table of them for a cache of its own, and brings clients of clusters
 * and sentinels: three quarters of its size. Here it has one server and the commands that are sent.
 */
function redisAlone(): Plugin {
  const methods = Object.entries(redisCommands).map(([name, file]) => `${name}: require("./${file}").default`);
  const parts: Readonly<Record<string, string>> = {
    "commands/index": `exports.default = { ${methods.join(", ")} }; exports.NON_STICKY_COMMANDS = {};`,
    "cluster/index": "exports.default = class {};",
    "sentinel/index": "exports.default = class {};",
    "command-metadata/command-metadata-data": "exports.COMMAND_METADATA = {};",
  };
  const place = /@redis\/client\/dist\/lib\/([a-z]+(?:-[a-z]+)*\/[a-z-]+)\.js$/;
  return {
    name: "redis-alone",
    load(id) {
      const part = parts[place.exec(id.replaceAll("\\", "/"))?.[1] ?? ""];
      return part === undefined ? null : `Object.defineProperty(exports, "__esModule", { value: true }); ${part}`;
    },
  };
}

/**
 * What signs for AWS is a tenth of the packages that it is taken from: as modules, whose unused parts are left out, and not as the
 * scripts that they have for Node.
 */
function signatureAlone(): Plugin {
  const folder = fileURLToPath(new URL("../..", import.meta.resolve("@smithy/signature-v4")));
  return {
    name: "signature-alone",
    resolveId(name) {
      const [, part = "", submodule] = /^@smithy\/([a-z0-9-]+)(?:\/([a-z]+))?$/.exec(name) ?? [];
      if (part === "" || part === "types") return null;
      const place = submodule === undefined ? "" : `submodules/${submodule}/`;
      return { id: join(folder, part, "dist-es", place, "index.js"), moduleSideEffects: false };
    },
  };
}

/**
 * BullMQ brings a backend of PostgreSQL, clients of four libraries, flows, schedulers with a calendar, and sandboxes for jobs. A queue of
 * items and its workers use none of them: what `src/batch/queue` does not reach is empty here. Each connection loads all of its Lua
 * scripts into the server: of those too only what is used stays.
 */
function queueAlone(): Plugin {
  const parts = /[\\/]bullmq[\\/]dist[\\/]esm[\\/](.+)\.js$/;
  const kept = new Set([
    "addStandardJob-9",
    "extendLocks-1",
    "moveJobFromActiveToWait-9",
    "moveStalledJobsToWait-9",
    "moveToActive-11",
    "moveToDelayed-11",
    "moveToFinished-14",
    "removeJob-2",
    "updateData-1",
  ]);
  const left = new Map([
    ["index", `export { Queue } from "./classes/queue"; export { Worker } from "./classes/worker";`],
    [
      "classes/ioredis-client",
      "export const createIORedisClient = null; export const isIRedisClient = (client) => typeof client.runCommand === 'function';",
    ],
    ["classes/bun-redis-client", "export const createBunRedisClient = null;"],
    ["classes/child-pool", "export class ChildPool {}"],
    ["classes/sandbox", "export default null;"],
    [
      "classes/job-scheduler",
      "export class JobScheduler {} export const getLegacyRepeatableJobError = () => new Error(); export const hasLegacyRepeatableKeyShape = () => false;",
    ],
  ]);
  return {
    name: "queue-alone",
    resolveId: (name) => (name === "bullmq" ? path("../node_modules/bullmq/dist/esm/index.js") : null),
    load(id) {
      const part = parts.exec(id)?.[1]?.replaceAll("\\", "/");
      if (part === undefined) return null;
      if (part === "scripts/index") return [...kept].map((name) => `export * from "./${name}";`).join("\n");
      return left.get(part) ?? null;
    },
    // Its warnings would go to the terminal.
    transform: (code, id) =>
      parts.test(id) ? code.replaceAll(/\bconsole\.(?:log|debug|info|warn|error)\(/g, "(() => {})(") : null,
  };
}

/** The client of MCP servers would check what tools return by `ajv`; `src/tools/mcp/connection.ts` lets the model judge that. */
function mcpAlone(): Plugin {
  const id = "\0mcp-shims";
  return {
    name: "mcp-alone",
    resolveId: (name) => (name === "@modelcontextprotocol/client/_shims" ? id : null),
    load: (loaded) =>
      loaded === id ? "export const CORS_IS_POSSIBLE = false; export class DefaultJsonSchemaValidator {}" : null,
    // It warns on stderr, with what servers say, while the terminal is drawn on.
    transform: (code, id) =>
      /@modelcontextprotocol[\\/]/.test(id)
        ? code.replaceAll(/\bconsole\.(?:log|debug|info|warn|error)\(/g, "(() => {})(")
        : null,
  };
}

/**
 * `pdfjs-dist` looks for a canvas, which is native code and which taking text out of a document does not need, and says on stderr what
 * it does without. What its messages are about is told by the program itself.
 */
function pdfAlone(): Plugin {
  return {
    name: "pdf-alone",
    transform: (code, id) =>
      /[\\/]pdfjs-dist[\\/]/.test(id)
        ? code
            .replaceAll(/\bconsole\.(?:log|debug|info|warn|error)\(/g, "(() => {})(")
            .replaceAll('require("@napi-rs/canvas")', "undefined")
        : null,
  };
}

/**
 * `defuddle` makes MathML of LaTeX and LaTeX of MathML by two packages that are as large as itself and all else that reads pages. It
 * does without them: formulas whose LaTeX stands in the page, as Wikipedia and arXiv have it, stay LaTeX; others are read as their text.
 */
function withoutFormulas(): Plugin {
  const packages = /node_modules[\\/](?:temml|mathml-to-latex)[\\/]/;
  return { name: "without-formulas", load: (id) => (packages.test(id) ? "module.exports = {};" : null) };
}

/**
 * Packages whose reading of the environment is meant: what a terminal can show, and what Node itself was told.
 */
const readers = new Set([
  "@inquirer/core",
  "@inquirer/figures",
  "chalk",
  "cli-width",
  "commander",
  "is-unicode-supported",
  "pino",
  "supports-color",
  "supports-hyperlinks",
  "thread-stream",
]);

/**
 * For every other package the environment is empty, whatever it looks for: `OPENAI_CUSTOM_HEADERS` would go to every provider,
 * `DEBUG` would print a proxy's password, `LOG_TOKENS` the config file. Only src/config reads the environment.
 */
function withoutEnvironment(): Plugin {
  const environment = /\b(?:globalThis\.)?(?:node_)?process\.env\b/g;
  return {
    name: "without-environment",
    transform(code, id) {
      const [, name = ""] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id) ?? [];
      if (name === "" || readers.has(name.replaceAll("\\", "/")) || code.search(environment) === -1) return null;
      return code.replaceAll(environment, "({})");
    },
  };
}

/** What every run needs, and `--help` alone; with what it imports, it goes into one file. */
const begun = /src[\\/]main\.ts$/;

/** What usage errors need besides, and help for a narrow terminal. */
const declared = /src[\\/](?:commands[\\/]program|app[\\/]help-page|words[\\/]en[\\/](?:all|help-examples))\.ts$/;

/**
 * What a question needs besides, and is yet imported when first needed; with what it imports, it goes into another file. The counting
 * of turns is there so that lists and searches load nothing of a session.
 */
const asked =
  /src[\\/](?:commands[\\/]command-run|app[\\/]ask[\\/]ask|providers[\\/](?:http[\\/]send|wire[\\/]errors)|transcripts[\\/]format[\\/]turns)\.ts$/;

/** What its request needs, which a session loads when its prompt is there; with what it imports, it goes into a file of its own. */
const sent =
  /src[\\/](?:app[\\/]open-model|providers[\\/](?:wire[\\/]chat-completions|resilience[\\/]\w+))\.ts$|openai[\\/]client\.mjs$/;

/** What a session needs besides, until its prompt is there. */
const prompted =
  /src[\\/](?:app[\\/](?:session[\\/]session|external-editor|attachments|attachment-consent)|repl[\\/](?:editor-lines|completion))\.ts$/;

/** What books a request in the ledger. */
const booked = /src[\\/](?:usage[\\/](?:ledger|lock-wait)|sqlite)\.ts$/;

/** What reads the folder of transcripts with the bar that tells how far it is, and what searches it besides: each one file. */
const listed = /src[\\/](?:transcripts[\\/]store[\\/]read|terminal[\\/]progress)\.ts$/;
const searched = /src[\\/]transcripts[\\/]search[\\/]search\.ts$/;

/** What speaks to MCP servers, loaded where one is configured. */
const served = /src[\\/]tools[\\/]mcp[\\/](?:connection|failure)\.ts$/;

/** Folders in which packages keep what is built. A file that would be called after one is called after its package. */
const builtFolder = /^(?:dist|esm|mjs)$/;

function chunkName({ name, facadeModuleId, moduleIds }: PreRenderedChunk): string {
  const id = facadeModuleId ?? moduleIds.at(-1) ?? "";
  const [, inPackage = name] = /.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?([^\\/]+)/.exec(id) ?? [];
  return `${builtFolder.test(name) ? inPackage : name}.script`;
}

/** Asked for by bench/profile.ts: a map beside each script, whose columns count what is escaped below as one. */
const withMaps = process.argv.includes("--source-maps") ? "hidden" : false;

let licences = "";
const lightGlobals = path("light-globals.ts");
const bundle = await rolldown({
  input: { main: process.argv[3] ?? path("../src/main.ts") },
  platform: "node",
  // Optional, and a binary: src/config/keyring.ts does without it where it is missing.
  external: ["@napi-rs/keyring"],
  plugins: [
    withoutEnvironment(),
    lazyBuiltins(),
    lazyFunctions(),
    colorSupport(),
    chatAlone(),
    redisAlone(),
    queueAlone(),
    mcpAlone(),
    signatureAlone(),
    withoutFormulas(),
    pdfAlone(),
    notices((text) => (licences = text)),
  ],
  preserveEntrySignatures: "allow-extension",
  // Where a part is imported both ways, the dynamic import is for its meaning: nothing is lost. A map may be off by what a plugin
  // replaced within a line.
  checks: { ineffectiveDynamicImport: false, sourcemapBroken: false },
  transform: {
    target: "node22",
    define: {
      "globalThis.Headers": "undefined",
    },
    inject: Object.fromEntries([
      ...["Headers", "FormData", "Response", "Blob"].map((name) => [name, [lightGlobals, name]]),
      ...["Blob", "ReadableStream"].map((name) => [`globalThis.${name}`, [lightGlobals, name]]),
    ]) as Record<string, [string, string]>,
  },
});
const { output } = await bundle.generate({
  // Scripts, of which bin/load.js keeps what V8 compiled. They are no modules that Node could load by itself.
  format: "cjs",
  dynamicImportInCjs: false,
  entryFileNames: "[name].script",
  chunkFileNames: chunkName,
  minify: true,
  comments: false,
  strictExecutionOrder: true,
  codeSplitting: {
    groups: [
      { name: "begun", test: begun, priority: 7 },
      { name: "declared", test: declared, priority: 6 },
      { name: "asked", test: asked, priority: 5 },
      { name: "booked", test: booked, priority: 4.5 },
      { name: "prompted", test: prompted, priority: 4 },
      { name: "listed", test: listed, priority: 3 },
      { name: "searched", test: searched, priority: 2 },
      { name: "sent", test: sent, priority: 1 },
      { name: "mcp-client", test: served, priority: 0.5 },
    ],
  },
  sourcemap: withMaps,
});
await bundle.close();

const outdir = process.argv[2] ?? path("../dist");
await mkdir(outdir, { recursive: true });
const written = new Set<string>();

/** Each file is replaced at once and only where it differs, so that a program that runs from the folder keeps what it loads. */
async function put(name: string, content: string | Buffer): Promise<void> {
  written.add(name);
  const file = join(outdir, name);
  const bytes = Buffer.from(content);
  if ((await readFile(file).catch(() => null))?.equals(bytes) === true) return;
  await writeFile(`${file}.draft-${process.pid}`, bytes);
  await rename(`${file}.draft-${process.pid}`, file);
}

const digest = createHash("sha256");
for (const file of output) {
  if (file.type === "asset" && file.fileName.endsWith(".map")) {
    await put(file.fileName, String(file.source));
    continue;
  }
  if (file.type !== "chunk") throw new Error(`${file.fileName} is no code`);
  // A text of ASCII alone is read and kept as bytes.
  const code = file.code.replace(
    /[\u0080-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  digest.update(code);
  await put(file.fileName, code);
}
// The vocabulary of the tokenizer, which looks for it beside its script; see scripts/vocabulary.ts.
await put("deepseek-v4.br", await readFile(path("../src/usage/tokenizer/deepseek-v4.br")));
// What scripts/character-maps.ts made, beside the script that reads it likewise.
await put("character-maps.br", await readFile(path("../src/documents/character-maps.br")));
// What reads pictures; see src/pictures/library-file.ts. Of the second one also the code, which its licence wants to be replaceable.
for (const [name, place] of [
  ["photon.wasm", "@cf-wasm/photon/photon.wasm"],
  ["libheif.wasm", "libheif-js/libheif-wasm/libheif.wasm"],
  ["libheif.cjs", "libheif-js/libheif-wasm/libheif.js"],
] as const) {
  await put(name, await readFile(fileURLToPath(import.meta.resolve(place))));
}
await put("third-party-notices.txt", licences);
for (const [name, text] of await helpPages()) await put(name, text);
// It tells this build from all others.
await put("digest", digest.digest("hex"));
for (const name of await readdir(outdir)) {
  if (!written.has(name) && !/\.draft-\d+$/.test(name)) await rm(join(outdir, name), { recursive: true, force: true });
}
