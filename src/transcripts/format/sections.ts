import { imagesApart } from "./section-bodies.ts";
import type { Exchange, SavedImage, Section } from "./types.ts";

/** All sections of an exchange behind its question, in the order of the file. */
export function sectionsOf(exchange: Exchange): readonly Section[] {
  const { askedAt, answeredAt, endedAt, firstTokenMs, status, notice, error } = exchange;
  const sections = [...(exchange.sections ?? [])];
  const add = (name: string, at: Date, text: string) => void sections.push({ name, at, text });
  if (exchange.sections === null) {
    const firstAt = firstTokenMs === null ? null : new Date(askedAt.getTime() + firstTokenMs);
    if (exchange.reasoning !== "") add("Thinking", firstAt ?? answeredAt ?? askedAt, exchange.reasoning);
    if (exchange.answer !== "") add("Answer", answeredAt ?? askedAt, exchange.answer);
  }
  const has = (...names: readonly string[]) => sections.some(({ name }) => names.includes(name));
  const end = endedAt ?? answeredAt ?? askedAt;
  if (status === "complete" && !has("Answer")) add("Answer", end, "");
  if (status !== "complete" && !has("Error", "Interrupted")) {
    add(status === "failed" ? "Error" : "Interrupted", end, notice ?? error?.message ?? "");
  }
  return sections;
}

/** Whether the sections are those that follow from the rest of the exchange. */
export function isPlain(sections: readonly Pick<Section, "name">[], { reasoning, answer, status }: Exchange): boolean {
  const names = sections.map(({ name }) => name);
  const ending = status === "failed" ? "Error" : "Interrupted";
  const plain = [
    ...(reasoning === "" ? [] : ["Thinking"]),
    ...(answer === "" && status !== "complete" ? [] : ["Answer"]),
    ...(status !== "complete" && names.includes(ending) ? [ending] : []),
  ];
  return names.join() === plain.join();
}

/** Whether more came than thinking and text, so that the order of it all counts. */
export function hasParts({ sections }: Exchange): boolean {
  return sections?.some(({ name }) => name === "Call" || name === "Result" || name === "Picture") ?? false;
}

/** Whether tools were called. */
export function hasCalls({ sections }: Exchange): boolean {
  return sections?.some(({ name }) => name === "Call" || name === "Result") ?? false;
}

/** A section as it is shown; the time is null where it is not shown. */
export interface ShownSection extends Pick<Section, "name" | "text"> {
  readonly at: Date | null;
  /** Pictures that belong to it; its text does not name them. */
  readonly images: readonly SavedImage[];
}

/** What was thought and answered, each in one piece; where more came, everything in its order. */
export function shownSections(exchange: Exchange): ShownSection[] {
  if (hasParts(exchange)) {
    return orderedSections(exchange)
      .filter(({ name, text }) => text !== "" && !isNotice(name))
      .map((section) => {
        const { images, text } = imagesApart(section);
        return { name: section.name, at: section.at, text, images };
      });
  }
  const { reasoning, answer, answeredAt, status } = exchange;
  return [
    ...(reasoning === "" ? [] : [{ name: "Thinking", at: null, text: reasoning, images: [] }]),
    ...(answer === "" && status !== "complete" ? [] : [{ name: "Answer", at: answeredAt, text: answer, images: [] }]),
  ];
}

/** What a section is called in words; one of a later version by the name that it has in the file. */
export function labelOf(labels: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(labels, name) ? labels[name]! : name;
}

/** All sections, those parts of the answer that turned out to be thinking as such. */
export function orderedSections(exchange: Exchange): Section[] {
  const ordered: Section[] = [];
  let rest = exchange.sections === null ? 0 : exchange.rethought;
  for (const { name, at, text } of sectionsOf(exchange)) {
    const thinking = name === "Answer" ? text.slice(0, rest) : "";
    rest -= thinking.length;
    if (thinking !== "") ordered.push({ name: "Thinking", at, text: thinking });
    if (thinking === "" || thinking.length < text.length) ordered.push({ name, at, text: text.slice(thinking.length) });
  }
  return ordered;
}

/** Whether a section says how the exchange ended. */
export function isNotice(name: string): boolean {
  return name === "Error" || name === "Interrupted";
}
