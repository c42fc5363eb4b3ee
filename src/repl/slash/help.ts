import { displayWidth } from "../../terminal/width.ts";
import { sayKeys } from "./key-help.ts";
import { groups, type SlashCommand } from "./command.ts";

/** Columns below which two columns of text leave too little for either. */
const narrow = 60;

/** @param commands all of the session, which are a table that this one stands in */
export const helpOn = (commands: () => readonly SlashCommand[]): SlashCommand => ({
  name: "help",
  aliases: ["?", "h"],
  group: "program",
  usage: "[keys]",
  async run({ terminal, words, settings }, argument) {
    const [topic = "", set = settings.get("keys")] = argument.split(/\s+/u);
    if (topic === "keys") {
      sayKeys({ terminal, words }, set === "vi" ? "vi" : "emacs");
      return "stay";
    }
    const ink = terminal.ink.err;
    const left = (command: SlashCommand) => `/${command.name} ${command.usage}`.trim();
    const widest = Math.max(...commands().map((command) => displayWidth(left(command))));
    // In a narrow window every explanation has a line of its own.
    const width = terminal.columns < narrow ? 0 : Math.min(26, widest);
    for (const group of groups) {
      terminal.say(ink.strong(words.slashGroups[group]));
      for (const command of commands().filter((candidate) => candidate.group === group)) {
        // What is too wide for its column has a line of its own.
        const room = width - displayWidth(left(command));
        const space = room < 0 ? `\n${" ".repeat(width === 0 ? 4 : width + 4)}` : " ".repeat(room + 2);
        terminal.say(`  ${ink.accent(left(command))}${space}${words.slash[command.name]}`);
      }
    }
    for (const line of words.session.keys) terminal.say(ink.muted(line));
    return "stay";
  },
});
