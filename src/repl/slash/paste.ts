import { pastedText } from "../../terminal/clipboard.ts";
import { localeOf } from "../../text-encoding.ts";
import type { SlashCommand } from "./command.ts";

export const paste: SlashCommand = {
  name: "paste",
  aliases: [],
  group: "input",
  usage: "",
  async run({ terminal, words, withoutKeys }) {
    const text = await pastedText(withoutKeys, localeOf(withoutKeys));
    if (text !== null && text.trim() !== "") return { edit: text };
    terminal.warn(text === null ? words.session.noClipboard : words.session.emptyClipboard);
    return "stay";
  },
};
