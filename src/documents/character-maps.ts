import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";

/** The first line of the file: the name and the length in bytes of each map behind it, in order. */
export type CharacterMapsHead = readonly (readonly [name: string, length: number])[];

/** Gives the program that reads PDFs the maps of Chinese, Japanese and Korean encodings, by which old PDFs name their characters. */
export class CharacterMaps {
  static #maps: Promise<ReadonlyMap<string, Uint8Array>> | null = null;

  /** @throws Error for what is not there, which is then done without */
  async fetch({ filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    CharacterMaps.#maps ??= readMaps();
    const map = (await CharacterMaps.#maps).get(filename);
    if (map === undefined) throw new Error(`There is no ${filename}.`);
    // What is passed on may be taken away from here.
    return new Uint8Array(map);
  }
}

/** Reads the maps that scripts/character-maps.ts wrote. */
async function readMaps(): Promise<ReadonlyMap<string, Uint8Array>> {
  const bytes = await promisify(brotliDecompress)(await readFile(join(import.meta.dirname, "character-maps.br")));
  let at = bytes.indexOf("\n") + 1;
  const head = JSON.parse(bytes.toString("utf8", 0, at)) as CharacterMapsHead;
  return new Map(head.map(([name, length]) => [name, bytes.subarray(at, (at += length))]));
}
