import { AppError } from "../../errors.ts";
import { count } from "../../terminal/summary.ts";
import type { SlashCommand } from "./command.ts";

export const compact: SlashCommand = {
  name: "compact",
  aliases: [],
  group: "conversation",
  usage: "[drop]",
  complete: async () => [{ value: "drop" }],
  async run({ dialogue, lines, terminal, words }, argument) {
    if (argument === "drop") {
      terminal.say(words.context.dropped({ turns: dialogue.dropOldest() }));
      return "stay";
    }
    const controller = new AbortController();
    const release = lines.hold(() => controller.abort());
    try {
      terminal.say(words.context.compacting);
      const { before, after } = await dialogue.compact(controller.signal);
      terminal.say(words.context.compacted({ before: count(before), after: count(after) }));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "interrupted") throw error;
      terminal.say(words.answer.interrupted);
    } finally {
      release();
    }
    return "stay";
  },
};
