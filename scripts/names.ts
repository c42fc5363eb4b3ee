/**
 * Holds two rules about names in src/, as a step of `npm run check`: a type that one file exports is declared nowhere else, so that
 * a name means one thing; and a file is called by a noun or by a verb of the command line, not by a participle or a gerund.
 */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

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

const files = globSync("src/**/*.ts").map((path) => ({
  path: path.replaceAll("\\", "/"),
  text: readFileSync(path, "utf8"),
}));

function duplicateTypes(): string[] {
  const places = new Map<string, { readonly path: string; readonly exported: boolean }[]>();
  for (const { path, text } of files) {
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
  return files.flatMap(({ path }) => {
    const word = basename(path)
      .replace(/(?:\.d)?\.ts$/u, "")
      .split("-")
      .at(-1)!;
    const isVerbal = irregular.test(word) || (/(?:ing|ed)$/u.test(word) && word.length > 4 && !nouns.has(word));
    return isVerbal ? [`${path} is called by a participle or a gerund: "${word}"`] : [];
  });
}

const mistakes = [...duplicateTypes(), ...misnamedFiles()];
for (const mistake of mistakes) console.error(mistake);
if (mistakes.length > 0) process.exitCode = 1;
