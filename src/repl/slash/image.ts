import type { SlashCommand } from "./command.ts";

export const image: SlashCommand = {
  name: "image",
  aliases: ["img"],
  group: "input",
  usage: "[-p <provider>] [-n <n>] [--size <size>] <prompt>",
  examples: ["/image a red fox in the snow", "/image -n 2 --size 1328x1328 a red fox", "/image make it night"],
  async run({ terminal, words }, argument) {
    if (argument !== "") return { image: argument };
    terminal.warn(words.images.how);
    return "stay";
  },
};
