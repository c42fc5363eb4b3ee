import type { SlashCommand } from "./command.ts";

export const file: SlashCommand = {
  name: "file",
  aliases: ["f"],
  group: "input",
  usage: "<path | folder | pattern>",
  complete: "path",
  async run({ addFile, terminal, words }, argument) {
    if (argument === "") terminal.warn(words.session.fileHow);
    else terminal.say(words.session.filesAdded({ files: await addFile(argument) }));
    return "stay";
  },
};
