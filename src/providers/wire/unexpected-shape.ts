import type { AnswerRows } from "../../config/wire-schema.ts";
import { AppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { redact } from "./redact.ts";

/** Characters of an answer that are quoted. */
const maxExcerpt = 200;
/** Nesting, and fields on each level, that are looked at for the answer's text. */
const maxDepth = 8;
const maxFields = 64;

/** Names of fields that hold the text of an answer, the likeliest first. */
const likely = ["content", "text", "answer", "output", "response", "result", "reply", "delta", "message", "data"];

/** The error for an answer of which the rows find nothing: where they looked, what came, and the row that would read it. */
export function unexpectedShape(document: unknown, { text }: AnswerRows, connection: Connection): AppError {
  const pointers = [text].flat().map((place) => (typeof place === "string" ? place : place.at));
  const found = likelyText(document);
  return new AppError("unexpected_shape", {
    provider: connection.name,
    expected: pointers.join(", "),
    came: excerpt(document, connection),
    row: found === null ? null : `wire.answer.text: ${found}`,
  });
}

/** The start of a document on one line, without keys. */
export function excerpt(document: unknown, connection: Connection): string {
  const json = typeof document === "string" ? document : JSON.stringify(document);
  const clean = redact(json.slice(0, 4096), connection).replace(/\s+/gu, " ").trim();
  return clean.length > maxExcerpt ? `${clean.slice(0, maxExcerpt)}…` : clean;
}

interface FoundText {
  readonly pointer: string;
  readonly rank: number;
  readonly length: number;
}

/** A pointer to what is most likely the answer's text in a document; null where nothing is. */
export function likelyText(document: unknown): string | null {
  const [best] = textsIn(document, "", likely.length, 0).toSorted(
    (one, other) => one.rank - other.rank || other.length - one.length,
  );
  return best?.pointer ?? null;
}

function textsIn(value: unknown, pointer: string, rank: number, depth: number): FoundText[] {
  if (typeof value === "string") {
    return rank < likely.length && value !== "" ? [{ pointer, rank, length: value.length }] : [];
  }
  if (typeof value !== "object" || value === null || depth > maxDepth) return [];
  return Object.entries(value)
    .slice(0, maxFields)
    .flatMap(([name, field]) => {
      const own = likely.indexOf(name.toLowerCase());
      const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      // A list counts as the field that it is in.
      const inherited = Array.isArray(value) ? rank : likely.length;
      return textsIn(field, place, own < 0 ? inherited : own, depth + 1);
    });
}
