import { AppError } from "../../errors.ts";
import { count } from "../../terminal/figures.ts";
import { tellUnsaved } from "../answer-notices.ts";
import type { SlashCommand } from "./command.ts";

export const compact: SlashCommand = {
  name: "compact",
  aliases: [],
  group: "conversation",
  usage: "[drop]",
  examples: ["/compact", "/compact drop"],
  complete: async () => [{ value: "drop" }],
  async run(host, argument) {
    const { dialogue, lines, terminal, words } = host;
    if (dialogue.conversation.turns.length === 0) {
      terminal.say(words.session.nothingSaid);
      return "stay";
    }
    if (argument === "drop") {
      const { turns, unsaved } = await dialogue.dropOldest();
      terminal.succeed(words.context.dropped({ turns }));
      tellUnsaved(host, unsaved);
      return "stay";
    }
    const controller = new AbortController();
    const release = lines.hold(() => controller.abort());
    try {
      terminal.say(words.context.compacting);
      const { before, after, unsaved } = await dialogue.compact(controller.signal);
      terminal.succeed(words.context.compacted({ before: count(before), after: count(after) }));
      tellUnsaved(host, unsaved);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "interrupted") terminal.say(words.answer.stopped);
      else {
        host.tell(error);
        terminal.warn(words.context.dropInstead);
        return { failed: error };
      }
    } finally {
      release();
    }
    return "stay";
  },
};
