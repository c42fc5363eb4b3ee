import { createHash } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { AuthOf } from "../../config/auth-options.ts";
import type { FinalRequest } from "../connection.ts";

/**
 * Signs a request as AWS wants it (Signature Version 4), by the package that `openai`'s provider for Bedrock signs with. That provider
 * itself signs for two of AWS's services alone, and looks for credentials in places that are not its business here.
 *
 * @param secrets `access_key_id`, `secret_access_key`, and `session_token` of credentials that end
 * @param now milliseconds since 1970 by the service's clock
 * @returns headers to add, names in small letters
 */
export async function signSigV4(
  provider: string,
  { region, service = "bedrock" }: Pick<AuthOf<"sigv4">, "region" | "service">,
  secrets: Readonly<Record<string, string>>,
  { method, url, headers, body }: FinalRequest,
  now: number,
): Promise<Record<string, string>> {
  const [{ SignatureV4 }, { Hash }] = await Promise.all([import("@smithy/signature-v4"), import("@smithy/hash-node")]);
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token: sessionToken } = secrets;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new AppError("auth_failed", { provider, why: "key", reason: "sigv4", said: "" });
  }
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const signer = new SignatureV4({ credentials, region, service, sha256: Hash.bind(null, "sha256") });
  const host = headers["host"] ?? url.host;
  const type = headers["content-type"];
  const digest = await digestOf(body);
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      // Proxies on the way change others.
      headers: { host, "x-amz-content-sha256": digest, ...(type !== undefined && { "content-type": type }) },
    },
    { signingDate: new Date(now) },
  );
  const added = Object.entries(signed.headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries(added.filter(([name]) => name === "authorization" || name.startsWith("x-amz-")));
}

/** Of a body that is read while it is sent too, without holding it as a whole. */
async function digestOf(body: FinalRequest["body"]): Promise<string> {
  const digest = createHash("sha256");
  if (body instanceof Uint8Array) digest.update(body);
  else for await (const piece of body?.read() ?? []) digest.update(piece);
  return digest.digest("hex");
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]));
}
