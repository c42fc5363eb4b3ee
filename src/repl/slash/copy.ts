import { codeBlocks } from "../../chat/code-blocks.ts";
import { answerOf } from "../../chat/conversation.ts";
import { copyText } from "../../terminal/clipboard.ts";
import type { SlashCommand } from "./command.ts";

export const copy: SlashCommand = {
  name: "copy",
  aliases: ["y"],
  group: "answer",
  usage: "[code [n]]",
  examples: ["/copy", "/copy code", "/copy code 2"],
  complete: async () => [{ value: "code " }],
  async run({ dialogue, terminal, words, withoutKeys }, argument) {
    const turn = dialogue.conversation.turns.at(-1);
    const answer = turn === undefined ? "" : answerOf(turn);
    const [what = "", number = ""] = argument.split(/\s+/u);
    const text = what === "code" ? nthBlock(answer, number) : what === "" ? answer : null;
    if (text === null || text === "") {
      terminal.warn(words.session.nothingToCopy);
      return "stay";
    }
    const copied = await copyText(terminal, text, withoutKeys);
    terminal.succeed(words.session.copied({ characters: copied.length }));
    return "stay";
  },
};

/** The n-th fenced block of an answer, from 1; the last one when no number is given; null when there is none, or `number` is none. */
function nthBlock(answer: string, number: string): string | null {
  if (number === "") return codeBlocks(answer).at(-1) ?? null;
  return /^[1-9]\d*$/u.test(number) ? (codeBlocks(answer)[Number(number) - 1] ?? null) : null;
}
