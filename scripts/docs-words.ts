/** Words of the generated reference that the program itself does not say. */
export const headings = {
  en: {
    title: "The command line",
    generated: "Generated from the program's own declarations by `npm run docs`.",
    commands: "Commands",
    slash: "In a session",
    settings: "Settings",
    settingsIntro:
      "Precedence: flag, environment variable, `.env` in the working directory, `config.yaml`, built-in value. The config file also takes `profiles`, `roles`, `providers`, `models`, `failover`, `holidays`, `budget` and `limits`. `budget: {day, month, conversation, <provider>: {day, month, conversation}}` limits what may be spent, in units of `currency`: all limits are optional, those of a provider hold beside those of all providers together. `limits: {<provider>: {rpm, tpm, concurrency}}` limits what is sent to a provider: requests and tokens per minute, and requests at once; each is optional, and at least 1. A profile (`profiles: {test: {model: m, providers: {mine: {base_url: https://test.example.com/v1}}}}`) is a named set of settings and of rows of providers, chosen by `--profile`, `DEEPSEEK_CHAT_PROFILE` or the setting `profile`, and by no `.env`: its settings come directly behind flags where a flag names it, else directly before those of the config file.",
    models: "How models are named",
    modelsText:
      "`-m`, `DEEPSEEK_CHAT_MODEL`, `model:`, `/model` and the entries of `failover` take `provider/id`, a provider's name (its default model), an id, or an alias. Ids may contain slashes, even after another provider's name (`deepseek/deepseek-r1` at a gateway). If a provider is given as well, by `-p` or in the same place (`provider:` beside `model:`, one variable beside the other), the text is an id of that provider, with or without the provider's name in front. Only if no provider is given does a provider's name before the first slash choose the provider. In a session, `/model` keeps the current provider if its list contains exactly this id, and always if the model was chosen from that list. An entry of `failover` that has no slash and is no provider's name is another model of the same provider.",
    aliasesText:
      "A text under `models` in the config file makes its name an alias: `models: {cheap: deepseek/deepseek-flash}`, or `deepseek-chat config set models.cheap deepseek/deepseek-flash`. An alias can be used wherever a model is named, also as `title_model`, as a provider's `model` and for another alias, and is read as if the text itself stood there. A mapping under `models` has the facts and prices of a model. An alias that leads back to itself, or whose text has a slash and no provider's name before it, is an error.",
    roles: "Roles",
    rolesText:
      "A role is a system prompt or a template of the question, with the model and settings for it: `roles` in the config file, a file `roles/<name>.md` beside it, a built-in one, or one of aichat or llm. See [roles.md](roles.md).",
    exitCodes: "Exit codes",
    argument: "argument",
    setting: "setting",
    meaning: "meaning",
    builtIn: "built-in",
    variable: "variable",
    code: "code",
    manual: {
      title: "User Commands",
      name: "NAME",
      synopsis: "SYNOPSIS",
      commands: "COMMANDS",
      options: "OPTIONS",
      environment: "ENVIRONMENT",
      exitStatus: "EXIT STATUS",
      stop: ".",
    },
    keys: [
      ["DEEPSEEK_API_KEY", "API key for DeepSeek"],
      ["SILICONFLOW_API_KEY", "API key for SiliconFlow"],
      ["DEEPSEEK_BASE_URL", "base URL for DeepSeek"],
      ["SILICONFLOW_BASE_URL", "base URL for SiliconFlow"],
      ["DEEPSEEK_CHAT_CONFIG", "path of the config file"],
      ["DEEPSEEK_CHAT_DEBUG", "1 adds stack traces to errors"],
      ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "as in other programs"],
    ],
  },
  zh: {
    title: "命令行参考",
    generated: "由 `npm run docs` 根据程序自身的声明生成。",
    commands: "命令",
    slash: "交互命令",
    settings: "设置",
    settingsIntro:
      "优先级依次为命令行、环境变量、工作目录的 `.env`、`config.yaml`、内置值。配置文件还支持 `profiles`、`roles`、`providers`、`models`、`failover`、`holidays`、`budget` 和 `limits`。`budget: {day, month, conversation, <服务商>: {day, month, conversation}}` 限制可花费的金额，单位为 `currency`：各项均可省略，单个服务商的限额与所有服务商合计的限额同时生效。`limits: {<服务商>: {rpm, tpm, concurrency}}` 限制发往该服务商的请求：每分钟请求数、每分钟 token 数、并发请求数；各项均可省略，最小为 1。方案（`profiles: {test: {model: m, providers: {mine: {base_url: https://test.example.com/v1}}}}`）是一组有名称的设置和服务商配置，由 `--profile`、`DEEPSEEK_CHAT_PROFILE` 或设置项 `profile` 选定，`.env` 不能选定：由命令行指定时，其设置仅次于命令行选项，否则仅优先于配置文件。",
    models: "如何指定模型",
    modelsText:
      "`-m`、`DEEPSEEK_CHAT_MODEL`、`model:`、`/model` 和 `failover` 的各项都接受 `服务商/模型`、服务商名（使用其默认模型）、模型 ID 或别名。模型 ID 本身也可能带斜杠，甚至以其他服务商的名字开头（如网关上的 `deepseek/deepseek-r1`）。因此，只要同时指定了服务商（`-p`，或同一处的设置：`model:` 旁的 `provider:`、另一个环境变量），整段文字就是该服务商的模型 ID，前面可带也可不带服务商名。只有没有指定服务商时，第一个斜杠前的服务商名才起作用。在会话中，如果当前服务商的列表中正好有这个 ID，`/model` 就留在当前服务商；从列表中选择时总是如此。`failover` 中不带斜杠且不是服务商名的一项，是同一服务商的另一个模型。",
    aliasesText:
      "配置文件 `models` 中值为文本的一项是别名：`models: {cheap: deepseek/deepseek-flash}`，或 `deepseek-chat config set models.cheap deepseek/deepseek-flash`。凡是填写模型的地方都可以用别名，`title_model`、服务商的 `model` 和其他别名中也可以，效果与直接写出其文本相同。值为映射的一项则是某个模型的参数和价格。指回自身的别名，以及文本带斜杠而斜杠前不是服务商名的别名，都是错误。",
    roles: "角色",
    rolesText:
      "角色是系统提示词或问题模板，以及为它选定的模型和设置：位于配置文件的 `roles`，或同目录的 `roles/<名称>.md`；也可以是内置角色，或 aichat、llm 的角色。见 [roles.zh.md](roles.zh.md)。",
    exitCodes: "退出码",
    argument: "参数",
    setting: "设置项",
    meaning: "含义",
    builtIn: "内置值",
    variable: "环境变量",
    code: "退出码",
    manual: {
      title: "用户命令",
      name: "名称",
      synopsis: "概要",
      commands: "命令",
      options: "选项",
      environment: "环境变量",
      exitStatus: "退出状态",
      stop: "。",
    },
    keys: [
      ["DEEPSEEK_API_KEY", "DeepSeek 的 API Key"],
      ["SILICONFLOW_API_KEY", "硅基流动的 API Key"],
      ["DEEPSEEK_BASE_URL", "DeepSeek 的 base URL"],
      ["SILICONFLOW_BASE_URL", "硅基流动的 base URL"],
      ["DEEPSEEK_CHAT_CONFIG", "配置文件的路径"],
      ["DEEPSEEK_CHAT_DEBUG", "设为 1 时错误附带堆栈信息"],
      ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS", "与其他程序相同"],
    ],
  },
} as const;

/** As promised to scripts; src/errors.ts gives each error its code. */
export function exitCodeRows(language: keyof typeof headings): readonly (readonly string[])[] {
  return language === "en"
    ? [
        ["0", "success; also if the answer was cut off at max_tokens, as stderr and `finish_reason` say"],
        ["1", "internal error"],
        ["2", "bad usage: unknown option, missing argument, unreadable input file"],
        ["3", "settings or credentials: no API key, 401, 402, 403, invalid config file"],
        ["4", "the provider refused the request: 400, 404, 422, content refused; empty answer"],
        ["5", "the service failed: no connection, timeout, 429 or 5xx after retries, incomplete answer"],
        ["6", "local storage failed: a transcript can't be written or read"],
        ["129, 130, 143", "terminated by SIGHUP, SIGINT, SIGTERM"],
      ]
    : [
        ["0", "成功；回答达到 max_tokens 上限被截断时也是 0，stderr 和 `finish_reason` 会说明"],
        ["1", "程序内部错误"],
        ["2", "用法错误：未知选项、缺少参数、输入文件无法读取"],
        ["3", "设置或凭据：没有 API Key、401、402、403、配置文件有误"],
        ["4", "服务商拒绝了请求：400、404、422、内容被拒、回答为空"],
        ["5", "服务出错：无法连接、超时、重试后仍为 429 或 5xx、回答不完整"],
        ["6", "本地存储出错：对话记录无法写入或读取"],
        ["129、130、143", "被 SIGHUP、SIGINT、SIGTERM 终止"],
      ];
}
