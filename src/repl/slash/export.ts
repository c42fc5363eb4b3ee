import { formNames } from "../../transcripts/export/form-names.ts";
import { named, type SlashCommand } from "./command.ts";

export const exportConversation: SlashCommand = {
  name: "export",
  aliases: [],
  group: "archive",
  usage: "<md|html|json|jsonl|txt> [file]",
  complete: async () => named(formNames.map((format) => `${format} `)),
  async run({ archive, terminal, words }, argument) {
    const [format = "", ...path] = argument.split(/\s+/u);
    const form = formNames.find((candidate) => candidate === format);
    if (form === undefined) {
      terminal.warn(words.session.exportHow({ formats: formNames.join(", ") }));
      return "stay";
    }
    await archive.exportTo(form, path.join(" ") || null);
    return "stay";
  },
};
