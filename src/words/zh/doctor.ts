import type { AuthFacts } from "../../diagnostics/subject.ts";
import type { Words } from "../types.ts";
import { problems } from "./doctor-problems.ts";
import { services } from "./errors.ts";

const titles: Words["doctor"]["titles"] = {
  program: "程序",
  terminal: "终端",
  settings: "设置",
  folders: "文件和目录",
  transcripts: "对话记录",
  index: "搜索索引",
  provider: "服务商",
  key: "API Key",
  proxy: "代理",
  lookup: "域名解析",
  connect: "连接",
  tls: "TLS",
  answer: "首字节",
  clock: "时钟",
  models: "模型",
  balance: "余额",
  failover: "故障切换",
  findings: "模型实测",
  streaming: "流式输出",
  usage: "token 用量",
  thinking: "思考开关",
  prefix: "前缀续写",
  json: "JSON 模式",
  schema: "按 schema 回答",
};

const colors = { 0: "无颜色", 1: "16 色", 2: "256 色", 3: "真彩色" };
const places = { config: "设置", keys: "API Key", data: "数据", cache: "缓存", transcripts: "对话记录" };

const facts: Words["doctor"]["facts"] = {
  program: (seen) =>
    `deepseek-chat ${seen.version}，Node ${seen.node}，${seen.platform} ${seen.arch}（${seen.executable}）`,
  terminal: (seen) =>
    [
      [seen.term, seen.program].filter(Boolean).join("，") || "未设置 TERM",
      `${seen.columns}×${seen.rows}`,
      colors[seen.colors],
      can("Unicode", seen.unicode),
      ...(seen.wideColumns === null ? [] : [`汉字显示为 ${seen.wideColumns} 列宽`]),
      can("超链接", seen.hyperlinks),
      can("括号粘贴（bracketed paste）", seen.bracketedPaste),
      can("同步输出", seen.synchronizedOutput),
      ...(seen.background === null ? [] : [seen.background === "dark" ? "深色背景" : "浅色背景"]),
    ].join("，"),
  settings: (seen) => {
    const lines = seen.set.map(({ name, value, origin }) => `${name} = ${value}（${origin}）`);
    return [`${seen.path}${seen.exists ? "" : "（不存在，可以没有）"}`, ...lines].join("\n");
  },
  folders: (seen) =>
    seen.places
      .map(({ what, path, exists, mode }) => `${places[what]}：${path}（${exists ? (mode ?? "存在") : "尚未创建"}）`)
      .join("\n"),
  transcripts: (seen) => `${seen.folder} 中有 ${seen.count} 段对话，共 ${(seen.bytes / 1e6).toFixed(1)} MB`,
  index: (seen) =>
    [
      `${seen.path} 中有 ${seen.files} 段对话，共 ${(seen.bytes / 1e6).toFixed(1)} MB`,
      ...(seen.state === "outdated" ? ["由其他版本的程序建立，下次搜索时会重建"] : []),
      ...(seen.pending > 0 ? [`另有 ${seen.pending} 段将在下次搜索时编入`] : []),
    ].join("；"),
  provider: (seen) =>
    `${seen.provider}，地址 ${seen.baseUrl}${seen.origin === "" ? "" : `（${seen.origin}）`}，${seen.model === null ? "未指定模型" : `模型 ${seen.model}`}${seen.services.length === 0 ? "" : `\n另有：${seen.services.map((name) => services[name].name).join("、")}`}`,
  key: (seen) =>
    seen.auth === null ? `来自 ${seen.origin}；新 API Key 保存到：${seen.store}` : authText(seen.auth, seen.store),
  proxy: (seen) =>
    [
      seen.proxy === "" ? "无" : `${seen.proxy}（${seen.variable}）`,
      ...(seen.certificates === null ? [] : [`附加证书：${seen.certificates}`]),
    ].join("，"),
  lookup: (seen) => `${seen.name} 解析为 ${seen.addresses.join("、")}（${seen.ms} 毫秒）`,
  connect: (seen) =>
    `${seen.host}${seen.proxy === null ? "" : `，经代理 ${seen.proxy}`}，地址 ${seen.address}（${seen.ms} 毫秒）`,
  tls: (seen) => `${seen.protocol}，证书由 ${seen.issuer} 签发，还有 ${seen.days} 天到期`,
  answer: (seen) => `${seen.ms} 毫秒（状态码 ${seen.status}）`,
  clock: (seen) =>
    seen.seconds === 0 ? "与服务器一致" : `比服务器${seen.seconds > 0 ? "快" : "慢"} ${Math.abs(seen.seconds)} 秒`,
  models: (seen) => `共 ${seen.count} 个，${seen.model} ${seen.listed ? "在其中" : "不在其中"}`,
  balance: (seen) => seen.balances.map(({ currency, total }) => `${total} ${currency}`).join("，"),
  failover: (seen) => seen.routes.map(({ name, works }) => `${name} ${works ? "可以接替" : "无法接替"}`).join("\n"),
  findings: (seen) =>
    `测于 ${seen.at.slice(0, 10)}：${[
      ...(seen.thinking === null ? [] : [`思考开关 ${seen.thinking}`]),
      ...(seen.prefix === null ? [] : [`前缀续写 ${seen.prefix}`]),
      ...(seen.stream_usage === null ? [] : [can("流式用量", seen.stream_usage)]),
      ...(seen.json === null ? [] : [can("JSON 模式", seen.json)]),
      ...(seen.schema === null ? [] : [`按 schema 回答 ${seen.schema}`]),
    ].join("，")}`,
  streaming: (seen) =>
    seen.finishReason === null && !seen.done
      ? `${seen.firstMs} 毫秒开始回答，${seen.totalMs} 毫秒时尚未结束`
      : `${seen.firstMs} 毫秒开始回答，${seen.totalMs} 毫秒结束；finish reason 为 ${seen.finishReason ?? "空"}，${can("[DONE]", seen.done)}`,
  usage: (seen) =>
    [
      { end: "结尾给出一次", every: "每个数据块都给出", none: "没有" }[seen.where],
      seen.asked ? "接受 stream_options" : "拒绝 stream_options",
      seen.cache === null ? "不提供缓存命中数" : `缓存命中数在 ${seen.cache}`,
      can("思考 token 数", seen.reasoning),
    ].join("，"),
  thinking: (seen) =>
    [
      seen.byDefault ? "默认思考" : "默认不思考",
      seen.form === "none" ? "没有可用的开关" : `开关形式 ${seen.form}`,
      ...(seen.field === null ? [] : [`思考内容在 ${seen.field}`]),
    ].join("，"),
  prefix: (seen) => (seen.form === "none" ? "不支持，改为请模型继续" : seen.form),
  schema: (seen) => (seen.form === "prompt" ? "不支持，改为把 schema 写入提示词" : seen.form),
  json: (seen) => (seen.accepted ? (seen.valid ? "返回 JSON 对象" : "接受该参数，但回答不是 JSON 对象") : "被拒绝"),
};

function authText({ type, details, sign, places, secrets }: AuthFacts, store: string): string {
  return [
    details.length === 0 ? type : `${type}，${details.join("，")}`,
    ...(sign === null ? [] : [`签名内容：${JSON.stringify(sign)}`]),
    ...(places.length === 0 ? [] : [`位置：${places.join("、")}`]),
    ...secrets.map(({ name, origin }) => `${name} 来自 ${origin}`),
    `新密钥保存到：${store}`,
  ].join("\n");
}

function can(what: string, possible: boolean | null): string {
  return possible === null ? `${what}：未知` : possible ? `${what}：支持` : `${what}：不支持`;
}

const skipped: Words["doctor"]["skipped"] = {
  no_terminal: "不在终端中运行",
  no_index: "尚未建立，首次搜索时会自动建立",
  no_proxy: "未设置",
  is_address: "服务地址是 IP，无需解析",
  no_tls: "明文 http",
  no_key: "不需要",
  no_clock: "服务器没有提供时间",
  no_balance: "服务商不提供查询",
  no_failover: "没有为这个模型设置",
  too_slow: "模型太慢，未测试",
  not_probed: "尚未测试；deepseek-chat doctor --probe 会用几个小请求测试模型",
};

const strange = {
  key: "需要 API Key。请用 --key-variable 名称 指定存有 API Key 的环境变量。",
  rejected: "尝试的各种形式都未通过身份验证。",
  signed: "要求对请求签名，无法自动查明：请参阅 docs/gateways.zh.md 中 hmac、jwt 等配置。",
  websocket: "这是 WebSocket：请参阅 docs/gateways.zh.md 中的相应配置。",
  refused: "拒绝了提问。",
  strange: "回答的格式中找不到文本。",
  nothing: "该地址没有找到聊天接口。",
};

const endpoint: Words["doctor"]["endpoint"] = {
  plan: ({ host, variable, requests }) =>
    `正在询问 ${host}：最多 ${requests} 个请求用于查明格式，然后向一个模型提出最多 20 个小问题（合计约 5,000 个 token）。${variable === null ? "不发送 API Key。" : `${variable} 中的 API Key 只发往该地址。`}`,
  noKey: ({ variable }) => `未设置 ${variable}。`,
  found: ({ url, models, requests }) =>
    `在 ${url} 找到服务（共 ${requests} 个请求）：${models === null ? "没有模型列表" : `${models} 个模型`}`,
  auth: ({ form }) => (form === "" ? "不需要 API Key" : `API Key 的发送方式：${form}`),
  streams: ({ streams, envelope }) =>
    `${streams ? "流式" : "一次性"}返回回答，格式为${envelope ? "自有格式" : " chat completions"}`,
  asking: ({ model }) => `正在测试 ${model} 的思考、前缀续写、JSON、schema 和工具…`,
  slow: "模型太慢，其余项目未查明。",
  failed: ({ reason }) => `测试提前结束：${reason}`,
  rows: ({ path }) => `可写入 ${path} 的配置：`,
  saved: ({ name, path }) => `已作为 ${name} 保存到 ${path}。使用：deepseek-chat ask -p ${name} "…"`,
  strange: ({ kind, url, status, said }) =>
    `${url}：${strange[kind]}${said === "" ? "" : ` 对方的回应（${status}）：${said}`}`,
};

export const doctor: Words["doctor"] = {
  endpoint,
  titles,
  facts,
  problems,
  skipped,
  blocked: (by) => `未检查，原因：${by}`,
  asking: ({ model }) => `正在用几个小请求测试 ${model}…`,
  askingNow: ({ model, seconds }) => `正在测试 ${model}… ${seconds} 秒（Ctrl-C 停止）`,
  kept: ({ path }) => `测试结果保存在 ${path}，今后以此为准。`,
  allFine: "全部检查通过",
  warned: (warnings) => `${warnings} 个警告`,
  failed: (failures) => `发现 ${failures} 个问题`,
};
