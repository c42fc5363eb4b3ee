/**
 * Makes src/documents/character-maps.br of the maps in `pdfjs-dist`: `node scripts/character-maps.ts`, after each update of that
 * package. They are Adobe's, under a licence of their own, which scripts/notices.ts takes from there.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import type { CharacterMapsHead } from "../src/documents/character-maps.ts";

const folder = join(dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json"))), "cmaps");
const maps = readdirSync(folder)
  .filter((name) => name.endsWith(".bcmap"))
  .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
const head: CharacterMapsHead = maps.map(({ name, bytes }) => [name, bytes.length]);
const all = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...maps.map(({ bytes }) => bytes)]);
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_MAX_QUALITY } = constants;
const packed = brotliCompressSync(all, {
  params: {
    [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY,
    [BROTLI_PARAM_LGWIN]: 22,
    [BROTLI_PARAM_SIZE_HINT]: all.length,
  },
});
writeFileSync(fileURLToPath(new URL("../src/documents/character-maps.br", import.meta.url)), packed);
console.log(`${maps.length} maps: ${packed.length} bytes`);
