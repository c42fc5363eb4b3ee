import type * as en from "./en/all.ts";

export type Language = "en" | "zh";

/** Every word the program says. English is the source; a key missing in Chinese does not compile. */
export type Words = { readonly [Area in keyof typeof en]: (typeof en)[Area] };
