import { entryOf } from "../error-words.ts";
import type { BatchWords } from "../types.ts";

/** 表格中各种行的错误，按解析器的代码。 */
const rows: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "引号直到文件末尾都没有闭合",
  CSV_INVALID_CLOSING_QUOTE: "闭合引号之后还有文本（引号内的引号须写两次）",
  INVALID_OPENING_QUOTE: "未加引号的值中出现了引号",
  CSV_RECORD_INCONSISTENT_COLUMNS: "值的个数与列数不符",
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: "值的个数与列数不符",
};

/** 各种行内错误。 */
const faults: Readonly<Record<string, (detail: string) => string>> = {
  not_utf8: () => "不是有效的 UTF-8",
  too_long: (bytes) => `过长（${bytes} 字节；服务商最多接受 48 MiB）`,
  not_json: (said) => `不是有效的 JSON（${said}）`,
  not_object: () => "不是 JSON 对象，请每行写一个对象",
  no_prompt: () => "缺少 prompt、messages 或 body",
  empty_prompt: () => "提示词为空",
  bad_id: (value) => `ID 无效：${value}（应为不超过 512 个字符的文本）`,
  duplicate_id: (line) => `ID 与第 ${line} 行重复`,
  bad_method: (value) => `method 为 ${value}（应为 POST）`,
  bad_url: (value) => `url 为 ${value}（应为 /v1/chat/completions）`,
  bad_field: (field) => `无效的 ${field}`,
  bad_message: (place) => `无效的 ${place}`,
  bad_picture: (url) => `无法使用图片 ${url}`,
  picture_outside: (url) => `图片 ${url} 不在当前文件夹内，不会发送`,
  bad_header: (name) => `有两列同名：${name || "（空）"}`,
  bad_row: (code) => rows[code] ?? code,
  no_column: (name) =>
    name === "prompt" ? '缺少 prompt 的值（如需使用其他列：--template "… {{列名}} …"）' : `缺少 ${name} 的值`,
};

export const batchWords: BatchWords = {
  badLine: ({ path, line, fault, detail }) =>
    `${path === "-" ? "标准输入" : `${path} `}第 ${line} 行：${entryOf(faults, fault)?.(detail) ?? fault}`,
  moreBad: ({ count }) => `…… 另有 ${count} 行`,
  skipped: ({ bad }) => `已跳过 ${bad} 行无法使用的内容。`,
  ignored: ({ names }) => `以下字段在此没有意义，不会发送：${names.join("、")}。`,
  resumed: ({ done, total }) => `继续运行：共 ${total} 条，已完成 ${done} 条。`,
  nothingLeft: () => "没有剩余的任务。",
  costReached: () => "已停止：下一条的花费可能超出限额。",
  stopped: ({ message }) => `已停止：${message}`,
  failures: ({ code, count }) => `${code}：${count}`,
  retried: ({ count }) => (count === 0 ? "没有失败的条目需要重试。" : `重试失败的 ${count} 条。`),
  noBatches: () => "当前目录中没有批处理。",
  status: ({ output, input, state }) => [output, states[state], `输入：${input === "-" ? "标准输入" : input}`],
  counts: ({ answered, failed, left, total }) => [
    `共 ${total} 条`,
    `已回答 ${answered}`,
    `失败 ${failed}`,
    `剩余 ${left}`,
  ],
  tokens: ({ prompt, cached, completion }) => [`输入 ${prompt} token（缓存命中 ${cached}）`, `输出 ${completion}`],
  unpriced: ({ count }) => `${count} 条费用未知`,
  estimate: ({ model, items, tokens, maxOutput, isFree, costs }) => {
    const facts = [`${model}：${items} 条`, `输入 ${tokens} token`];
    if (maxOutput !== null) facts.push(`输出最多 ${maxOutput}`);
    if (costs === null) return [...facts, isFree ? "免费" : "价格未知"];
    const { offPeak, peak, atMost } = costs;
    const prompts = peak === null ? `提示词 ${offPeak}` : `提示词 错峰 ${offPeak}、高峰 ${peak}`;
    return [...facts, prompts, atMost === null ? "最高费用未知" : `最高 ${atMost}`];
  },
};

const states = { running: "运行中", stopped: "已停止", failures: "已结束，有失败", done: "已完成" };
