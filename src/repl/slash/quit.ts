import type { SlashCommand } from "./command.ts";

export const quit: SlashCommand = {
  name: "quit",
  aliases: ["exit", "q"],
  group: "program",
  usage: "",
  examples: [],
  run: async () => "leave",
};
