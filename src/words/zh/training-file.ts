import type { PrivateKind } from "../../finetune/private-data.ts";
import type { ExampleForm, ExampleFault } from "../../finetune/line-problem.ts";
import type { TrainingWords } from "../types.ts";

const forms: Readonly<Record<ExampleForm, string>> = {
  chat: "messages",
  completion: "prompt 和 completion",
  preference: "input 和优选、非优选两个输出",
};

const problems: Readonly<Record<ExampleFault, (detail: string) => string>> = {
  not_utf8: () => "不是有效的 UTF-8",
  too_long: (bytes) => `过长（${bytes} 字节，每行最多 48 MiB）`,
  not_json: (said) => `不是有效的 JSON（${said}）`,
  not_object: () => "不是 JSON 对象；每行应为一个对象",
  no_example: (names) =>
    `没有 messages，也没有 prompt 与 completion，或 input 与两个输出${names && `（字段：${names}）`}`,
  other_form: (form) => `格式与第一条不同（${forms[form as ExampleForm]}）`,
  no_messages: () => "没有消息",
  bad_message: () => "不是消息，应为带 role 和 content 的对象",
  bad_role: (role) => `未知的 role：${role || "无"}（应为 system、user、assistant 或 tool）`,
  bad_content: (value) => `content 无效${value && `：${value}`}（应为文本或内容列表）`,
  empty_text: () => "文本为空",
  no_answer: () => "没有 assistant 消息，没有可学习的内容",
  last_not_answer: (role) => `最后一条消息的 role 是 ${role}，应为 assistant`,
  system_late: () => "system 消息不在最前",
  answer_first: () => "回答出现在问题之前",
  bad_call: () => "工具调用无效（应有 id、function.name，以及 JSON 文本形式的 function.arguments）",
  tool_without_call: (id) => `工具结果没有对应的调用${id && `：${id}`}`,
  call_without_result: (id) => `调用 ${id} 没有结果`,
  bad_weight: (value) => `weight 无效：${value}（应为 0 或 1，且只用于 assistant 消息）`,
  no_weight: () => "所有回答的 weight 均为 0，没有可学习的内容",
  bad_tools: () => "tools 无效（应为函数列表，每项有 name 和 parameters）",
  over_window: (tokens) => `${tokens} 个 token，超出模型的上下文长度`,
  unlisted_tool: (name) => `调用了 ${name}，但该条的 tools 中没有列出`,
  unknown_field: (name) => `未知的字段：${name}`,
  repeated_role: (role) => `连续两条 ${role} 消息`,
  empty_system: () => "system 消息为空",
  duplicate: (line) => `与第 ${line} 行相同`,
};

const kinds: Readonly<Record<PrivateKind, string>> = {
  key: "密钥",
  email: "电子邮箱",
  phone: "电话号码",
  id_number: "身份证号",
};

const reasons = {
  unfinished: "没有回答、回答失败或被截断",
  picture: "含有图片",
  not_good: "没有用 /good 标记",
  context: "位于略去的一轮之后",
  duplicate: "与另一条样本相同",
  empty: "没有内容",
} as const;

export const training: TrainingWords = {
  reading: "检查中",
  levels: { error: "错误", warning: "警告" },
  problem: ({ code, at, detail }) => `${at === "" ? "" : `${at}: `}${problems[code](detail)}`,
  more: ({ count }) => `… 另有 ${count} 处，可用 --json 全部列出。`,
  contents: ({ file, form, examples, messages }) =>
    form === null ? `${file} · 没有样本` : `${file} · ${examples} 条样本（${forms[form]}） · ${messages} 条消息`,
  tokens: ({ tokens, longest, longestLine, model, isExact, window }) =>
    `${isExact ? "" : "约 "}${tokens} 个 token（${isExact ? `按 ${model} 的词表` : "估算"}） · 最长的样本 ${longest}（第 ${longestLine} 行）${window === null ? "" : ` · 上下文长度 ${window}`}`,
  cost: ({ cost }) => `每轮（epoch）约 ${cost}`,
  costUnknown: ({ model, currency }) =>
    `费用未知：没有 ${model} 的训练价格（${currency}）。可在配置文件中设置 models.${model}.${currency}.training。`,
  found: ({ title, turn, role, kind, excerpt, mask }) =>
    `${mask ? "已遮盖" : "发现"}“${title}”第 ${turn} 轮（${role}）中的${kinds[kind]}：${excerpt}`,
  leftOut: ({ title, turn, why }) => `已略去“${title}”${turn === null ? "" : `第 ${turn} 轮`}（${reasons[why]}）`,
  reallyReplace: ({ path }) => `${path} 已存在，要覆盖吗？`,
  prepared: ({ examples, path, validation }) =>
    `已写入 ${examples} 条样本到 ${path}${validation === null ? "" : `，${validation.examples} 条到 ${validation.path}`}。未发送任何内容。`,
  notAllCompared: "只在前 4,000,000 条样本中查找重复。",
  few: ({ examples }) => `只有 ${examples} 条样本：采用 OpenAI 接口的服务至少要求 10 条。`,
  verdict: ({ errors, warnings }) =>
    errors + warnings === 0
      ? "没有发现问题。未发送任何内容。"
      : `${errors} 个错误，${warnings} 个警告。未发送任何内容。`,
};
