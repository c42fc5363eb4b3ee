import { displayWidth } from "../../terminal/width.ts";
import type { SlashCommand } from "./command.ts";

export const help: SlashCommand = {
  name: "help",
  aliases: ["?"],
  usage: "",
  async run({ terminal, words }) {
    const { slashCommands } = await import("./table.ts");
    const rows = slashCommands.map(
      (command) => [`/${command.name} ${command.usage}`.trim(), words.slash[command.name]] as const,
    );
    const width = Math.max(...rows.map(([left]) => displayWidth(left)));
    for (const [left, right] of rows) {
      terminal.say(`  ${terminal.ink.err.cyan(left)}${" ".repeat(width - displayWidth(left) + 2)}${right}`);
    }
    return "stay";
  },
};
