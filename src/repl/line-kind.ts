/** What a line at the prompt is meant as. */
export type LineKind =
  /** `word`: what was typed. */
  | { readonly kind: "leave"; readonly word: string }
  /** `/name argument`, with the slash and the name as they are declared. */
  | { readonly kind: "command"; readonly line: string }
  | { readonly kind: "question"; readonly text: string };

/** Words that leave when they stand alone on a line, in any case, full-width too; other programs are left by them. */
const leaving = /^(?:q|:q!?|:wq|:x|quit|exit)$/iu;

/** A slash; the full-width one; and what the key of the slash gives under a Chinese input method, before a name alone. */
export const slashes = "/\uFF0F\u3001";
const command = /^[/\uFF0F](?![/\uFF0F])|^\u3001(?=[a-zA-Z\uFF21-\uFF3A\uFF41-\uFF5A])/u;

/**
 * Reads a line; two slashes at its start stand for one that belongs to the question. A backslash before what leaves or is a command
 * makes a question of it.
 */
export function kindOf(line: string): LineKind {
  const text = line.trim();
  if (leaving.test(text.normalize("NFKC"))) return { kind: "leave", word: text };
  if (text.startsWith("\\") && kindOf(text.slice(1)).kind !== "question")
    return { kind: "question", text: text.slice(1) };
  if (!command.test(text)) return { kind: "question", text: line.replace(/^(\s*)[/\uFF0F](?=[/\uFF0F])/u, "$1") };
  const [, name = "", rest = ""] = /^.(\S*)([\s\S]*)$/u.exec(text) ?? [];
  return { kind: "command", line: `/${name.normalize("NFKC")}${rest}` };
}
