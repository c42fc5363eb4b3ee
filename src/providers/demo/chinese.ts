import type { Tour } from "./page.ts";
import { quoted } from "./page.ts";

export const tour: Tour = {
  notice: "> **演示模式**：背后没有任何模型，以下内容来自程序内置的小型服务器，按固定脚本作答。",
  pages: [
    {
      words: /表格|对比|比较/u,
      page: () => ({
        reasoning: "用户想看表格。把几个服务商放在一起对比最直观。",
        answer: `表格按终端里的实际显示宽度对齐，中英文混排也不会错位：

| 服务商 | 默认模型 | 密钥 |
|:--|:--|:--:|
| deepseek | deepseek-flash | \`DEEPSEEK_API_KEY\` |
| siliconflow 硅基流动 | deepseek-ai/DeepSeek-V4-Flash | \`SILICONFLOW_API_KEY\` |
| ollama | 本机已下载的模型 | 不需要 |

接下来可以试试：写一段*代码*。`,
      }),
    },
    {
      words: /代码|编程|程序|脚本|python/iu,
      page: () => ({
        reasoning: "用户想看代码。给一段能直接运行的短代码，最好与对话记录有关。",
        answer: `下面的小程序统计一份对话记录里有多少个问题：

\`\`\`python
import re, sys

label = re.compile(r"^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] Question:$")

with open(sys.argv[1], encoding="utf-8") as transcript:
    print(sum(bool(label.match(line.rstrip("\\n"))) for line in transcript))
\`\`\`

对话记录就是属于你的纯文本文件。接下来可以让它写一篇*长文*，再按 Ctrl-C 中断。`,
      }),
    },
    {
      words: /长文|很长|长一点|故事|文章/u,
      page: () => ({
        reasoning: "用户想要一篇长文，方便体验中途中断。",
        answer: Array.from(
          { length: 40 },
          (_, index) =>
            `${index + 1}. 看够了随时按 Ctrl-C：回答会停下，已经显示的内容会留在屏幕上和对话记录里，然后回到提示符。`,
        ).join("\n"),
      }),
    },
    {
      words: /思考|推理/u,
      page: () => ({
        reasoning:
          "思考过程先出现，用暗色显示，有自己的标题。它在对话记录里单独成段，也不会随下一个问题发回给模型。DeepSeek 默认开启思考，可以用 --no-thinking 关闭。",
        answer: "上面暗色的是思考过程，这里才是回答。可以用 `--no-thinking` 和 `--effort low|high|max` 控制。",
      }),
    },
  ],
  otherwise: (question) => ({
    reasoning: "这是演示，最好的回答是带用户看看有哪些功能。",
    answer: `你问的是：“${quoted(question)}”。换成真正的模型，现在就会作答了。

演示可以让你先看看回答的样子。试着输入：

- **表格**
- **代码**
- **长文**（可以按 Ctrl-C 中断）
- **思考**

输入 \`/help\` 查看命令，输入 \`q\` 退出。有了密钥之后，运行 \`deepseek-chat setup\` 就可以开始真正的对话。`,
  }),
};
