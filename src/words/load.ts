import type { Language, Words } from "./types.ts";

/** The words of one language; the other is not loaded. */
export async function loadWords(language: Language): Promise<Words> {
  return language === "zh" ? await import("./zh/all.ts") : await import("./en/all.ts");
}
