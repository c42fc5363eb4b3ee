import type * as Photon from "@cf-wasm/photon/others";
import { readFile } from "node:fs/promises";
import { libraryFile } from "./library-file.ts";

let photon: Promise<typeof Photon> | null = null;

/** The library that decodes and encodes, in WebAssembly: 60 ms at the first call, once a thread. */
export function loadPhoton(): Promise<typeof Photon> {
  photon ??= load();
  return photon;
}

async function load(): Promise<typeof Photon> {
  const library = await import("@cf-wasm/photon/others");
  const code = await readFile(libraryFile("photon.wasm", "@cf-wasm/photon/dist/lib/photon_rs_bg.wasm"));
  library.initPhoton.sync({ module: new WebAssembly.Module(code) });
  return library;
}
