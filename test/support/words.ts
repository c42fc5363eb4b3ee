import { loadWords } from "../../src/words/load.ts";

/** The English words, for what the program says to a model. */
export const en = await loadWords("en");
