import type { Tour } from "./page.ts";
import { quoted } from "./page.ts";

export const tour: Tour = {
  notice: "> **演示模式**：回答由程序内置的服务按脚本给出，不调用模型。",
  pages: [
    {
      words: /表格|对比|比较/u,
      page: () => ({
        reasoning: "用户想看表格，用来对比服务商正合适。",
        answer: `表格按显示宽度对齐，中英文混排也不会错位：

| 服务商 | 默认模型 | API Key |
|:--|:--|:--:|
| deepseek | deepseek-flash | \`DEEPSEEK_API_KEY\` |
| siliconflow 硅基流动 | deepseek-ai/DeepSeek-V4-Flash | \`SILICONFLOW_API_KEY\` |
| ollama | 本机已下载的任意模型 | 不需要 |

接下来可以要一段*代码*。`,
      }),
    },
    {
      words: /代码|编程|程序|脚本|python/iu,
      page: () => ({
        reasoning: "用户想看代码：写一段与对话记录有关、可直接运行的短代码。",
        answer: `下面的脚本统计对话记录中的问题数：

\`\`\`python
import re, sys

label = re.compile(r"^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] Question:$")

with open(sys.argv[1], encoding="utf-8") as transcript:
    print(sum(bool(label.match(line.rstrip("\\n"))) for line in transcript))
\`\`\`

对话记录是纯文本文件。接下来可以要一篇*长文*，再按 Ctrl-C 停止。`,
      }),
    },
    {
      words: /长文|很长|长一点|故事|文章/u,
      page: () => ({
        reasoning: "用户想要一篇长文，用来体验中途停止。",
        answer: Array.from(
          { length: 40 },
          (_, index) => `${index + 1}. 随时可按 Ctrl-C 停止：已收到的部分会保留在屏幕和对话记录中，并回到提示符。`,
        ).join("\n"),
      }),
    },
    {
      words: /思考|推理/u,
      page: () => ({
        reasoning:
          "思考内容最先显示，颜色较淡，有单独的标题。它在对话记录中单独成段，不会随下一个问题发回模型。DeepSeek 模型默认开启思考，可用 --no-thinking 关闭。",
        answer:
          "刚才颜色较淡的文字是思考内容（`/thinking` 可再次查看），这里是回答。可用 `--no-thinking` 和 `--effort low|high|max` 控制。",
      }),
    },
  ],
  otherwise: (question) => ({
    reasoning: "这是演示模式，介绍可以试用的功能。",
    answer: `你的问题是：“${quoted(question)}”。真实的模型会在这里作答。

演示模式可以预览回答的显示效果。试着输入：

- **表格**
- **代码**
- **长文**（可按 Ctrl-C 停止）
- **思考**

输入 \`/help\` 查看命令，\`q\` 退出。有了 API Key 之后，运行 \`deepseek-chat setup\` 完成设置。`,
  }),
};
