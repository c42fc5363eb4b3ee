import { displayWidth, graphemes } from "./width.ts";

/**
 * Whether the locale names a character set of ISO 8859, whose terminals take the bytes 0x80 to 0x9f for controls. The locales C
 * and POSIX name none: most terminals under them, in containers and behind ssh, are of UTF-8 all the same.
 */
export function isLatin(variables: Readonly<Record<string, string | undefined>>): boolean {
  const locale = variables["LC_ALL"] || variables["LC_CTYPE"] || variables["LANG"] || "";
  return /\.iso[-_]?8859/iu.test(locale);
}

/** A text as bytes of ISO 8859-1; what is not in it is a question mark for each column it would take. */
export function latin(text: string): Uint8Array {
  const known = text.replaceAll(/[^\0-\x7f\xa0-\xff]+/gu, (found) =>
    graphemes(found)
      .map((cluster) => (cluster === "\u2026" ? "." : "?".repeat(displayWidth(cluster))))
      .join(""),
  );
  return Buffer.from(known, "latin1");
}
