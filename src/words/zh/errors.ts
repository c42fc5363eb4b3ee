import { batchErrors } from "./batch-errors.ts";
import { mcpEntryReasons, mcpFailures } from "./mcp.ts";
import { cacheReasons, queueReasons } from "./cache.ts";
import type { ErrorDetails, PictureRefusal, SchemaMistake, ServiceName } from "../../errors.ts";
import { entryOf } from "../error-words.ts";
import type { Words } from "../types.ts";
import { noConnection } from "./no-connection.ts";
import { refusalIn } from "./folder.ts";
import { forbidden, keyWanted, refused } from "./refusals.ts";

/** The config file, or the file of a role. */
function placeIn(path: string, line: number | null, role: string | undefined): string {
  return `${role === undefined ? "配置文件" : "角色文件"} ${path}${line === null ? " " : ` 第 ${line} 行`}`;
}

function fixOf(role: string | undefined): string {
  return role === undefined ? "请用 deepseek-chat config edit 修改。" : `请用 deepseek-chat roles edit ${role} 修改。`;
}

/** What providers offer beside chat, with the row of the config file that says it. */
export const services: Readonly<Record<ServiceName, { readonly name: string; readonly row: string }>> = {
  batches: { name: "批量推理", row: "batches" },
  images: { name: "图片生成", row: "images" },
  files: { name: "文档上传", row: "files" },
  ocr: { name: "文字识别（OCR）", row: "ocr" },
  fineTuning: { name: "模型微调", row: "fine_tuning" },
  fillIn: { name: "中间补全（FIM）", row: "fill_in" },
};

export const errors: Words["errors"] = {
  internal: ({ message }) => ({
    what: `程序内部错误：${message.replace(/[.。]$/u, "")}。`,
    next: "请设置 DEEPSEEK_CHAT_DEBUG=1 重新运行，并附上详情反馈。",
  }),
  usage: ({ message, command = "deepseek-chat" }) => ({ what: message, next: `用法见 ${command} --help。` }),
  not_possible: ({ message }) => ({ what: message, next: "" }),
  no_question: () => ({
    what: "未提供问题。",
    next: '请直接写在命令后：deepseek-chat ask "…"，或通过管道传入。',
  }),
  input_unreadable: ({ path, reason, limit = "" }) => {
    const [why, next] = entryOf(inputWords, reason) ?? [() => reason, "请检查路径和权限。"];
    return { what: `无法读取 ${path}：${why(limit)}。`, next };
  },
  no_vision: ({ model, other }) => ({
    what: `${model} 不支持图片，未发送。`,
    next: `请使用 -m ${other}（对话中：/model ${other}），或在配置文件的 models.vision 中指定用于图片的模型。`,
  }),
  no_web_search: ({ provider, model }) => ({
    what: `${provider}/${model} 不支持联网搜索，也没有可用的搜索工具。`,
    next: "可改用 -m deepseek/deepseek-flash，配置 DeepSeek 的 API Key（deepseek-chat setup -p deepseek），或添加带搜索工具的 MCP 服务器。",
  }),
  url_unreadable: ({ url, reason, detail = "" }) => {
    const [why, next] = entryOf(urlWords, reason) ?? [() => reason, ""];
    return { what: `无法读取 ${url}：${why(detail)}。`, next };
  },
  picture_lost: ({ provider, url, reason, detail }) => {
    const why = entryOf(pictureWords, reason) ?? entryOf(urlWords, reason)?.[0];
    return {
      what: `${provider} 返回的一张图片无法使用：${why?.(detail) ?? reason}。`,
      next: url === "" ? "请重试。" : `链接失效前可在浏览器中打开：${url}`,
    };
  },
  input_too_heavy: ({ path, why }) => ({
    what: `导入 ${path} ${why === "time" ? "耗时过长" : "占用内存过多"}，已停止。`,
    next: "此前导入的对话已保留。请将文件拆分后再导入。",
  }),
  not_a_conversation: ({ path }) => ({
    what: `${path} 中没有可识别的对话。`,
    next: "可导入的格式请见 deepseek-chat help transcripts import。",
  }),
  output_exists: ({ path, inSession }) => ({
    what: `文件 ${path} 已存在。`,
    next: inSession === true ? "请换一个文件名。" : "如要覆盖，请加 --force。",
  }),
  output_needed: ({ count, form }) => ({
    what: `${count} 段对话无法写入同一个 ${form} 文件。`,
    next: "请用 -o 指定一个目录。",
  }),
  nothing_named: ({ option, what }) => ({
    what: `没有指定${what === "file" ? "文件" : "对话"}。`,
    next: `请提供 ID，或使用 ${option}。`,
  }),
  not_a_terminal: ({ what, instead }) => ({
    what: `${what} 需要在终端中交互使用。`,
    next: instead === undefined ? "请在终端中运行。" : `请在终端中运行，或加上 ${instead}。`,
  }),
  unknown_provider: ({ name, known }) => ({
    what: `未知服务商：${name}（可用：${known.join("、")}）。`,
    next: `可用 deepseek-chat setup -p ${name} 添加，或在配置文件的 providers 中填写。`,
  }),
  unknown_profile: ({ name, known, nearest }) => ({
    what: `配置文件中没有方案“${name}”${known.length === 0 ? "" : `（现有：${known.join("、")}）`}。`,
    next:
      nearest === null
        ? `可用 deepseek-chat config set --profile ${name} model <模型> 添加。`
        : `是否想用 ${nearest}？`,
  }),
  slow_pattern: ({ pattern, seconds }) => ({
    what: `搜索 ${pattern} 超过 ${seconds} 秒，已停止。`,
    next: "类似 (x+)+ 的嵌套重复在某些行上会无限回溯，请改写正则表达式。",
  }),
  bad_pattern: ({ pattern, reason }) => ({
    what: `正则表达式无效：${pattern}（${reason}）。`,
    next: "请用反斜杠转义特殊字符，或去掉 --regex。",
  }),
  no_working_folder: () => ({
    what: "当前目录已不存在。",
    next: "请先切换到其他目录（cd）。",
  }),
  no_home: () => ({
    what: "找不到主目录：HOME 未设为绝对路径，当前账户也没有主目录。",
    next: "请设置 HOME。",
  }),
  unknown_setting: ({ name, nearest }) => ({
    what: `未知设置项：${name}${meant(nearest)}。`,
    next: "deepseek-chat config list 可列出全部设置；配置文件的其他内容见 README。",
  }),
  setting_fixed: ({ name, instead }) => ({
    what: `/set 不能更改 ${name}。`,
    next: `请用 ${instead}。`,
  }),
  bad_value: ({ name, value, expected, nearest }) => ({
    what: `${name} 的值无效：${value}（应为 ${range(expected)}${nearest ? `；是否想用 ${nearest}？` : ""}）。`,
    next: "",
  }),
  missing_variable: ({ role, names }) => ({
    what: `角色 ${role} 缺少变量 ${names.join("、")} 的值。`,
    next: `请用 --var ${names[0]}=… 指定，或在 vars 中设置默认值：deepseek-chat roles edit ${role}。`,
  }),
  no_such_turns: ({ turns, title, count }) => ({
    what: `没有第 ${turns} 轮：《${title}》共 ${count} 轮。`,
    next: count < 2 ? "去掉 --turns 可导出全部。" : `--turns 的范围是 1 到 ${count}，例如 --turns 1-${count}。`,
  }),
  too_many_tags: ({ title, max }) => ({
    what: `《${title}》最多只能有 ${max} 个标签，未作任何修改。`,
    next: "请先删除一些标签：deepseek-chat transcripts tag <对话> <标签> --remove。",
  }),
  bad_tag: ({ tag, longest }) => ({
    what: `标签无效：${tag === "" ? '""' : tag}。`,
    next: `标签是一个不超过 ${longest} 个字符的词，不能含空格、逗号或 #。`,
  }),
  editor_failed: ({ editor, ended }) => ({
    what: ended === null ? `无法运行编辑器 ${editor}。` : `编辑器 ${editor} 异常退出（${ended}）。`,
    next: "请检查 VISUAL 或 EDITOR：其值是 shell 命令，含空格的路径需加引号。",
  }),
  not_a_log: ({ path }) => ({
    what: `${path} 已存在且不是本程序的日志，因此不会写入。`,
    next: "请用 --log-file 或 DEEPSEEK_CHAT_LOG 指定其他文件。",
  }),
  no_key: ({ provider, variable }) => ({
    what: `未配置 ${provider} 的 API Key。`,
    next: `请在终端中运行 deepseek-chat setup -p ${provider}，或设置环境变量 ${variable}；没有 API Key 时可用 --provider demo 体验。`,
  }),
  no_secret: ({ provider, secret, variable }) => ({
    what: `${provider} 的 auth 需要密钥 ${secret}，但未找到。`,
    next: `请${variable === null ? "" : `设置环境变量 ${variable}，或`}用 deepseek-chat keys store ${provider}/${secret} 保存。`,
  }),
  not_trusted: ({ name }) => ({
    what: `没有与 ${name} 匹配的已批准内容。`,
    next: "已批准的内容见 deepseek-chat trust list。",
  }),
  no_stored_key: ({ provider, origin }) => ({
    what: `未保存 ${provider} 的 API Key。`,
    next:
      origin === null
        ? "已保存的 API Key 见 deepseek-chat keys list。"
        : `当前使用的 API Key 来自 ${origin}，请在该处删除。`,
  }),
  key_malformed: ({ provider, origin }) => ({
    what: `${origin} 中的 ${provider} API Key 含有无效字符（空格、引号等）。`,
    next: "请到服务商网站重新复制 API Key，不要带其他内容。",
  }),
  key_command_failed: ({ provider, command, why, reason, said }) => ({
    what: `${provider} 的 key_command（${command}）${keyCommandWords[why](reason)}${said === "" ? "" : `：${said}`}。`,
    next: "请先在 shell 中试运行：它应在 stdout 上只输出 API Key。",
  }),
  keyring_failed: ({ provider, keyring, reason }) => ({
    what: `无法使用系统密钥环（${keyring}），读取不到 ${provider} 的 API Key：${reason ?? "本机没有密钥环"}。`,
    next: "请先解锁；或把 key_store 设为 file，再运行 deepseek-chat setup 重新保存。",
  }),
  key_rejected: ({ provider, status, origin, reason, isSigned = false }) =>
    isSigned
      ? {
          what: `${provider} 不接受用 ${origin} 签名的请求（${status}：${reason}）。`,
          next: `deepseek-chat doctor -p ${provider} 会显示签名的内容；改写请求的代理会使签名失效。`,
        }
      : {
          what: `${provider} 不接受来自 ${origin} 的 API Key（${status}：${reason}）。`,
          next: "请检查 API Key，或用 deepseek-chat setup 重新保存。",
        },
  key_wanted: keyWanted,
  auth_failed: ({ provider, why, reason, said }) => ({
    what: `无法为发往 ${provider} 的请求签名：${authWords[why]({ reason, said })}。`,
    next: `请检查配置文件中的 providers.${provider}.auth（deepseek-chat config edit）；deepseek-chat doctor -p ${provider} 会说明其含义。`,
  }),
  token_untimely: ({ provider, origin, why, at }) => ({
    what: `${provider} 不接受来自 ${origin} 的令牌：${why === "expired" ? `已于 ${at} 过期` : `${at} 之前无效`}。`,
    next: why === "expired" ? "请换用新的令牌。" : "请检查本机时钟，或换用新的令牌。",
  }),
  tool_not_allowed: ({ names }) => ({
    what: `未运行 ${names.join("、")}：不在终端中，无法征求同意。`,
    next: `可用 --allow-tool ${names[0]} 允许，或在终端中运行。`,
  }),
  tools_unreadable: ({ path, line, key, value, expected, reason }) => ({
    what: `无法使用 ${path}${line === null ? "" : ` 第 ${line} 行`}中的工具：${
      key === null
        ? (entryOf(configWords, reason) ?? refusalIn(reason))
        : expected === null
          ? `未知设置项 ${key}`
          : `${key} 的值无效：${value}（应为 ${range(expected)}）`
    }。`,
    next: "其他工具不受影响。",
  }),
  no_balance: ({ provider, reason }) => ({
    what: `${provider} 账户余额不足（${reason}）。`,
    next: "请到服务商网站充值后重试；余额可用 deepseek-chat balance 查看。",
  }),
  forbidden,
  no_model: ({ provider }) => ({
    what: `未指定 ${provider} 的模型。`,
    next: `请用 --model 指定，可用模型见 deepseek-chat models -p ${provider}。`,
  }),
  role_unapproved: ({ role, path }) => ({
    what: `项目中的角色 ${role}（${path}）未经批准。`,
    next: `可用 deepseek-chat roles show ${role} 查看内容，在终端中使用时批准。`,
  }),
  config_broken: ({ path, line, key, reason, role }) => ({
    what: `${placeIn(path, line, role)}${key === null ? "" : ` ${key} `}有误：${entryOf(configWords, reason) ?? refusalIn(reason)}。`,
    next: fixOf(role),
  }),
  config_misfit: ({ path, line, key, value, expected, role }) => ({
    what: `${placeIn(path, line, role)}有误：${key} 的值无效：${value}（应为 ${range(expected)}）。`,
    next: fixOf(role),
  }),
  config_unknown: ({ path, line, key, nearest, role }) => ({
    what: `${placeIn(path, line, role)}有误：未知设置项 ${key}${meant(nearest)}。`,
    next: fixOf(role),
  }),
  unset_variable: ({ setting, variable }) => ({
    what: `${setting} 需要环境变量 ${variable}，但它没有设置。`,
    next: `请在环境中设置 ${variable}（目录中的 .env 不起作用），或写明默认值：\${${variable}:-…}。`,
  }),
  untrusted_endpoint: ({ provider, url, origin, keyOrigin }) => ({
    what: `${origin} 把 ${provider} 指向 ${url}，而 API Key 来自 ${keyOrigin}，因此没有发送。`,
    next: `如果信任该地址，请将 ${URL.parse(url)?.origin ?? url} 加入配置文件的 trusted_endpoints（deepseek-chat config edit）。`,
  }),
  insecure_endpoint: ({ provider, url }) => ({
    what: `${provider} 的地址 ${url} 是明文 http，会在网络上暴露 API Key。`,
    next: `请使用 https；如果网络由你掌控，可将 ${URL.parse(url)?.hostname ?? url} 加入配置文件的 allow_http（deepseek-chat config edit）。`,
  }),
  insecure_proxy: ({ provider, url, variable }) => ({
    what: `${provider} 的地址 ${url} 是明文 http，而 ${variable} 要求经过代理，代理会看到 API Key。`,
    next: `请使用 https；或将 ${URL.parse(url)?.hostname ?? url} 加入 NO_PROXY，改为直连。`,
  }),
  mcp_unknown: ({ name, known }) => ({
    what: `没有名为 ${name} 的 MCP 服务器${known.length === 0 ? "" : `（已有：${known.join("、")}）`}。`,
    next: "可用 deepseek-chat mcp add 添加。",
  }),
  mcp_login_needed: ({ server }) => ({
    what: `MCP 服务器 ${server} 需要登录。`,
    next: `请运行：deepseek-chat mcp test ${server}`,
  }),
  mcp_entry: ({ server, path, why, value }) => ({
    what: `已忽略 MCP 服务器 ${server}（${path}）：${entryOf(mcpEntryReasons, why)?.(value) ?? value}。`,
    next: "",
  }),
  mcp_failed: ({ server, why, reason, said }) => ({
    what: `MCP 服务器 ${server} ${entryOf(mcpFailures, why)?.(reason) ?? reason}${said === "" ? "。" : `；最后输出：${said}`}`,
    next:
      why === "slow"
        ? `如需更长时间，请调大配置文件中的 mcp_servers.${server}.start_timeout。`
        : why === "missing"
          ? "请检查其命令和 cwd：deepseek-chat mcp"
          : "",
  }),
  wrong_base_url: ({ provider, url, better, setting }) => ({
    what: `${provider} 在 ${url} 没有提供服务，它的模型在 ${better}。`,
    next: setting.includes(".")
      ? `请运行：deepseek-chat config set ${setting} ${better}`
      : `请将 ${setting} 设为 ${better}。`,
  }),
  budget_exceeded: ({ scope, limited, currency, limit, spent, uncounted, reserved, amount, atPeak }) => ({
    what: `超出预算：本次请求${atPeak ? "按高峰价" : ""}最多可能花费 ${sum(amount, currency)}；${limited === null ? "" : `${limited} 的`}${budgetWords[scope]}预算 ${sum(limit, currency)} 已用 ${sum(spent, currency)}${uncounted === 0 ? "" : `，未计量最多 ${sum(uncounted, currency)}`}${reserved === 0 ? "" : `，另预留 ${sum(reserved, currency)}`}。`,
    next:
      scope === "command"
        ? "请调高 --max-cost，或调低 --max-tokens。"
        : "请调低 --max-tokens，或在配置文件中调高 budget；仅本次放行请加 --over-budget。",
  }),
  budget_unpriced: ({ provider, model, currency }) => ({
    what: `已设置预算，但不知道 ${provider}/${model} 的 ${currency} 价格。`,
    next: "请在配置文件的 models 中填写价格；仅本次放行请加 --over-budget。",
  }),
  request_refused: refused,
  model_not_found: ({ provider, model, reason }) => ({
    what: `${provider} 没有模型 ${model}（${reason}）。`,
    next: `可用模型见 deepseek-chat models -p ${provider}。`,
  }),
  content_refused: ({ provider, reason }) => ({
    what: `${provider} 拒绝了这段内容（${reason}）。`,
    next: "请换一种提问方式。",
  }),
  empty_answer: ({ came, reason, calls }) => ({
    what: {
      nothing: `回答为空（finish reason: ${reason}）。`,
      thinking: `没有回答，只有思考内容（finish reason: ${reason}）。`,
      tool_call:
        reason === "length"
          ? `没有回答：调用 ${calls} 时达到 max_tokens 上限而中断。`
          : `没有回答，只调用了未提供的工具：${calls}。`,
    }[came],
    next: {
      nothing: "请重试；本次请求可能仍会计费。",
      thinking: reason === "length" ? "请调大 --max-tokens，或加上 --no-thinking。" : "请重试，或加上 --no-thinking。",
      tool_call: reason === "length" ? "请调大 --max-tokens。" : "请重试，并说明不要使用工具。",
    }[came],
  }),
  tool_rounds: ({ rounds }) => ({
    what: `模型在 ${rounds} 轮后仍在调用工具。`,
    next: "请调大 --max-tool-rounds，或继续该对话（/continue、-c），让它根据已有结果回答。",
  }),
  nothing_extracted: ({ form, transcript }) => ({
    what: form === "code" ? "回答中没有代码块。" : "回答中没有 JSON。",
    next: `${transcript === null ? "" : `完整回答保存在 ${transcript}。`}请重试，并在问题中说明需要的格式。`,
  }),
  schema_misfit: ({ errors, transcript }) => ({
    what: `回答不符合 schema：${errors.join("；")}。`,
    next: `${transcript === null ? "" : `原始回答保存在 ${transcript}。`}请重试，或换用其他模型。`,
  }),
  schema_unusable: ({ source, at, why, said }) => {
    const [what, next] = entryOf(schemaWords, why)?.(said) ?? [said, ""];
    return { what: `${source} 中的 schema 无效${at === "" ? "" : `（${at}）`}：${what}。`, next };
  },
  context_too_long: ({ provider, model, limit, reason }) => ({
    what: `对话超出 ${provider}/${model} 的上下文上限${limit === null ? "" : `（${limit} 个 token）`}：${reason}。`,
    next: "请开始新对话，或减少内容。",
  }),
  summary_unusable: ({ provider, why }) => ({
    what: `${provider} 给出的总结${summaryWords[why]}，因此未采用。`,
    next: "请重试，或换用其他模型。",
  }),
  tool_failed: ({ name }) => ({ what: `工具 ${name} 运行失败。`, next: "" }),
  no_connection: noConnection,
  timeout: ({ host, seconds }) => ({
    what: `${host} 已 ${seconds} 秒没有返回数据。`,
    next: "请重试，或调大 --timeout。",
  }),
  no_answers: ({ provider, seconds, last }) => ({
    what: `${provider} 已 ${seconds} 秒没有给出任何回答（${last}）。`,
    next: "请稍后再次运行同一命令：未完成的部分都会保留，不会丢失。",
  }),
  item_timeout: ({ seconds }) => ({
    what: `${seconds} 秒内未得到完整回答。`,
    next: "请调大 --item-timeout。",
  }),
  rate_limited: ({ provider, reason, wait }) => ({
    what: `${provider} 限制了请求频率（429：${reason}）。`,
    next: (wait ?? 0) === 0 ? "请稍后再试。" : `请在 ${wait} 秒后重试，或用 --max-wait ${wait} 自动等待。`,
  }),
  model_loading: ({ provider, status, reason }) => ({
    what: `${provider} 仍在加载模型（${status}：${reason}）。`,
    next: "请稍后重试，或调大 --timeout。",
  }),
  service_failed: ({ provider, status, reason }) => ({
    what: `${provider} 服务出错（${status}：${reason}）。`,
    next: "请稍后重试，并查看服务商的状态页。",
  }),
  stream_failed: ({ provider, reason }) => ({
    what: `${provider} 中断了回答：${reason}。`,
    next: "已保留部分回答，可用 /continue 或 deepseek-chat ask --continue-answer 继续。",
  }),
  not_a_stream: ({ provider, contentType, start }) => ({
    what: `${provider} 返回的是 ${contentType}，不是所请求的内容：${start}`,
    next: "请检查 base URL，它可能是网页或代理的提示页。",
  }),
  unexpected_shape: ({ provider, expected, came, row }) => ({
    what: `${provider} 的回答格式与预期不符（预期 ${expected}，实际为 ${came}）。`,
    next:
      row === null
        ? `请检查 providers.${provider} 的 base_url 和 wire；deepseek-chat doctor --probe 可查明该地址的行为。`
        : `在 providers.${provider} 中写上这一行即可读取：${row}`,
  }),
  not_a_list: ({ provider, start }) => ({
    what: `${provider} 返回的不是模型列表：${start}`,
    next: "请检查 base URL；如果该服务不提供模型列表，请用 --model 指定模型。",
  }),
  training_file_bad: ({ path, bad }) => ({
    what: `${path} 中有 ${bad} 行无法用于训练。`,
    next: "请修改或删除这些行，然后重新检查。",
  }),
  training_nothing: ({ conversations }) => ({
    what: conversations === 0 ? "没有选中任何对话。" : `${conversations} 段对话中没有可用的样本，未写入文件。`,
    next: "可用 --search、--tag 或 ID 选择其他对话；--all 选择全部。",
  }),
  training_file_empty: ({ path }) => ({
    what: `${path} 中没有样本。`,
    next: "每行应为一个 JSON 对象，含 messages，或 prompt 与 completion。",
  }),
  file_not_found: ({ provider, id }) => ({
    what: `${provider} 上没有文件 ${id}。`,
    next: `可用 deepseek-chat files list -p ${provider} 列出文件。`,
  }),
  not_offered: ({ provider, service, others }) => ({
    what: `${provider} 不提供${services[service].name}。`,
    next: `${others.length === 0 ? `如果其他服务商提供此功能，请在配置文件中注明：providers.<名称>.${services[service].row}` : `请选择提供此功能的服务商：${others.map((name) => `-p ${name}`).join("、")}`}${service === "batches" ? "，或去掉 --at-provider" : ""}。`,
  }),
  service_unreadable: ({ provider, service, start }) => ({
    what: `${provider} 的${services[service].name}返回了意外的内容：${start}`,
    next: `请检查 base URL，以及配置文件中的 providers.${provider}.${services[service].row}。`,
  }),
  job_not_found: ({ provider, id }) => ({
    what: `${provider} 上没有微调任务 ${id}。`,
    next: `可用 deepseek-chat finetune list -p ${provider} 列出任务。`,
  }),
  job_unsuccessful: ({ id, outcome, code, message }) => {
    const said = [code, message].filter((part) => part !== "").join("：");
    return {
      what: `微调任务 ${id} ${outcome === "failed" ? "失败" : "已取消"}${said === "" ? "" : `（${said}）`}。`,
      next: outcome === "failed" ? "请先修正服务商指出的问题，再重新创建任务。" : "",
    };
  },
  job_exists: ({ provider, file, ids }) => ({
    what:
      ids.length === 0
        ? `之前创建 ${file} 的微调任务时没有收到响应，任务可能已在 ${provider} 上运行。`
        : `${provider} 上已有使用 ${file} 的微调任务：${ids.join("、")}。`,
    next:
      ids.length === 0
        ? "请先到服务商处确认；加上 --again 可再创建一个。"
        : "可用 deepseek-chat finetune watch 查看，或加上 --again 再创建一个。",
  }),
  incomplete_answer: ({ provider }) => ({
    what: `${provider} 的回答提前结束。`,
    next: "已保留部分回答，可用 /continue 或 deepseek-chat ask --continue-answer 继续。",
  }),
  empty_stream: ({ provider }) => ({
    what: `${provider} 未输出任何内容就结束了回答。`,
    next: "请重试；加上 --no-stream 可能会显示原因。",
  }),
  finish_unknown: ({ provider, reason }) => ({
    what: `${provider} 以未知的 finish reason 结束了回答：${reason}。`,
    next: "回答可能不完整，可用 /continue 或 deepseek-chat ask --continue-answer 继续。",
  }),
  redirected: ({ provider, status, location }) => ({
    what: `${provider} 重定向到 ${location}（${status}），API Key 未发送到该地址。`,
    next: "如果该地址无误，请将其设为 base URL。",
  }),
  flooded: ({ provider, limit }) => ({
    what: `${provider} 发送的数据超出限制（${limit}）。`,
    next: "已收到的部分已保留。请检查 base URL；如果回答确实这么长，请调大 max_answer_size。",
  }),
  transcript_unwritable: ({ path, reason }) => ({
    what: `无法写入对话记录 ${path}：${refusalIn(reason)}。`,
    next: "请用 --transcript 或 --transcripts 指定其他位置，或加上 --no-transcript。",
  }),
  picture_unwritable: ({ path, reason }) => ({
    what: `无法在 ${path} 中保存图片副本：${refusalIn(reason)}。`,
    next: "本轮的其余内容均已保存。请检查该文件夹的权限和磁盘剩余空间。",
  }),
  transcript_unreadable: ({ path, reason }) => ({
    what: `无法读取对话记录 ${path}：${entryOf(transcriptWords, reason) ?? refusalIn(reason)}。`,
    next: reason === "too_large" ? "请将它移到其他文件夹，或拆分后再试。" : "请检查路径和权限。",
  }),
  transcript_not_found: ({ reference }) =>
    reference === "last"
      ? { what: "还没有保存的对话。", next: "" }
      : { what: `没有匹配“${reference}”的对话。`, next: "已有的对话见 deepseek-chat transcripts list。" },
  transcript_busy: ({ path }) => ({
    what: `对话 ${path} 正在其他会话中使用。`,
    next: "请先退出该会话。",
  }),
  transcript_ambiguous: ({ reference, candidates }) => ({
    what: `${reference} 匹配多个对话：${candidates.join("、")}。`,
    next: "请输入更长的 ID。",
  }),
  storage_failed: ({ path, reason }) => ({
    what: `无法写入 ${path}：${refusalIn(reason)}。`,
    next: "请检查目录、权限和磁盘空间。",
  }),
  ledger_unwritable: ({ path, reason }) => ({
    what: `无法写入费用账本 ${path}：${entryOf(ledgerWords, reason) ?? refusalIn(reason)}。`,
    next: "已保存的对话中仍有费用记录；账本可写入后，可用 deepseek-chat usage --rebuild 补录。",
  }),
  ledger_damaged: ({ path }) => ({
    what: `费用账本 ${path} 已损坏。`,
    next: "请用 deepseek-chat usage --rebuild 从已保存的对话重建。",
  }),
  ledger_newer: ({ path }) => ({
    what: `费用账本 ${path} 由更新版本的 deepseek-chat 写入，未作任何更改。`,
    next: "请升级 deepseek-chat。",
  }),
  queue_unavailable: ({ queue, reason }) => ({
    what: `无法使用队列 ${queue}：${entryOf(queueReasons, reason) ?? entryOf(cacheReasons, reason) ?? refusalIn(reason)}。`,
    next: "请检查地址、密码和服务器；队列中的任务和结果会保留。",
  }),
  queue_busy: ({ owner, seconds }) => ({
    what: `另一个进程正在提交此批处理（${owner}）。`,
    next: `请先停止它。如果它已不存在，请在 ${seconds} 秒后重试。`,
  }),
  queue_version: ({ theirs, ours }) => ({
    what: `此批处理由其他版本的程序提交（队列格式 ${theirs}，此 worker 为 ${ours}）。`,
    next: "请在所有机器上安装相同的版本。任务已放回队列。",
  }),
  worker_unfit: ({ message }) => ({
    what: `此 worker 无法处理该批处理的条目。${message}`,
    next: "该条目已放回队列，由其他 worker 处理。",
  }),
  queue_job_failed: ({ why }) => ({
    what: why === "stalled" ? "多个 worker 在处理该条目时意外退出。" : "队列中该条目的数据已损坏，或由其他程序写入。",
    next: "请检查该条目，然后用 `batch retry` 重新运行。",
  }),
  cache_unavailable: ({ store, reason }) => ({
    what: `无法使用回答缓存 ${store}：${entryOf(cacheReasons, reason) ?? refusalIn(reason)}。`,
    next: "本次运行既不读取也不写入缓存。",
  }),
  cache_damaged: ({ path }) => ({
    what: `回答缓存 ${path} 已损坏。`,
    next: "已将其删除并新建了空的缓存。",
  }),
  address_unusable: ({ address, reason }) => ({
    what: `无法监听 ${address}：${entryOf(listenWords, reason) ?? reason}。`,
    next: "请换一个端口，或用 0 自动选择空闲端口。",
  }),
  output_unwritable: ({ reason, transcript }) => ({
    what: `无法写入标准输出：${entryOf(outputWords, reason) ?? reason}。`,
    next: transcript === null ? "请改为输出到其他位置。" : `完整回答保存在 ${transcript}。`,
  }),
  ...batchErrors,
  interrupted: () => ({ what: "已中断。", next: "" }),
};

/** The YAML parser's names of mistakes; what is not here, a name of the system's too, is shown as it is. */
const inputWords: Record<string, readonly [(limit: string) => string, string]> = {
  ENOENT: [() => "文件不存在", "请检查路径。"],
  ENOTDIR: [() => "文件不存在", "请检查路径。"],
  EACCES: [() => "没有权限", "请检查文件权限。"],
  EPERM: [() => "没有权限", "请检查文件权限。"],
  EISDIR: [() => "这是一个目录", "请指定其中的文件。"],
  no_match: [() => "没有匹配的文件", "目录和通配符不包含隐藏文件以及 .gitignore 排除的文件。"],
  binary: [
    () => "这是二进制文件",
    "可附加文本文件、文档（PDF、Word、PowerPoint、Excel、OpenDocument、EPUB），以及 PNG、JPEG、GIF 或 WebP 图片。",
  ],
  encoding: [() => "无法识别文本编码", "请先转换为 UTF-8，例如用 iconv。"],
  too_many_pages: [(limit) => `超过 ${limit} 页`, "请拆分后再试，例如使用 qpdf --split-pages。"],
  no_pages: [() => "既不是分页的文档，也不是图片", "请提供 PDF、Word、PowerPoint 文档或图片；其他文件请用 -f 附加。"],
  device: [() => "这是设备或套接字，不是文件", "请指定文件。"],
  not_a_file: [() => "这不是普通文件", "请指定文件。"],
  changed: [() => "文件在处理期间被修改", "请在文件写完后重新运行。"],
  too_large: [(limit) => `超过 ${limit}`, "请只附加需要的部分。"],
  too_many: [(limit) => `超过 ${limit} 个文件`, "请指定较小的目录或更具体的通配符。"],
  picture_empty: [() => "图片是空的", "请重新保存或下载。"],
  picture_broken: [() => "图片不完整，或内容与扩展名不符", "请重新保存或下载。"],
  document_password: [() => "文档受密码保护", "请在终端中附加，程序会询问密码；或另存为不带密码的文档。"],
  document_password_wrong: [() => "密码错误", "请重试，或另存为不带密码的文档。"],
  document_locked: [(form) => `该 ${form} 文档已加密`, "请在能打开它的程序中另存为不加保护的文档。"],
  document_legacy: [(form) => `这是旧的 ${form} 格式`, "请另存为新格式（.docx、.pptx、.xlsx）或 PDF。"],
  document_scanned: [() => "没有文字，只有页面图片", "请先用 deepseek-chat ocr 识别，再附加得到的文本。"],
  document_empty: [(form) => `该 ${form} 文档没有文字`, "如果其中有图片，请以 PNG 或 JPEG 附加。"],
  document_broken: [(form) => `该 ${form} 文档已损坏`, "请重新保存或下载。"],
  document_bomb: [() => "解压后远大于正常文档", "如果不了解它的来源，请不要打开。"],
  document_slow: [() => "提取文字耗时过长", "请只附加部分页：report.pdf#1-20。"],
  document_memory: [() => "提取文字占用内存过多", "请只附加部分页：report.pdf#1-20。"],
  document_no_pages: [() => "没有固定的分页，不能选择页", "请去掉 # 及其后的内容。"],
  document_range: [(count) => `页码超出范围：共 ${count} 页`, "请选择存在的页，例如 report.pdf#1-5。"],
  picture_form: [(form) => `不支持 ${form} 图片`, "请转换为 PNG 或 JPEG。"],
  picture_huge: [(size) => `图片像素过多（${size}）`, "请先缩小图片。"],
  picture_slow: [() => "读取图片耗时过长", "请转换为 PNG 或 JPEG，或先缩小图片。"],
  link: [(target) => `该链接指向工作目录之外的 ${target}`, "如果确实需要该文件，请直接写出它的路径。"],
  url: [() => "只能下载 http 和 https 网址", "请先下载，再附加。"],
};

/** 网页无法读取的原因与对策，对应 `url_unreadable` 的 `reason`。 */
const urlWords: Readonly<
  Record<ErrorDetails["url_unreadable"]["reason"], readonly [(detail: string) => string, string]>
> = {
  malformed: [() => "不是有效的网址", "请提供完整网址：https://主机/路径。"],
  scheme: [() => "只读取 http 和 https 网址", "请提供以 https:// 开头的网址。"],
  credentials: [() => "不接受带用户名或密码的网址", "请去掉用户名和密码，或先下载该网页。"],
  private: [
    (address) => `其主机位于本机或内网（${address}）`,
    "如确有需要，请将该主机加入配置文件的 fetch_hosts（deepseek-chat config edit）。",
  ],
  unresolved: [
    (proxy) => `本机无法解析其主机名，不能确定代理 ${proxy} 是否会访问内网`,
    "如果信任该主机，请将其加入配置文件的 fetch_hosts（deepseek-chat config edit）。",
  ],
  redirects: [(max) => `重定向超过 ${max} 次`, "请在浏览器中打开，使用最终的网址。"],
  status: [(status) => `服务器返回 ${status}`, "请检查网址；需要登录的网页无法读取。"],
  too_large: [(limit) => `超过 ${limit}`, "请下载后只附加需要的部分。"],
  too_slow: [() => "提取正文耗时过长", "请下载后只附加需要的部分。"],
  empty: [() => "不运行脚本就没有可读的正文", "请从浏览器中复制正文。"],
  type: [(type) => `不是文本（${type}）`, "请下载后附加其中的文本。"],
};

/** 代替图片返回的内容，对应 `picture_lost` 的 `reason`。 */
const pictureWords: Readonly<Record<PictureRefusal, (detail: string) => string>> = {
  empty: () => "内容为空",
  page: () => "返回的是网页",
  broken: () => "图片已损坏",
  other: () => "不是图片",
  huge: (size) => `像素过多（${size}）`,
  form: (form) => `格式为 ${form}，只保存 PNG、JPEG、WebP 和 GIF`,
};

const configWords: Record<string, string> = {
  no_mapping: "应为 name: value 形式的设置",
  front_matter: "文件头没有结束：缺少一行 ---",
  no_keys: "应为 JSON 对象，由服务商名和 API Key 组成",
  RESOURCE_EXHAUSTION: "嵌套层次过深",
  BAD_ALIAS: "别名（*）没有对应的锚点（&），或引用过多",
  BAD_DIRECTIVE: "指令（%）无效",
  BAD_DQ_ESCAPE: "双引号中的转义无效",
  BAD_INDENT: "缩进不对，或括号没有闭合",
  BAD_SCALAR_START: "值不能以这个字符开头，请加引号",
  BLOCK_AS_IMPLICIT_KEY: "一行中有两个冒号，含冒号的值请加引号",
  BLOCK_IN_FLOW: "括号中不能使用缩进写法",
  DUPLICATE_KEY: "同一个名称出现了两次",
  MISSING_CHAR: "缺少引号、冒号、逗号或空格",
  MULTILINE_IMPLICIT_KEY: "名称后缺少冒号",
  MULTIPLE_DOCS: "文件中只能有一份文档，不能用 --- 分隔",
  TAB_AS_INDENT: "不能用制表符缩进",
  TAG_RESOLVE_FAILED: "无法识别 ! 标签",
  UNEXPECTED_TOKEN: "这里不应有这个字符",
};

/** `output_unwritable` 的 `reason`。 */
const outputWords: Record<string, string> = {
  ENOSPC: "设备上没有剩余空间",
  EDQUOT: "磁盘配额已用完",
  EFBIG: "文件已达到大小上限",
  EIO: "输入/输出错误",
  EBADF: "它不可写",
  EAGAIN: "它暂时无法接收数据",
};

/** `ledger_unwritable` 的 `reason`。 */
/** `reason` of `address_unusable`. */
const listenWords: Record<string, string> = {
  EADDRINUSE: "端口已被其他程序占用",
  EADDRNOTAVAIL: "本机没有这个地址",
  EACCES: "没有权限",
  ENOTFOUND: "找不到该主机",
  EAI_AGAIN: "找不到该主机",
};

const ledgerWords: Record<string, string> = {
  locked: "其他程序正在写入",
  shared: "其他用户可写入其所在目录",
  EIO: "输入/输出错误",
};

const budgetWords: Record<ErrorDetails["budget_exceeded"]["scope"], string> = {
  day: "今日",
  month: "本月",
  conversation: "本对话",
  command: "本次命令（--max-cost）",
};

/** An amount to a millionth. */
function sum(amount: number, currency: string): string {
  const sign = currency === "CNY" ? "¥" : currency === "USD" ? "$" : `${currency} `;
  return `${sign}${Math.round(amount * 1e6) / 1e6}`;
}

const summaryWords: Record<ErrorDetails["summary_unusable"]["why"], string> = {
  cut: "不完整",
  filtered: "被内容过滤拦截",
  empty: "是空的",
  longer: "比原文还长",
};

type AuthReason = Pick<ErrorDetails["auth_failed"], "reason" | "said">;

const authWords: Record<ErrorDetails["auth_failed"]["why"], (facts: AuthReason) => string> = {
  token: ({ reason, said }) => `令牌服务拒绝了该客户端（${reason}：${said}）`,
  no_token: ({ reason, said }) => `令牌服务的响应中没有可用的 ${reason}${said === "" ? "" : `（${said}）`}`,
  program: () => "auth 的 command 输出的既不是“Name: value”的各行，也不是由请求头组成的 JSON 对象",
  header: ({ reason }) => `请求头 ${reason} 不能取这个值`,
  key: ({ reason, said }) => `该密钥不能用于 ${reason}${said === "" ? "" : `（${said}）`}`,
  body: () => "auth 要在请求体中加入字段，但该请求没有 JSON 请求体",
};

const keyCommandWords: Record<ErrorDetails["key_command_failed"]["why"], (reason: string) => string> = {
  missing: (reason) => `无法运行（${reason}）`,
  timeout: (reason) => `在 ${reason} 秒内没有结束`,
  failed: (reason) => `运行失败（${reason}）`,
  empty: () => "没有任何输出",
  flooded: () => "输出过多，不像是 API Key",
};

/** `reason` of `transcript_unreadable`. */
const transcriptWords: Record<string, string> = {
  too_large: "超出单个对话记录的上限（512 MB、10 万个问题）",
  ENOENT: "文件不存在",
  EACCES: "没有权限",
  EPERM: "没有权限",
  EISDIR: "这是一个文件夹",
  not_a_file: "不是普通文件",
};

function meant(nearest: string | null): string {
  return nearest === null ? "" : `（是否想用 ${nearest}？）`;
}

/** What is expected, where it is a range. */
function range(expected: string): string {
  return expected.replace(/^(-?\d+) to (-?\d+)$/u, "$1 到 $2");
}

const schemaWords: Readonly<Record<SchemaMistake, (said: string) => readonly [what: string, next: string]>> = {
  syntax: (said) => [said, "请提供 JSON 或 YAML、包含它们的文件，或字段列表：name, age int, bio: 一句话简介"],
  not_object: () => ["不是对象", 'schema 应为对象，例如 {"type": "object", …}。'],
  invalid: (said) => [said, "schema 的写法见 json-schema.org。"],
  dialect: (said) => [`未知版本 ${said}`, "支持 2020-12、2019-09 和 draft-07。"],
  no_name: (said) => [`“${said}”不是字段名`, "字段应写成：name, age int, bio: 一句话简介"],
  unknown_type: (said) => [`未知类型 ${said}`, "可用类型：int、float、bool、str。"],
  duplicate: (said) => [`字段 ${said} 重复`, "请使用不同的字段名。"],
};
