/** Words of the generated reference that the program itself does not say. */
export const headings = {
  en: {
    title: "The command line",
    generated: "Generated from the program's own declarations by `npm run docs`.",
    commands: "Commands",
    slash: "In a session",
    settings: "Settings",
    settingsIntro:
      "Flag, then environment, then `.env` in the working directory, then `config.yaml`, then the built-in value. The config file also knows `roles`, `providers`, `models`, `failover` and `holidays`.",
    exitCodes: "Exit codes",
    argument: "argument",
    option: "option",
    setting: "setting",
    meaning: "meaning",
    builtIn: "built-in",
    variable: "variable",
    code: "code",
    keys: [
      ["DEEPSEEK_API_KEY", "key of DeepSeek"],
      ["SILICONFLOW_API_KEY", "key of SiliconFlow"],
      ["DEEPSEEK_BASE_URL", "another endpoint for DeepSeek"],
      ["SILICONFLOW_BASE_URL", "another endpoint for SiliconFlow"],
      ["DEEPSEEK_CHAT_CONFIG", "path of the config file"],
      ["DEEPSEEK_CHAT_DEBUG", "1 adds stack traces to errors"],
      ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "as everywhere"],
    ],
  },
  zh: {
    title: "命令行参考",
    generated: "由 `npm run docs` 根据程序自身的声明生成。",
    commands: "命令",
    slash: "交互命令",
    settings: "设置",
    settingsIntro:
      "优先级依次为命令行、环境变量、工作目录的 `.env`、`config.yaml`、内置值。配置文件还支持 `roles`、`providers`、`models`、`failover` 和 `holidays`。",
    exitCodes: "退出码",
    argument: "参数",
    option: "选项",
    setting: "设置项",
    meaning: "含义",
    builtIn: "内置值",
    variable: "环境变量",
    code: "退出码",
    keys: [],
  },
} as const;

/** As promised to scripts; src/errors.ts gives each error its code. */
export function exitCodeRows(language: keyof typeof headings): readonly (readonly string[])[] {
  return language === "en"
    ? [
        ["0", "done"],
        ["1", "a fault of the program itself"],
        ["2", "bad usage: unknown option, missing argument, unreadable input file"],
        ["3", "settings or credentials: no key, 401, 402, 403, a broken config file"],
        ["4", "the provider refused the request: 400, 404, 422, content refused"],
        ["5", "the service failed: no connection, timeout, 429 or 5xx after retries, an answer cut short"],
        ["6", "local storage failed: a transcript that cannot be written or read"],
        ["129, 130, 143", "ended by SIGHUP, SIGINT, SIGTERM"],
      ]
    : [
        ["0", "正常结束"],
        ["1", "程序自身的错误"],
        ["2", "用法错误：未知选项、缺少参数、输入文件无法读取"],
        ["3", "设置或凭据：没有密钥、401、402、403、配置文件有误"],
        ["4", "服务商拒绝了请求：400、404、422、内容被拒"],
        ["5", "服务出错：无法连接、超时、重试后仍为 429 或 5xx、回答不完整"],
        ["6", "本地存储出错：对话记录无法写入或读取"],
        ["129、130、143", "被 SIGHUP、SIGINT、SIGTERM 终止"],
      ];
}
