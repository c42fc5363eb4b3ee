/**
 * Bundles src/main.ts and its packages into dist/: one entry and the chunks it loads when first needed.
 * Prints nothing when all is well, so that `npm start` begins with the program itself.
 */
import { rm } from "node:fs/promises";
import { build } from "esbuild";

const outdir = new URL("../dist/", import.meta.url);
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: [new URL("../src/main.ts", import.meta.url).pathname],
  outdir: outdir.pathname,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minify: true,
  // Error names are shown under DEEPSEEK_CHAT_DEBUG=1 and matched by nobody; class names keep traces readable.
  keepNames: false,
  legalComments: "none",
  logLevel: "warning",
  // node's own Headers and FormData load undici, 36 ms at first use; docs/decisions/0003-bundler.md.
  inject: [new URL("light-globals.ts", import.meta.url).pathname],
  define: { "globalThis.ReadableStream": "undefined", "globalThis.Blob": "undefined" },
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
});
