import type { Tour } from "./page.ts";
import { quoted } from "./page.ts";

export const tour: Tour = {
  notice: "> **Demo.** No model is behind this: a small server inside the program answers from a fixed tour.",
  pages: [
    {
      words: /\btables?\b/iu,
      page: () => ({
        reasoning: "A table was asked for. Providers compare well in one.",
        answer: `Tables are lined up by what the terminal shows, Chinese included:

| provider | model it starts with | key |
|:--|:--|:--:|
| deepseek | deepseek-flash | \`DEEPSEEK_API_KEY\` |
| siliconflow 硅基流动 | deepseek-ai/DeepSeek-V4-Flash | \`SILICONFLOW_API_KEY\` |
| ollama | whatever you pulled | none |

Next: ask for *code*.`,
      }),
    },
    {
      words: /\bcode\b|python|javascript|program/iu,
      page: () => ({
        reasoning: "Code was asked for. Something short that can be tried at once, and that has to do with the matter.",
        answer: `A small program that counts the questions in a transcript:

\`\`\`python
import re, sys

label = re.compile(r"^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] Question:$")

with open(sys.argv[1], encoding="utf-8") as transcript:
    print(sum(bool(label.match(line.rstrip("\\n"))) for line in transcript))
\`\`\`

Transcripts are plain text files of yours. Next: ask for something *long*, and stop it with Ctrl-C.`,
      }),
    },
    {
      words: /\blong\b|story|essay/iu,
      page: () => ({
        reasoning: "Something long was asked for, so that it can be stopped half-way.",
        answer: Array.from(
          { length: 40 },
          (_, index) =>
            `${index + 1}. Press Ctrl-C whenever you have seen enough. The answer stops, what came stays on the screen and in the transcript, and the prompt comes back.`,
        ).join("\n"),
      }),
    },
    {
      words: /\bthink|reason/iu,
      page: () => ({
        reasoning:
          "Thinking comes first, dimmed, under its own heading. It is kept in the transcript under a label of its own, and it is not sent back to the model with the next question. DeepSeek thinks by default; --no-thinking turns that off.",
        answer:
          "What you saw above was the thinking; this is the answer. `--no-thinking` and `--effort low|high|max` steer it.",
      }),
    },
  ],
  otherwise: (question) => ({
    reasoning: "This is the tour, so the best answer is to show what there is to see.",
    answer: `You asked: “${quoted(question)}”. A model would answer that now.

Meanwhile the tour shows how answers look. Ask for

- a **table**,
- some **code**,
- something **long**, to stop it with Ctrl-C,
- how it **thinks**.

\`/help\` lists the commands, \`q\` leaves. With a key of your own, \`deepseek-chat setup\` starts the real thing.`,
  }),
};
