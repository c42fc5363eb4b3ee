import type { ExportForm } from "../host.ts";
import { named, type SlashCommand } from "./command.ts";

const formats: readonly ExportForm[] = ["md", "html", "json", "jsonl", "txt"];

export const exportConversation: SlashCommand = {
  name: "export",
  aliases: [],
  group: "archive",
  usage: "<md|html|json|jsonl|txt> [file]",
  complete: async () => named(formats.map((format) => `${format} `)),
  async run({ archive, terminal, words }, argument) {
    const [format = "", ...path] = argument.split(/\s+/u);
    const form = formats.find((candidate) => candidate === format);
    if (form === undefined) {
      terminal.warn(words.session.exportHow({ formats: formats.join(", ") }));
      return "stay";
    }
    await archive.exportTo(form, path.join(" ") || null);
    return "stay";
  },
};
