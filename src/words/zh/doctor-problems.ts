import type { Words } from "../types.ts";
import { refusalIn } from "./folder.ts";

export const problems: Words["doctor"]["problems"] = {
  dumb_terminal: ({ term }) => ({
    what: term === "" ? "未设置 TERM。" : `TERM 为 ${term}。`,
    next: "请设为终端的实际类型，例如 xterm-256color；否则没有颜色，也不会原地刷新。",
  }),
  narrow_terminal: ({ columns }) => ({
    what: `终端只有 ${columns} 列。`,
    next: "请加宽窗口，否则表格和代码会频繁折行。",
  }),
  wrong_width: ({ columns }) => ({
    what: `终端将汉字显示为 ${columns} 列宽，应为 2 列。`,
    next: "请使用 UTF-8 区域设置（LANG=C.UTF-8）和含汉字的字体。",
  }),
  readable_by_others: ({ path, mode }) => ({
    what: `本机其他用户可以读取 ${path}（权限 ${mode}）。`,
    next: `请运行：chmod go-rwx '${path}'`,
  }),
  writable_by_others: ({ path, mode }) => ({
    what: `本机其他用户可以写入 ${path}（权限 ${mode}）。`,
    next: `请运行：chmod go-w '${path}'`,
  }),
  foreign_owner: ({ path }) => ({
    what: `${path} 属于其他用户。`,
    next: "是否曾用 sudo 运行过本程序？请用 chown 改回来。",
  }),
  not_writable: ({ path, reason }) => ({
    what: `无法写入 ${path}：${refusalIn(reason)}。`,
    next: "请修改权限，或在设置中换一个位置。",
  }),
  no_space: ({ path, megabytes }) => ({
    what: `${path} 所在磁盘只剩 ${megabytes} MB。`,
    next: "请清理空间，否则回答很快就无法保存。",
  }),
  unreadable_transcripts: (seen) => ({
    what: `${seen.folder} 中有 ${seen.count} 个文件无法读取，第一个是 ${seen.first}（${refusalIn(seen.reason)}）。`,
    next: "请检查文件的所有者和权限。",
  }),
  leftover_pictures: (seen) => ({
    what: `${seen.folder} 中有 ${(seen.bytes / 1e6).toFixed(1)} MB 图片已没有对应的对话记录，首个文件夹：${seen.first}。`,
    next: `请将对话记录放回原处，或删除这 ${seen.count} 个文件夹。`,
  }),
  index_damaged: ({ path }) => ({
    what: `索引 ${path} 已损坏。`,
    next: "无需处理，下次搜索时会根据对话记录重新建立。",
  }),
  index_blocked: ({ path }) => ({
    what: `索引 ${path} 目前无法使用。`,
    next: "如果正被其他程序占用，请稍后再试；如果是文件权限问题，请删除它，下次搜索时会重新建立。",
  }),
  malformed_proxy: ({ variable }) => ({
    what: `${variable} 不是有效的 URL。`,
    next: "请写成 http://host:port，需要认证时在主机前加 user:password@。",
  }),
  unsupported_proxy: ({ variable, scheme }) => ({
    what: `${variable} 指定的是 ${scheme} 代理，本程序不支持。`,
    next: "请改用 http://、https:// 或 socks5:// 代理。",
  }),
  unreadable_certificates: ({ path, reason }) => ({
    what: `无法读取 NODE_EXTRA_CA_CERTS 指定的 ${path}：${refusalIn(reason)}。`,
    next: "请更正路径；目前 Node 会忽略它。",
  }),
  certificate_ends: ({ days }) => ({
    what: `服务器证书将在 ${days} 天后到期。`,
    next: "需由服务的运营者更新。",
  }),
  not_running: ({ host }) => ({
    what: `本机的 ${host} 没有服务在运行。`,
    next: "请先启动它（Ollama 的命令是 ollama serve），或更正 base_url 中的端口。",
  }),
  slow: ({ seconds }) => ({
    what: `首字节用时 ${seconds} 秒。`,
    next: "服务繁忙，或代理、网络较慢，请稍后再试。",
  }),
  clock_off: ({ seconds }) => ({
    what: `本机时钟比服务器${seconds > 0 ? "快" : "慢"} ${Math.abs(seconds)} 秒。`,
    next: "请校准时钟（timedatectl set-ntp true）：对话记录的时间和分时价格都以它为准。",
  }),
  secret_in_file: ({ setting }) => ({
    what: `配置文件中的 ${setting} 似乎直接写着 API Key。`,
    next: "请把 API Key 放进环境变量并在此写 ${NAME}，或使用 key_variable。",
  }),
  no_list: ({ provider, reason }) => ({
    what: `${provider} 不提供模型列表（${reason}），因此未能验证 API Key 和模型。`,
    next: "请直接提问试试，或运行 doctor --probe。",
  }),
  model_unlisted: ({ provider, model }) => ({
    what: `${provider} 的列表中没有 ${model}。`,
    next: `可用模型见 deepseek-chat models -p ${provider}；有的服务也接受其他名称。`,
  }),
  model_retired: ({ model, successor }) => ({
    what: `${model} 已下线。`,
    next: `请运行：deepseek-chat config set model ${successor}`,
  }),
  still_answering: ({ model, seconds }) => ({
    what: `${seconds} 秒后 ${model} 仍在回答，速度较慢。`,
    next: "没有故障。可用 doctor --probe --timeout 延长时间，或换用更小的模型。",
  }),
  unfinished_stream: ({ provider }) => ({
    what: `${provider} 的流式输出结束时没有 finish reason 或 [DONE]。`,
    next: "完整的回答可能被当作中断；可改用 --no-stream。",
  }),
  no_usage: ({ provider }) => ({
    what: `${provider} 的流式输出不提供 token 用量。`,
    next: "无需处理，其回答的 token 数和费用将显示为未知。",
  }),
  refused_switch: ({ provider, form }) => ({
    what: `${provider} 拒绝 ${form} 形式的思考开关。`,
    next: "不再向该模型发送此开关。",
  }),
  idle_switch: ({ provider, form }) => ({
    what: `${provider} 接受 ${form} 形式的思考开关，但不起作用。`,
    next: "需要开启或关闭思考时，请换用其他模型。",
  }),
  other_switch: ({ provider, form, works }) => ({
    what: `${provider} 的思考开关形式是 ${works}，而不是 ${form}。`,
    next: "已对该模型改用这种形式。",
  }),
  other_prefix: ({ provider, form, works }) => ({
    what: `${provider} 的前缀续写形式是 ${works}，而不是 ${form}。`,
    next: "已对该模型改用这种形式。",
  }),
  other_schema: ({ provider, form, works }) => ({
    what: `${provider} 按 schema 回答的形式是 ${works}，而不是 ${form}。`,
    next: "已对该模型改用这种形式。",
  }),
  no_json: ({ provider }) => ({
    what: `${provider} 的 JSON 模式对该模型不可用。`,
    next: "请在提问中要求以 JSON 回答。",
  }),
};
