import type { Origin } from "../config/schema.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadWords } from "../words/load.ts";
import type { Language, Words } from "../words/types.ts";

/** What a person sees, and in which language. */
export class Console {
  readonly terminal: Terminal;
  /** In the language in use, which a session may change. */
  words: Words;

  constructor(terminal: Terminal, words: Words) {
    this.terminal = terminal;
    this.words = words;
  }

  /** Where a key came from, for errors: a keyring's name alone says little. */
  readonly originName = ({ kind, name }: Origin): string =>
    kind === "keyring" ? `${this.words.tables.origin.keyring} (${name})` : name;

  async useLanguage(language: Language): Promise<void> {
    this.words = await loadWords(language);
  }
}
