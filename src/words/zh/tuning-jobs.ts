import type { TuningWords } from "../types.ts";

export const tuningWords: TuningWords = {
  keys: "按 q 退出 · 任务继续运行",
  loss: { train: ({ loss }) => `训练损失 ${loss}`, valid: ({ loss }) => `验证损失 ${loss}` },
  step: ({ step, steps }) =>
    steps === null || steps < step ? `第 ${step} 步` : `第 ${step}/${steps} 步（${Math.floor((step / steps) * 100)}%）`,
  left: ({ time }) => `剩余 ${time}`,
  watching: ({ id, provider, model }) => `正在查看 ${provider} 上的 ${id}${model === null ? "" : `（${model}）`}`,
  status: ({ status }) => `状态：${status}`,
  paused: ({ reason, time }) => `${reason}将在 ${time} 后重试，任务不受影响。`,
  resumed: () => "连接已恢复。",
  goesOn: ({ id }) => `任务仍在运行。继续查看：deepseek-chat finetune watch ${id}`,
  succeeded: ({ id, model }) => `${id} 已完成：${model ?? "服务商未给出模型名"}`,
  useIt: ({ id }) => `为模型取个名字并开始对话：deepseek-chat finetune use ${id} <名字>`,
  billed: ({ tokens, cost }) => `训练 ${tokens} 个 token · ${cost ?? "费用未知"}`,
  created: ({ id, provider, model }) => `已在 ${provider} 创建微调任务 ${id}（${model}）。`,
  found: ({ id, provider, model }) => `${provider} 上已有微调任务 ${id}（${model}）：由之前的请求创建，未重复创建。`,
  watchIt: ({ id }) => `查看进度：deepseek-chat finetune watch ${id}`,
  reused: ({ file, id }) => `${file} 已上传过（${id}）。`,
  planned: ({ model, provider, files }) =>
    `在 ${provider} 上微调 ${model}，使用 ${files.map(({ file, size }) => `${file}（${size}）`).join("、")}`,
  cost: ({ tokens, epochs, cost }) => {
    const times = epochs === null ? "/轮" : epochs === 1 ? "" : ` × ${epochs} 轮`;
    return `约 ${tokens} 个 token${times} · ${cost === null ? "费用未知" : `约 ${cost}${epochs === null ? "/轮" : ""}`}`;
  },
  busy: "另一个程序正在创建同一个任务。",
  costUnknown: "费用未知",
  create: "创建任务？",
  createAnother: "再创建一个任务？",
  notCreated: "未创建任务。",
  noJobs: "本机没有微调任务的记录。请指定任务：deepseek-chat finetune watch <任务> -p <服务商>",
  noModel: "请用 -m 指定要微调的模型。",
  noFile: "请指定训练文件，或已上传文件的 ID：--set training_file=<ID>",
  noSuchThing: {
    list: ({ provider }) => `${provider} 的微调接口不能列出任务。`,
    checkpoints: ({ provider }) => `${provider} 的微调接口没有检查点。`,
    cancel: ({ provider }) =>
      `不知道如何取消 ${provider} 上的任务。可在配置文件中设置 providers.${provider}.fine_tuning.cancel。`,
  },
  columns: {
    job: "任务",
    status: "状态",
    model: "模型",
    tuned: "微调后的模型",
    created: "创建时间",
    tokens: "token",
    step: "步数",
    train: "训练损失",
    valid: "验证损失",
  },
  noneListed: ({ provider }) => `${provider} 上没有微调任务。`,
  noCheckpoints: ({ id }) => `${id} 没有检查点。`,
  statusOf: ({ id, status }) => `${id}：${status}`,
  unfinished: ({ id, status }) =>
    `任务 ${id} 还没有生成模型（${status}）。查看进度：deepseek-chat finetune watch ${id}`,
  aliasTaken: ({ name, target }) => `${name} 已是 ${target} 的别名。请换一个名字，或加上 --force 替换。`,
  replaceAlias: ({ name, target }) => `${name} 已是 ${target} 的别名，要替换吗？`,
  used: ({ name, model }) => `${name} 现在是 ${model} 的别名。`,
  chat: ({ name }) => `开始对话：deepseek-chat -m ${name}`,
};
