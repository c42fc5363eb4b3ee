import { asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { SlashCommand } from "./command.ts";

export const edit: SlashCommand = {
  name: "edit",
  aliases: ["e"],
  group: "input",
  usage: "[text]",
  async run({ editText, lines, terminal, words }, argument) {
    lines.release();
    // What was typed stays at the prompt where nothing came of it.
    const back = argument === "" ? "stay" : { edit: argument };
    try {
      const text = await editText(argument);
      if (text !== null && text.trim() !== "") return { ask: text };
      terminal.say(words.session.nothingToSend);
      return text === null ? back : "stay";
    } catch (error) {
      const known = asAppError(error);
      if (known.code === "internal") throw error;
      terminal.err(`${terminal.ink.err.error(sanitize(describe(known, words.errors)))}\n`);
      return back;
    }
  },
};
