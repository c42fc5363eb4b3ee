import type { ErrorDetails } from "../../errors.ts";
import type { ErrorWords } from "../error-words.ts";

export function keyWanted({ provider, status, reason, variable }: ErrorDetails["key_wanted"]): ErrorWords {
  const otherwise =
    variable === null
      ? `把 providers.${provider}.key_variable 设为保存 API Key 的环境变量`
      : `设置环境变量 ${variable}`;
  return {
    what: `${provider} 需要 API Key，但尚未设置（${status}：${reason}）。`,
    next: `请在终端中运行 deepseek-chat setup -p ${provider}，或${otherwise}。`,
  };
}

export function forbidden({ provider, origin, reason }: ErrorDetails["forbidden"]): ErrorWords {
  return origin === ""
    ? {
        what: `${provider} 拒绝了请求（403：${reason}）。`,
        next: "请求没有携带 API Key；服务可能需要 API Key，或不允许本机访问。",
      }
    : {
        what: `${provider} 拒绝了 ${origin} 中 API Key 所属的账户（403：${reason}）。`,
        next: "请在服务商网站检查账户余额和实名认证。",
      };
}

export function refused(details: ErrorDetails["request_refused"]): ErrorWords {
  const { provider, status, reason, advice, url, suggested, fields, setting } = details;
  const what = `${provider} 拒绝了请求（${status}：${reason}）。`;
  if (advice === "field") return { what, next: `${fields[0]} 来自你的设置（${setting}），请去掉或修改。` };
  if (advice === "tools") return { what, next: "该模型无法调用工具：请加 --no-tools，或换一个模型。" };
  if (advice === "https") return { what, next: `对方使用 https，请把 base URL 设为 ${suggested}。` };
  if (advice !== "route") return { what, next: "请按提示修改后重试。" };
  const usual = suggested === null ? "" : `，多数服务的地址以 /v1 结尾：${suggested}`;
  return {
    what: `${provider} 没有此接口：${url}（${status}：${reason}）。`,
    next: url.endsWith("/completions")
      ? `请检查 base URL${usual}。base URL 中不含 /chat/completions。`
      : `对方可能不支持该功能；否则请检查 base URL${usual}。`,
  };
}
