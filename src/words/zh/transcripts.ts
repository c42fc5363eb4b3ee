import { entryOf } from "../error-words.ts";
import type { Words } from "../types.ts";
import { refusalIn } from "./folder.ts";

const lossReasons: Record<string, string> = {
  missing: "不存在",
  changed: "已被修改",
  not_a_file: "不是普通文件",
  ELOOP: "是链接",
  bad_name: "不是有效的副本文件名",
  too_large: "过大",
  too_many: "已略过（图片总大小超出限制）",
};

export const transcripts: Words["transcripts"] = {
  notFound: "没有匹配的结果。",
  found: ({ shown, total, exact, id }) =>
    `显示 ${shown} 段，共${exact ? "" : "最多"} ${total} 段对话。查看：deepseek-chat transcripts show ${id}；恢复：deepseek-chat --resume ${id}`,
  moreFound: ({ count }) => `… 另有 ${count} 轮`,
  passedOver: ({ what }) => `已跳过：${what}`,
  indexing: "正在建立搜索索引",
  takenBack: "已撤销",
  removed: ({ title }) => `已删除：${title}`,
  reallyRemove: ({ title }) => `确定永久删除“${title}”？`,
  renamed: ({ title }) => `标题已改为：${title}`,
  pinned: ({ title }) => `已置顶：${title}`,
  unpinned: ({ title }) => `已取消置顶：${title}`,
  tagged: ({ title, tags }) => (tags === "" ? `已无标签：${title}` : `标签已更新：${title} · ${tags}`),
  none: ({ folder }) => `${folder} 中还没有对话。`,
  picture: ({ name, size }) => `图片：${name}${size === null ? "" : ` · ${size}`}`,
  lostPicture: ({ name, copy, reason }) =>
    `未包含图片 ${name}：${copy} ${entryOf(lossReasons, reason) ?? `无法读取（${refusalIn(reason)}）`}。`,
  moreLost: ({ count }) => `… 另有 ${count} 张图片未包含`,
  columns: { id: "ID", when: "时间", turns: "轮数", model: "模型", size: "大小", title: "标题" },
  labels: {
    Question: "问题",
    Thinking: "思考",
    Answer: "回答",
    Call: "工具调用",
    Result: "工具结果",
    Picture: "图片",
    Error: "错误",
    Interrupted: "中断",
  },
};

export const keys: Words["keys"] = {
  none: "还没有 API Key，可用 deepseek-chat setup 保存。",
  failed: ({ reason }) => `无法读取：${reason}`,
  removed: ({ provider, place }) => `已从${place}删除 ${provider} 的 API Key。`,
  left: ({ provider, place }) => `${provider} 仍有来自${place}的 API Key。`,
};

export const tables: Words["tables"] = {
  model: "模型",
  context: "上下文",
  price: ({ currency }) => `${currency}/百万 token：缓存命中 / 未命中 / 输出`,
  inUse: "使用中",
  noModels: ({ provider }) => `${provider} 没有提供任何模型。`,
  noBalance: ({ provider }) => `${provider} 不提供余额查询。`,
  balance: ({ total, granted, toppedUp }) =>
    `${total}${granted === null ? "" : `（赠送 ${granted}，充值 ${toppedUp ?? "?"}）`}`,
  origin: {
    flag: "命令行",
    role: "角色",
    profile: "方案",
    environment: "环境变量",
    dotenv: ".env",
    file: "配置文件",
    command: "key_command",
    keyring: "系统密钥环",
    store: "API Key 文件",
    "built-in": "内置",
  },
  notSet: "未设置",
  noEditor: "请先用 VISUAL 或 EDITOR 指定编辑器。",
};

export const confirm: Words["confirm"] = { yes: "是", no: "否", neither: "请回答“是”或“否”（y/n）。" };

export const picker: Words["picker"] = {
  title: ({ found, all }) => (found === all ? `对话（${all}）` : `对话（${found}/${all}）`),
  noMatch: "没有符合条件的对话。",
  searching: "正在搜索对话内容…",
  searchFailed: "对话内容搜索失败，仅按标题筛选",
  choosing: ({ first, show, resume, pin, export: exporting, remove }) =>
    `Enter ${first === "resume" ? "恢复" : "查看"} · ${first === "resume" ? `${show} 查看` : `${resume} 恢复`} · ${pin} 置顶 · ${exporting} 导出 · ${remove} 删除 · / 筛选 · q 退出`,
  filtering: "Enter 选定 · ↑↓ 返回列表 · Esc 清除筛选",
  form: "导出为哪种格式？",
  replace: ({ path }) => `${path} 已存在，要覆盖吗？`,
  back: "按任意键返回列表。",
  turns: ({ turns }) => `${turns} 轮`,
  age: ({ unit, count }) =>
    unit === "now"
      ? "刚刚"
      : `${count} ${{ minutes: "分钟", hours: "小时", days: "天", months: "个月", years: "年" }[unit]}`,
};
