import type { Answer } from "../../chat/answer.ts";
import { timingOf } from "../../chat/turn.ts";
import { inLines, money } from "../../terminal/figures.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Words } from "../../words/types.ts";

/** What pictures took: `siliconflow/Qwen/Qwen-Image · 2 pictures · cost unknown · 12.3 s`. */
export function imageSummary(words: Words, answer: Answer, pictures: number, room: number): string {
  const { answeredBy, cost, unknownCost } = answer;
  const parts = [
    sanitize(`${answeredBy.provider}/${answeredBy.model}`),
    words.images.pictures({ count: pictures }),
    ...(cost !== null ? [money(cost)] : unknownCost === null ? [] : [words.answer.costUnknown]),
    words.answer.seconds((timingOf(answer).totalMs / 1000).toFixed(1)),
  ];
  return inLines(parts, room);
}
