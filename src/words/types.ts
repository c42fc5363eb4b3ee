import type * as en from "./en/all.ts";

export type Language = "en" | "zh";

/** Every word the program says. English is the source; a key missing in Chinese does not compile. */
export type Words = { readonly [Area in keyof typeof en]: (typeof en)[Area] };

/** A few lines that can be typed, by the command's name without the program's; empty for the program itself. */
export type HelpExamples = Readonly<Record<string, readonly (readonly [does: string, line: string])[]>>;
