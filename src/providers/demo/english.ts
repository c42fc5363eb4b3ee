import type { Tour } from "./page.ts";
import { quoted } from "./page.ts";

export const tour: Tour = {
  notice: "> **Demo.** Scripted answers from a server inside the program; no model is involved.",
  pages: [
    {
      words: /\btables?\b/iu,
      page: () => ({
        reasoning: "The user wants a table. Comparing providers suits one.",
        answer: `Columns line up by display width, Chinese text included:

| Provider | Default model | API key |
|:--|:--|:--:|
| deepseek | deepseek-flash | \`DEEPSEEK_API_KEY\` |
| siliconflow 硅基流动 | deepseek-ai/DeepSeek-V4-Flash | \`SILICONFLOW_API_KEY\` |
| ollama | any model you have pulled | not needed |

Next: ask for some *code*.`,
      }),
    },
    {
      words: /\bcode\b|python|javascript|program/iu,
      page: () => ({
        reasoning: "The user wants code: something short and runnable, about transcripts.",
        answer: `This script counts the questions in a transcript:

\`\`\`python
import re, sys

label = re.compile(r"^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] Question:$")

with open(sys.argv[1], encoding="utf-8") as transcript:
    print(sum(bool(label.match(line.rstrip("\\n"))) for line in transcript))
\`\`\`

Transcripts are plain text files. Next: ask for something *long* and stop it with Ctrl-C.`,
      }),
    },
    {
      words: /\blong\b|story|essay/iu,
      page: () => ({
        reasoning: "The user wants a long answer, to try stopping it.",
        answer: Array.from(
          { length: 40 },
          (_, index) =>
            `${index + 1}. Press Ctrl-C at any time. The answer stops, the part you received stays on the screen and in the transcript, and you are back at the prompt.`,
        ).join("\n"),
      }),
    },
    {
      words: /\bthink|reason/iu,
      page: () => ({
        reasoning:
          "Thinking is shown first, in a muted colour, under its own heading. The transcript keeps it in a section of its own; it is not sent back with the next question. DeepSeek models think by default; --no-thinking turns it off.",
        answer:
          "The muted text you saw first was the thinking (`/thinking` shows it again); this is the answer. Control it with `--no-thinking` and `--effort low|high|max`.",
      }),
    },
  ],
  otherwise: (question) => ({
    reasoning: "This is the demo: show what there is to try.",
    answer: `You asked: “${quoted(question)}”. A real model would answer that here.

This demo shows what answers look like. Ask for

- a **table**,
- some **code**,
- something **long** (stop it with Ctrl-C),
- how it **thinks**.

Type \`/help\` for commands, \`q\` to quit. Once you have an API key, run \`deepseek-chat setup\`.`,
  }),
};
