import { pictureLabel } from "../editor/paste.ts";
import type { SlashCommand } from "./command.ts";

export const paste: SlashCommand = {
  name: "paste",
  aliases: [],
  group: "input",
  usage: "",
  examples: [],
  async run({ addPicture, clipboard, terminal, words }) {
    const clipping = await clipboard();
    if (clipping.kind === "text") return { edit: clipping.text };
    if (clipping.kind === "nothing") {
      terminal.warn(clipping.message);
      return "stay";
    }
    const { picture } = clipping;
    if (terminal.interactive && terminal.capable) return { edit: pictureLabel(picture), pictures: [picture] };
    addPicture(picture);
    terminal.say(words.session.filesAdded({ files: 1 }));
    return "stay";
  },
};
