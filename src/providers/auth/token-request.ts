import type { AuthOf } from "../../config/auth-options.ts";
import { AppError } from "../../errors.ts";
import { defaultClient } from "../../signature-rules.ts";
import type { Connection } from "../connection.ts";
import { withTimeout } from "../http/request-timeout.ts";
import { send } from "../http/send.ts";
import { complaintOf } from "../wire/error-body.ts";
import { refusalOf } from "../wire/errors.ts";
import { isRecord } from "../wire/json.ts";
import { redact } from "../wire/redact.ts";
import type { RequestValues } from "./request-values.ts";

/** Milliseconds that a token is asked for, where nobody said. */
const defaultTimeout = 20_000;
/** Milliseconds for which a token holds whose end is not told. */
const defaultLifetime = 300_000;
/** Characters; no service takes longer headers. */
const longestToken = 64 * 1024;

/**
 * Asks for a token by a client's credentials (RFC 6749, section 4.4).
 *
 * @param service what is asked, and what is redacted in its refusals
 * @returns the token, and in how many milliseconds it ends
 * @throws AppError `auth_failed` for a refusal, and for an answer without a token; as `send`
 */
export async function requestToken(
  service: Connection,
  provider: string,
  auth: AuthOf<"oauth2">,
  values: RequestValues,
  stop: AbortSignal,
): Promise<{ readonly token: string; readonly lifetime: number }> {
  const request = { method: "POST", url: auth.token_url, ...formOf(auth, values) };
  return await withTimeout(service, stop, defaultTimeout, async (signal) => {
    const response = await send(service, request, signal);
    const { status } = response;
    if (status >= 500 || status === 429 || (status >= 300 && status < 400))
      throw await refusalOf(response, service, "");
    const text = response.isSuccess ? await response.text() : await response.refusal();
    const read = parsed(text);
    const { access_token: token, expires_in: seconds } = isRecord(read) ? read : {};
    if (!response.isSuccess) {
      const said = redact(complaintOf(text).reason, service).slice(0, 300);
      throw new AppError("auth_failed", { provider, why: "token", reason: String(status), said });
    }
    const isToken = typeof token === "string" && /^[\x21-\x7e]+$/u.test(token) && token.length <= longestToken;
    if (!isToken) {
      const said = typeof token === "string" ? `${token.length} characters` : "";
      throw new AppError("auth_failed", { provider, why: "no_token", reason: "access_token", said });
    }
    const lasts = Number(seconds);
    return { token, lifetime: lasts > 0 && lasts < 1e8 ? lasts * 1000 : defaultLifetime };
  });
}

function formOf(auth: AuthOf<"oauth2">, values: RequestValues) {
  const { client_auth: place = "basic", scope, form = {} } = auth;
  const id = values.text(auth.client_id ?? defaultClient.id);
  const secret = values.text(auth.client_secret ?? defaultClient.secret);
  const fields = new URLSearchParams({
    grant_type: "client_credentials",
    ...(scope !== undefined && { scope }),
    ...Object.fromEntries(Object.entries(form).map(([name, template]) => [name, values.text(template)])),
    ...(place === "body" && { client_id: id, client_secret: secret }),
  });
  // RFC 6749, section 2.3.1: each of the two is encoded as a form first.
  const encoded = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  const basic = Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString("base64");
  return {
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(place === "basic" && { authorization: `Basic ${basic}` }),
    },
    body: Buffer.from(fields.toString()),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
