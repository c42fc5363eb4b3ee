import { modelPrompts } from "../../src/chat/prompts.ts";
import { loadWords } from "../../src/words/load.ts";

export const prompts = modelPrompts.en;

export const en = await loadWords("en");
