import type { ErrorDetails } from "../../errors.ts";
import { entryOf, type ErrorWords } from "../error-words.ts";

export function noConnection({
  host,
  proxy,
  variable,
  cause,
  reason,
  start,
}: ErrorDetails["no_connection"]): ErrorWords {
  return {
    what: `无法连接 ${host}${proxy === null ? "" : `（经代理 ${proxy}）`}：${entryOf(reasonWords, reason) ?? connectionWords[cause] ?? cause}（${reason}）。`,
    next:
      entryOf(reasonNext, reason) ??
      nextWords[cause]?.({ variable: variable ?? "HTTPS_PROXY", start, reason }) ??
      (proxy === null ? "请检查网络和 base URL。" : `请检查网络、base URL 和 ${variable}。`),
  };
}

const connectionWords: Record<string, string> = {
  dns: "域名无法解析",
  dns_here: "本机无法解析该域名",
  refused: "连接被拒绝",
  not_running: "连接被拒绝",
  reset: "连接被重置",
  unreachable: "网络不可达",
  timeout: "连接超时",
  tls: "证书不受信任",
  handshake: "TLS 握手失败",
  http: "对方不是 HTTP 服务",
  own: "本机资源不足，无法建立连接",
  proxy: "代理拒绝了连接",
  proxy_down: "代理没有运行，其地址上没有服务在监听",
};

const reasonWords: Record<string, string> = {
  EAI_AGAIN: "暂时无法解析域名",
  EHOSTUNREACH: "主机不可达",
  EHOSTDOWN: "主机不可达",
  CERT_NOT_YET_VALID: "证书尚未生效",
  ERR_TLS_CERT_ALTNAME_INVALID: "证书与域名不符",
  ERR_HANDSHAKE_TIMEOUT: "对方接受了连接，但 10 秒内没有完成 TLS 握手",
  ERR_SSL_WRONG_VERSION_NUMBER: "对方不支持 TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "对方不支持 TLS",
};

const plainHttp = "如果该服务使用明文 http，请把 base URL 中的 https:// 改为 http://。";

const reasonNext: Record<string, string> = {
  EAI_AGAIN: "请检查网络和 DNS 设置后重试。",
  CERT_HAS_EXPIRED: "证书已过期，需由服务方更新；也请检查本机时间。",
  CERT_NOT_YET_VALID: "请检查本机时间。",
  ERR_TLS_CERT_ALTNAME_INVALID: "请在 base URL 中使用证书对应的域名。",
  ERR_HANDSHAKE_TIMEOUT: plainHttp,
  ERR_SSL_WRONG_VERSION_NUMBER: plainHttp,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: plainHttp,
};

interface Advised {
  readonly variable: string;
  readonly start: string | null;
  readonly reason: string;
}

const nextWords: Record<string, (advised: Advised) => string> = {
  dns: () => "请检查网络以及网址中的域名。",
  not_running: ({ start }) =>
    start === null ? "本机的这个端口没有运行服务，请先启动服务，或修改 base URL。" : `服务启动了吗？启动命令：${start}`,
  tls: () => "如果是自有或公司的证书，请用 NODE_EXTRA_CA_CERTS 或 SSL_CERT_FILE 指定其 CA 证书。",
  handshake: () => "请检查 base URL 应为 https 还是 http。",
  http: () => "请检查 base URL；如果该服务使用 TLS，请改为 https://。",
  own: () => "请关闭其他程序，或调高可打开文件数的上限（ulimit -n）。",
  proxy: ({ variable, reason }) =>
    /407|authent|login/iu.test(reason)
      ? `请检查 ${variable} 中的用户名和密码。`
      : `请检查 ${variable}；也可能是代理不允许访问该主机，可将其加入 NO_PROXY 改为直连。`,
  dns_here: ({ variable }) => `可在 ${variable} 中改用 socks5h://，由代理解析域名。`,
  proxy_down: ({ variable }) => `请启动代理，或修改、取消 ${variable}。`,
};
