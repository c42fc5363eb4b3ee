/** What the gallery's service answers: by the subject that the question names, in both languages. */

export interface Topic {
  readonly question: string;
  readonly reasoning?: string;
  readonly answer: string;
}

export const en = {
  table: {
    question: "Compare three sorting algorithms in a table",
    answer: `| Algorithm | Average | Worst | Stable | Note |
|:--|:--:|:--:|:--:|---|
| Quicksort | \`O(n log n)\` | \`O(n²)\` | no ❌ | fast in practice |
| Mergesort 归并 | \`O(n log n)\` | \`O(n log n)\` | yes ✅ | needs memory |
| Heapsort | \`O(n log n)\` | \`O(n log n)\` | no ❌ | in place |

Start with **mergesort** where order matters, else with what your language ships.`,
  },
  code: {
    question: "Write a debounce function in TypeScript",
    answer: `A debounced function waits until calls *stop coming*:

\`\`\`ts
/** Calls \`run\` once nothing has been called for \`ms\` milliseconds. */
export function debounce<A extends unknown[]>(run: (...args: A) => void, ms = 200) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args: A): void => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), ms); // the last call wins
  };
}
\`\`\`

Use it with \`input.addEventListener("input", debounce(search))\`.`,
  },
  list: {
    question: "How do I release this package? Steps with commands",
    answer: `## Release

1. Check that the tree is clean and that everything passes, since a release cannot be taken back once somebody has installed it:
   - [x] tests
   - [x] changelog
   - [ ] version
2. Raise the version:

   \`\`\`sh
   npm version minor
   git push --follow-tags
   \`\`\`

3. Publish:
   - from CI, which has the token
     - never from a laptop
   - watch the result with \`gh run watch\`

### If it fails

> Never publish the same version twice. Raise the patch number and publish that instead; a version that was withdrawn stays taken.

---

See [the npm documentation](https://docs.npmjs.com/cli/commands/npm-publish).`,
  },
  formula: {
    question: "Explain the quadratic formula",
    answer: `For $ax^2 + bx + c = 0$ with $a \\neq 0$, the solutions are

$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$

The discriminant $\\Delta = b^2 - 4ac$ decides: two real solutions if $\\Delta > 0$, one if $\\Delta = 0$, none if $\\Delta < 0$. Vieta adds \\(x_1 + x_2 = -\\frac{b}{a}\\), and $\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}$ is another story.`,
  },
  thinking: {
    question: "Is 391 a prime number?",
    reasoning:
      "Check small factors. 391 is odd, 3+9+1 = 13 so not divisible by 3, it does not end in 0 or 5, 7 × 55 = 385 leaves 6, 11 × 35 = 385 leaves 6, 13 × 30 = 390 leaves 1, 17 × 23 = 391. So it is composite.",
    answer: "No. **391 = 17 × 23**, so it is composite.",
  },
  diff: {
    question: "Show the fix as a diff",
    answer: `The loop stopped one element early:

\`\`\`diff
@@ -3,5 +3,5 @@ function sum(list) {
   let total = 0;
-  for (let i = 0; i < list.length - 1; i++) {
+  for (let i = 0; i < list.length; i++) {
     total += list[i];
   }
\`\`\``,
  },
  prose: {
    question: "What is a prefix cache?",
    answer: `# Prefix cache

A **prefix cache** keeps what a model computed for the beginning of a prompt. When the next request begins with *exactly* the same tokens, that part is not computed again: it costs a fraction of the price and the answer starts sooner.

## What helps

- Keep what stays the same (the system prompt, files, earlier turns) at the front, and what changes at the end.
- Do not put the time of day into the system prompt: one changed token, and everything after it is computed again.

### At DeepSeek

The service does this by itself, in blocks of 64 tokens; \`usage\` tells how many were hits.`,
  },
} as const satisfies Record<string, Topic>;

export const zh = {
  table: {
    question: "用表格对比三种排序算法",
    answer: `| 算法 | 平均复杂度 | 最坏情况 | 稳定 | 说明 |
|:--|:--:|:--:|:--:|---|
| 快速排序 | \`O(n log n)\` | \`O(n²)\` | 否 ❌ | 实际运行最快 |
| 归并排序 | \`O(n log n)\` | \`O(n log n)\` | 是 ✅ | 需要额外内存 |
| 堆排序 heap | \`O(n log n)\` | \`O(n log n)\` | 否 ❌ | 原地排序 |

如果需要保持相同元素的顺序，请选**归并排序**，否则使用语言自带的排序即可。`,
  },
  code: {
    question: "用 Python 写一个读取 CSV 并求和的函数",
    answer: `下面的函数逐行读取，*不会*把整个文件载入内存：

\`\`\`python
import csv
from decimal import Decimal

def total(path: str, column: str = "金额") -> Decimal:
    """返回一列数字之和；空单元格按 0 计算。"""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return sum((Decimal(row[column] or 0) for row in csv.DictReader(file)), Decimal(0))
\`\`\`

调用方式：\`total("账单.csv")\`。`,
  },
  list: {
    question: "怎样发布这个软件包？请给出步骤和命令",
    answer: `## 发布步骤

1. 确认工作区是干净的，并且所有检查都已通过，因为一旦有人安装了某个版本，就无法再撤回：
   - [x] 测试
   - [x] 更新日志
   - [ ] 版本号
2. 提升版本号：

   \`\`\`sh
   npm version minor
   git push --follow-tags
   \`\`\`

3. 发布：
   - 由 CI 完成，令牌保存在那里
     - 不要在自己的电脑上发布
   - 用 \`gh run watch\` 查看结果

### 如果失败

> 同一个版本号不要发布两次。提升补丁版本号后重新发布；撤回的版本号无法再次使用。

---

参见 [npm 文档](https://docs.npmjs.com/cli/commands/npm-publish)。`,
  },
  formula: {
    question: "解释一下求根公式",
    answer: `对于方程 $ax^2 + bx + c = 0$（$a \\neq 0$），求根公式为

$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$

判别式 $\\Delta = b^2 - 4ac$ 决定根的个数：$\\Delta > 0$ 时有两个实根，$\\Delta = 0$ 时有一个，$\\Delta < 0$ 时没有实根。`,
  },
  thinking: {
    question: "391 是质数吗？",
    reasoning:
      "从小的质因数开始试。391 是奇数；3+9+1=13，不能被 3 整除；末位不是 0 或 5；7×55=385，余 6；11×35=385，余 6；13×30=390，余 1；17×23=391。所以它是合数。",
    answer: "不是。**391 = 17 × 23**，是合数。",
  },
  diff: {
    question: "用 diff 展示修改",
    answer: `循环少算了最后一个元素：

\`\`\`diff
@@ -3,5 +3,5 @@ function sum(list) {
   let total = 0;
-  for (let i = 0; i < list.length - 1; i++) {
+  for (let i = 0; i < list.length; i++) {
     total += list[i];
   }
\`\`\``,
  },
  prose: {
    question: "什么是前缀缓存？",
    answer: `# 前缀缓存

**前缀缓存**会保存模型对提示词开头部分的计算结果。如果下一次请求的开头与之前*完全相同*，这一部分就不必重新计算：价格只有原来的几分之一，首字也更快出现。

## 怎样提高命中率

- 把不变的内容（系统提示词、文件、之前的对话）放在前面，把变化的内容放在最后。
- 不要把当前时间写进系统提示词：只要有一个 token 不同，它之后的内容就要全部重新计算。

### 在 DeepSeek

服务会自动完成缓存，以 64 个 token 为一块；\`usage\` 会给出命中的数量。`,
  },
} as const satisfies Record<string, Topic>;
