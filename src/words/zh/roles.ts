import type { Words } from "../types.ts";

export const roles: Words["roles"] = {
  shipped: {
    commit: "根据 git diff 的输出撰写提交信息",
    translate: "翻译成中文；中文则译成英文",
    explain: "解释错误及其修复方法",
    review: "审查 diff 或文件",
    shell: "把任务写成 Shell 命令，在终端中可编辑后运行",
  },
  inUse: ({ name, parts }) => `角色：${name}${parts.length === 0 ? "" : `（${parts.join(" · ")}）`}`,
  cleared: "未使用角色。",
  list: ({ names }) => `可用角色：${names}。使用：/role <名称>`,
  edited: ({ name, path }) => `角色 ${name}：${path}`,
  editedConfig: ({ name, path }) => `角色 ${name} 位于 ${path} 的 roles.${name}。`,
  copied: ({ name, path }) => `已将内置角色 ${name} 复制到 ${path}，今后使用这份副本。`,
  unsupported: ({ name, unsupported }) => `角色 ${name} 中的 ${unsupported.join("、")} 不受支持，已忽略。`,
  command: {
    question: "运行这条命令？",
    run: "运行",
    edit: "编辑",
    leave: "不运行",
    disguised: "命令中含有控制字符或不可见字符，不提供运行。",
    ended: ({ ended }) => `命令以 ${ended} 结束。`,
  },
  valueNeeded: "请输入一个值。",
};
