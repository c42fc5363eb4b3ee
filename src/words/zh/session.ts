import type { Words } from "../words.ts";

export const session: Words["session"] = {
  banner: ({ provider, model }) => `deepseek-chat · ${provider} · ${model}`,
  saving: ({ path }) => `保存到 ${path}。输入 /help 查看命令，q 退出。`,
  notSaving: "本次对话不保存（--no-transcript）。输入 /help 查看命令，q 退出。",
  demo: "演示模式：背后没有任何模型，由程序内置的小型服务器按固定脚本作答。",
  howToLeave: "输入 q 或再按一次 Ctrl-C 退出。",
  left: ({ path, command }) => `已保存到 ${path}。继续对话：${command}`,
  leftUnsaved: "没有保存任何内容。",
  unknownCommand: ({ name, nearest }) =>
    `没有 /${name} 命令${nearest === null ? "" : `，是不是想输入 /${nearest}?`}。/help 列出全部命令；要把它作为文本发送，请输入 //${name}。`,
  modelIs: ({ provider, model }) => `当前模型：${provider} 的 ${model}。`,
  systemIs: ({ system }) => `当前系统提示词：${system}`,
  systemSet: "系统提示词从下一个问题起生效。",
  systemCleared: "已去掉系统提示词。",
  noSystem: "没有系统提示词，可用 /system <内容> 设置。",
  newStarted: "从下一个问题起是新对话。",
  resumed: ({ title, turns }) => `继续对话《${title}》（${turns} 轮）。`,
  retired: ({ model, successor }) => `${model} 已于 2026-07-24 下线，请改用 ${successor}:--model ${successor}。`,
};

export const slash: Words["slash"] = {
  help: "查看可用的命令",
  model: "查看或更换模型：/model <模型>，或 服务商/模型",
  system: "查看、设置系统提示词，或用 - 去掉",
  new: "开始新对话",
  quit: "退出，输入 q 也可以",
};
