export type LegacyEncoding = "gb18030" | "big5" | "windows-1252";

const tables = new Map<LegacyEncoding, Map<string, Uint8Array>>();

/** Node decodes these and cannot encode them, so its own tables are turned around. */
function tableOf(encoding: LegacyEncoding): Map<string, Uint8Array> {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, Uint8Array>();
  const add = (bytes: readonly number[]) => {
    const encoded = Uint8Array.from(bytes);
    const character = decoder.decode(encoded);
    if (Array.from(character).length === 1 && character !== "\uFFFD" && !table.has(character))
      table.set(character, encoded);
  };
  for (let byte = 0; byte < 256; byte++) add([byte]);
  if (encoding !== "windows-1252") {
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) add([lead, trail]);
  }
  tables.set(encoding, table);
  return table;
}

/** A text in an older encoding; throws for a character that it does not have. */
export function encode(text: string, encoding: LegacyEncoding): Buffer {
  const table = tableOf(encoding);
  return Buffer.concat(
    Array.from(text, (character) => {
      const bytes = table.get(character);
      if (bytes === undefined) throw new Error(`${encoding} has no ${character}`);
      return bytes;
    }),
  );
}

/** With a byte order mark, as PowerShell's `>` and Notepad's "Unicode" write. */
export function utf16(text: string, order: "le" | "be" = "le", mark = true): Buffer {
  const bytes = Buffer.from((mark ? "\uFEFF" : "") + text, "utf16le");
  return order === "be" ? bytes.swap16() : bytes;
}
