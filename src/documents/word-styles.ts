import type { DocumentReading } from "./document-text.ts";
import { attribute, readXml, type XmlAttributes } from "./xml-events.ts";

interface WordStyle {
  readonly id: string;
  base: string;
  level: number | null;
}

/** Styles that build on each other. */
const maxBases = 10;

/** The heading levels of styles, from 1, by id: as they are named in all languages, or by their place in the outline. */
export async function headingLevels(
  pieces: AsyncIterable<Uint8Array>,
  reading: DocumentReading,
): Promise<ReadonlyMap<string, number>> {
  const styles = new Map<string, WordStyle>();
  let style: WordStyle | null = null;
  const open = (name: string, attributes: XmlAttributes) => {
    const value = attribute(attributes, "val") ?? "";
    if (name === "style") {
      style = { id: attribute(attributes, "styleId") ?? "", base: "", level: null };
      styles.set(style.id, style);
    } else if (style === null) return;
    else if (name === "basedOn") style.base = value;
    else if (name === "name") style.level = namedLevel(value);
    else if (name === "outlineLvl" && /^[0-8]$/u.test(value)) style.level ??= Number(value) + 1;
  };
  await readXml(pieces, { open }, reading);
  const levels = new Map<string, number>();
  for (const { id } of styles.values()) {
    let at = styles.get(id);
    for (let step = 0; step < maxBases && at !== undefined && at.level === null; step++) at = styles.get(at.base);
    if (at !== undefined && at.level !== null) levels.set(id, at.level);
  }
  return levels;
}

/** Built-in styles have these names in documents of all languages. */
function namedLevel(name: string): number | null {
  const [, level] = /^heading ([1-9])$/iu.exec(name) ?? [];
  if (level !== undefined) return Number(level);
  return /^title$/iu.test(name) ? 1 : null;
}
