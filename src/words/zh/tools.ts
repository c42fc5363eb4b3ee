import type { Words } from "../types.ts";

export const tools: Words["tools"] = {
  on: "开",
  off: "关",
  kinds: {
    "built-in": "内置",
    config: "配置文件",
    folder: "工具目录",
    aichat: "aichat",
    mcp: "MCP 服务器",
  },
  builtIn: {
    current_time: "查询本地或其他时区的日期、时间和星期",
    fetch_url: "读取公开网页",
    list_files: "列出目录下的文件",
    read_file: "读取工作目录中的文本文件",
    run_command: "运行 shell 命令，每次都会询问",
    search_files: "用正则表达式在文件中查找",
    search_transcripts: "搜索已保存的对话",
    web_fetch: "通过 DeepSeek 的服务读取网页（收费）",
    web_search: "通过 DeepSeek 的服务联网搜索（收费）",
  },
  noneOn: "没有启用任何工具：--tools <名称> 为单个命令启用，配置文件中的 tools.enable 则始终启用。",
  noneOnHere: "没有启用任何工具，可用 /tools on <名称> 启用。",
  how: "用法：/tools [on | off <名称>]",
  tooMany: ({ count, max }) => `已启用 ${count} 个工具，而一次请求最多提供 ${max} 个，其余未提供。可用 --tools 选择。`,
  badName: ({ name, source }) => `未使用 ${source} 中的工具 ${name}：名称只能由 1 到 64 个字母、数字、_ 和 - 组成。`,
  sameName: ({ name, source, other }) => `未使用 ${source} 中的工具 ${name}：${other} 中已有同名工具。`,
  pictures: ({ count }) => `有 ${count} 张图片未输出，可用 --json 获取。`,
};
