import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { metadataStart } from "../../src/transcripts/format/metadata-write.ts";
import { parseTranscript } from "../../src/transcripts/format/parse.ts";
import { ours, type Scene } from "./runs.ts";

/** How far what the program finds is what `rg` finds: exchanges as `file#turn`. */
export interface Agreement {
  readonly both: number;
  /** Only by the program, only by `rg`. */
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  /** Lines that `rg` finds and that are no conversation: metadata. */
  readonly beside: number;
}

/** Compares all that is found of a query. */
export function agreement(scene: Scene, query: string, rg: readonly string[]): Agreement {
  const found = new Set(foundByUs(scene, query));
  const { exchanges, beside } = foundByRg(scene, rg);
  return {
    both: [...found].filter((one) => exchanges.has(one)).length,
    ours: [...found].filter((one) => !exchanges.has(one)),
    theirs: [...exchanges].filter((one) => !found.has(one)),
    beside,
  };
}

function foundByUs(scene: Scene, query: string): string[] {
  const json = scene.output(ours("transcripts", "search", query, "--json", "--limit", "1000000"));
  const found = JSON.parse(json) as { path: string; matches: { turn: number }[] }[];
  // Turn 0 is a title, which stands in metadata.
  return found.flatMap(({ path, matches }) =>
    matches.flatMap(({ turn }) => (turn === 0 ? [] : [`${basename(path)}#${turn}`])),
  );
}

/** In which exchange each line lies that `rg` finds. */
function foundByRg(scene: Scene, rg: readonly string[]): { exchanges: Set<string>; beside: number } {
  const placesOnly = ["--byte-offset", "--null", "--no-heading", "--with-filename", "--max-columns", "1"];
  const lines = scene
    .output(["rg", ...placesOnly, ...rg, "transcripts"])
    .trimEnd()
    .split("\n");
  const places = new Map<string, number[]>();
  for (const line of lines) {
    const [path = "", rest = ""] = line.split("\0");
    if (path !== "") places.set(path, [...(places.get(path) ?? []), Number.parseInt(rest, 10)]);
  }
  const exchanges = new Set<string>();
  let beside = 0;
  for (const [path, offsets] of places) {
    const bytes = readFileSync(join(scene.work, path));
    const text = bytes.toString();
    const starts = parseTranscript(text).starts.map((start) => Buffer.byteLength(text.slice(0, start)));
    for (const offset of offsets) {
      if (bytes.toString("latin1", offset, offset + metadataStart.length) === metadataStart) beside++;
      else exchanges.add(`${basename(path)}#${starts.findLastIndex((start) => start <= offset) + 1}`);
    }
  }
  return { exchanges, beside };
}
