/**
 * Holds three rules about src/, as a step of `npm run check`: a type that one file exports is declared nowhere else, so that a
 * name means one thing; a file is called by a noun or by a verb of the command line, not by a participle or a gerund; no files
 * import each other in a circle, by types and by `import()` neither, which the linter does not look at.
 */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Words that end like participles or gerunds and are nouns in the field's own terms. */
const nouns = new Set([
  "encoding",
  "heading",
  "sampling",
  "string",
  "thinking",
  "spelling",
  "embedding",
  "timing",
  "keyring",
  "meaning",
]);
/** Participles that no ending gives away. */
const irregular =
  /^(?:begun|bought|brought|built|caught|done|drawn|fallen|found|given|gone|held|kept|known|laid|led|left|lost|made|meant|met|paid|put|said|seen|sent|shown|spent|spoken|taken|taught|thrown|told|torn|won|worn|written)$/u;
const declaration = /^(?<exported>export )?(?:declare )?(?:abstract )?(?:interface|type|class|enum) (?<name>\w+)/gmu;
const importedPath = /(?:from|import|import\()\s*"(?<path>\.{1,2}\/[^"]+)"/gu;

const sources = new Map(
  globSync("src/**/*.ts")
    .toSorted()
    .map((path) => [path.replaceAll("\\", "/"), readFileSync(path, "utf8")]),
);

function duplicateTypes(): string[] {
  const places = new Map<string, { readonly path: string; readonly exported: boolean }[]>();
  for (const [path, text] of sources) {
    for (const { groups } of text.matchAll(declaration)) {
      const { exported, name = "" } = groups ?? {};
      places.set(name, [...(places.get(name) ?? []), { path, exported: exported !== undefined }]);
    }
  }
  return [...places]
    .filter(([, found]) => found.length > 1 && found.some(({ exported }) => exported))
    .map(([name, found]) => `type ${name} is declared in ${found.map(({ path }) => path).join(", ")}`);
}

function misnamedFiles(): string[] {
  return [...sources.keys()].flatMap((path) => {
    const word = basename(path)
      .replace(/(?:\.d)?\.ts$/u, "")
      .split("-")
      .at(-1)!;
    const isVerbal = irregular.test(word) || (/(?:ing|ed)$/u.test(word) && word.length > 4 && !nouns.has(word));
    return isVerbal ? [`${path} is called by a participle or a gerund: "${word}"`] : [];
  });
}

/** Each circle once, from its first file in the alphabet, by the shortest way round. */
function circles(): string[] {
  const arrows = new Map(
    [...sources].map(([path, text]) => {
      const targets = [...text.matchAll(importedPath)].map(({ groups }) => join(dirname(path), groups!["path"]!));
      return [path, [...new Set(targets)].filter((target) => sources.has(target))];
    }),
  );
  const found = new Map<string, string>();
  for (const start of arrows.keys()) {
    const before = new Map<string, string>();
    for (const reached of reachable(start, arrows, before)) {
      if (!arrows.get(reached)!.includes(start)) continue;
      const way: string[] = [reached];
      while (way[0] !== start) way.unshift(before.get(way[0]!)!);
      found.set(way.toSorted().join(" "), `circle: ${[...way, start].join(" → ")}`);
      break;
    }
  }
  return [...found.values()];
}

/** Files that a file imports, and those that they import, nearest first; notes from where each was reached. */
function* reachable(start: string, arrows: ReadonlyMap<string, readonly string[]>, before: Map<string, string>) {
  const open = [start];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    yield path;
    for (const next of arrows.get(path)!) {
      if (next === start || before.has(next)) continue;
      before.set(next, path);
      open.push(next);
    }
  }
}

const mistakes = [...duplicateTypes(), ...misnamedFiles(), ...circles()];
for (const mistake of mistakes) console.error(mistake);
if (mistakes.length > 0) process.exitCode = 1;
