import type { Words } from "../types.ts";

export const mcp: Words["mcp"] = {
  none: "没有 MCP 服务器。可用以下命令添加：deepseek-chat mcp add <名称> -- <命令>",
  states: {
    idle: "未启动",
    starting: "启动中…",
    ready: "就绪",
    ended: "已结束",
    failed: "失败",
    disabled: "已禁用",
    unapproved: "未批准",
    login: "需要登录",
  },
  tools: ({ tools }) => `${tools} 个工具`,
  leftOut: ({ server, tools }) => `MCP 服务器 ${server}：有 ${tools} 个工具因过大、过多或重名而未提供。`,
  prompts: ({ prompts }) => `${prompts} 个提示词`,
  resources: ({ resources }) => `${resources} 个资源`,
  seconds: ({ seconds }) => `${seconds} 秒`,
  waiting: ({ servers }) => `等待 MCP 服务器：${servers}…`,
  added: ({ name, path }) => `已将 ${name} 添加到 ${path}。`,
  replaced: ({ name, path, line }) => `已替换 ${path} 中的 ${name}，原为：${line}`,
  badName: ({ name }) => `MCP 服务器名称无效：${name}（不能含空格、冒号或斜杠）。`,
  badUrl: ({ url }) => `不是 http 或 https 地址：${url}。`,
  removed: ({ name, path }) => `已从 ${path} 移除 ${name}。`,
  inProject: ({ name, path }) => `${name} 定义在 ${path} 中，请在该文件中移除。`,
  commandOrUrl: "请指定 --url <url>，或在 -- 之后给出命令，二者选一。",
  pair: ({ option, form }) => `${option} 的格式为 ${form}。`,
  logIn: ({ server, url }) => `${server} 需要登录，正在浏览器中打开：\n${url}`,
  waitingForLogin: "等待在浏览器中完成登录…（按 Ctrl-C 取消）",
  loggedIn: "登录成功。可以关闭此窗口，回到终端。",
  loginRefused: "登录失败。请回到终端。",
  promptNeeds: ({ prompt, names }) => `${prompt} 需要 ${names}。`,
  restarted: ({ server }) => `正在重启 ${server}。`,
};

export const mcpEntryReasons: Readonly<Record<"variable" | "key" | "form" | "url", (value: string) => string>> = {
  variable: (value) => `未设置环境变量 ${value}`,
  key: (value) => `它需要 ${value}，但项目文件不能获得 API Key`,
  form: (value) => `${value} 无效`,
  url: (value) => `不是 http 或 https 地址：${value}`,
};

export const mcpFailures: Readonly<
  Record<"ended" | "slow" | "flooded" | "missing" | "answer", (reason: string) => string>
> = {
  ended: (reason) => `已退出（${reason}）`,
  slow: (reason) => `在 ${reason} 秒内未就绪`,
  flooded: () => "已停止：它发送的一条消息超过 16 MB",
  missing: (reason) => `无法启动（${reason === "ENOENT" ? "没有该命令或目录" : reason}）`,
  answer: (reason) => `失败：${reason}`,
};
