const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in an element or between the quotes of an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Controls but newline and tab, halves of surrogate pairs, and what turns the order of the characters around it. */
const harmful = /[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/**
 * A finished page without characters that HTML forbids or that make a text look like another one; each is shown instead.
 * It looks at the page and not at the texts in it, because in Markdown an entity can stand for any character.
 */
export function withoutHarmful(page: string): string {
  return page.replaceAll("\r\n", "\n").replace(harmful, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : `\u27eaU+${code.toString(16).toUpperCase().padStart(4, "0")}\u27eb`;
  });
}

/**
 * The language of a text as far as its script tells, for fonts, line breaks and reading aloud: `zh`, `ja`, `ko`, or empty for
 * "not known", as HTML has it. A Chinese answer about programs is full of English words, so that a character counts as much
 * as a word.
 */
export function languageOf(text: string): string {
  const start = text.slice(0, 4000);
  const count = (pattern: RegExp) => start.match(pattern)?.length ?? 0;
  const han = count(/\p{sc=Han}/gu);
  const kana = count(/[\p{sc=Hiragana}\p{sc=Katakana}]/gu);
  const hangul = count(/\p{sc=Hangul}/gu);
  const others = count(/[[\p{L}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]]+/gv);
  const least = (han + kana + hangul + others) * 0.15;
  if (kana > 0 && kana >= least) return "ja";
  if (hangul > 0 && hangul >= least) return "ko";
  return han > 0 && han >= least ? "zh" : "";
}
