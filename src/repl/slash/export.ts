import { formNames } from "../../transcripts/export/form-names.ts";
import type { PartToExport } from "../host.ts";
import { named, type SlashCommand } from "./command.ts";

export const exportConversation: SlashCommand = {
  name: "export",
  aliases: [],
  group: "archive",
  usage: "<md|html|json|jsonl|txt> [file]",
  examples: ["/export md", "/export html talk.html", "/export md --turns 3-5"],
  complete: async () => named(formNames.map((format) => `${format} `)),
  async run({ archive, terminal, words }, argument) {
    const typed = read(argument);
    const form = formNames.find((candidate) => candidate === typed?.words[0]);
    if (typed === null || form === undefined) {
      terminal.warn(words.session.exportHow({ formats: formNames.join("|") }));
      return "stay";
    }
    await archive.exportTo(form, typed.words.slice(1).join(" ") || null, typed);
    return "stay";
  },
};

/** Words and options, in any order; null where one is no option, or lacks its value. */
function read(argument: string): (PartToExport & { readonly words: readonly string[] }) | null {
  const words: string[] = [];
  let turns: string | null = null;
  let thinking = true;
  const rest = argument.split(/\s+/u);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [option = "", value = rest[0]] = word.split("=", 2);
    if (option === "--turns" && value !== undefined) {
      turns = value;
      if (option === word) rest.shift();
    } else if (word === "--thinking" || word === "--no-thinking") thinking = word === "--thinking";
    else if (word.startsWith("--")) return null;
    else words.push(word);
  }
  return { words, turns, thinking };
}
