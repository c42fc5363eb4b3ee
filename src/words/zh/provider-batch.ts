import type { ProviderBatchWords } from "../types.ts";

export const providerBatchWords: ProviderBatchWords = {
  part: ({ part }) => `第 ${part} 部分`,
  noTools: ({ provider }) => `${provider} 的批量任务不会运行工具或联网搜索：模型将直接回答。`,
  cut: ({ items, total }) =>
    `费用上限目前只允许提交 ${total} 条中的 ${items} 条。待其完成后，剩余金额足够时再提交其余条目。`,
  created: ({ id, provider, items, size }) => `已在 ${provider} 创建批量任务 ${id}：${items} 条（${size}）。`,
  status: ({ id, status, counts }) => {
    if (counts === null) return `${id}：${status}`;
    const failed = counts.failed > 0 ? `，失败 ${counts.failed}` : "";
    return `${id}：${status} · 已完成 ${counts.completed}/${counts.total}${failed}`;
  },
  collected: ({ id, status, answered, failed, left }) => {
    const parts = [
      `成功 ${answered}`,
      ...(failed > 0 ? [`失败 ${failed}`] : []),
      ...(left > 0 ? [`无结果 ${left}`] : []),
    ];
    return `${id}：${status} · ${parts.join("，")}`;
  },
  oddLines: ({ id, unknown, doubled, unreadable }) => {
    const parts = [
      ...(unknown > 0 ? [`ID 未知 ${unknown} 行`] : []),
      ...(doubled > 0 ? [`重复 ${doubled} 行`] : []),
      ...(unreadable > 0 ? [`无法解析 ${unreadable} 行`] : []),
    ];
    return `${id}：结果中已忽略：${parts.join("，")}。`;
  },
  filesGone: ({ id, files }) => `${id}：${files} 个结果文件已被清除。`,
  mistake: ({ line, code, message }) => {
    const text = [code, message].filter((part) => part !== "").join("：");
    return line === null ? text : `第 ${line} 行：${text}`;
  },
  paused: ({ reason, time }) => `${reason}将在 ${time} 后重试，批量任务不受影响。`,
  goesOn: ({ provider, ids }) =>
    `${provider} 上有 ${ids.length} 个批量任务仍在运行：${ids.join("、")}。重新运行同一命令可继续等待结果；也可在任意机器上运行：deepseek-chat batch status --id ${ids[0] ?? ""} -p ${provider} -o <文件>`,
  alsoRunning: ({ provider, batches }) =>
    `此输出文件的 ${batches} 个批量任务可能仍在 ${provider} 上运行：在本机再次处理的条目会重复计费。如需等待其结果，请加上 --at-provider。`,
  otherProvider: ({ id, model, provider }) =>
    `条目 ${id} 指定的模型 ${model} 不属于 ${provider}。批量任务只能使用该服务自己的模型。`,
  overAlready: ({ id }) => `${id} 已结束，无需取消。`,
  expires: ({ time }) => `${time} 过期`,
  downloadable: ({ id, provider }) => `下载结果：deepseek-chat batch status --id ${id} -p ${provider} -o <文件>`,
  written: ({ path, answered, failed }) => `成功 ${answered}，失败 ${failed} · ${path}`,
};
