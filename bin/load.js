import { existsSync, mkdirSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Compiled code is kept in a folder of the person's own: the default, in the system's temporary folder, others can write to.
const caches = {
  darwin: () => join(homedir(), "Library", "Caches"),
  win32: () => process.env.LOCALAPPDATA || join(homedir(), "AppData", "Local"),
};
const cache = join(
  caches[process.platform]?.() ?? (process.env.XDG_CACHE_HOME || join(homedir(), ".cache")),
  "deepseek-chat",
);
try {
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  enableCompileCache(join(cache, "compiled"));
} catch {
  // A home that cannot be written to costs some milliseconds and nothing else.
}

// What ships is the bundle; in a checkout that was not built yet, the source runs as it stands.
const bundle = new URL("../dist/main.js", import.meta.url);
const { main } = await import(existsSync(bundle) ? bundle.href : new URL("../src/main.ts", import.meta.url).href);
await main(process.argv.slice(2));
