import type { Words } from "../words.ts";

export const setup: Words["setup"] = {
  intro: "想使用哪个服务商？",
  provider: {
    deepseek: "DeepSeek（api.deepseek.com），密钥在 platform.deepseek.com 申请",
    siliconflow: "硅基流动国内站（api.siliconflow.cn），密钥在 cloud.siliconflow.cn 申请",
    "siliconflow-com": "硅基流动国际站（api.siliconflow.com），密钥在 cloud.siliconflow.com 申请",
  },
  local: ({ name, models }) => `本机正在运行的 ${name}（${models} 个模型）`,
  demo: "还没有密钥：先看一段不含模型的演示",
  key: ({ provider }) => `${provider} 的 API 密钥（输入时不显示）`,
  checking: "正在验证密钥",
  accepted: ({ models }) => `密钥有效，服务商提供 ${models} 个模型。`,
  balance: ({ balance }) => `余额：${balance}`,
  empty: "账户余额不足，提问前请先充值。",
  again: "换一个密钥再试？",
  keepUnchecked: "无法验证密钥，仍要保存吗？",
  model: "使用哪个模型？",
  inKeyring: ({ keyring }) => `已保存到系统密钥环（${keyring}）。`,
  keyringFailed: ({ keyring, reason }) => `系统密钥环（${keyring}）无法保存（${reason}），改存到文件。`,
  typed: "刚才的输入",
  malformed: "其中有密钥中不会出现的字符（空格、引号等），请只复制密钥本身。",
  stored: ({ path }) => `已保存到 ${path}，仅本人可读。`,
  settled: ({ provider, model, path }) => `今后默认使用 ${provider} 的 ${model}（${path}）。`,
};
