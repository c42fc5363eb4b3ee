import { pictureLabel } from "../editor/paste.ts";
import type { SlashCommand } from "./command.ts";

export const paste: SlashCommand = {
  name: "paste",
  aliases: [],
  group: "input",
  usage: "",
  examples: [],
  async run({ addPicture, clipboard, lines, terminal, words }) {
    const controller = new AbortController();
    const release = lines.hold(() => controller.abort());
    const clipping = await clipboard(controller.signal).finally(release);
    if (controller.signal.aborted) return "stay";
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
