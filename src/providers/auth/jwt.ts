import type { AuthOf } from "../../config/auth-options.ts";
import { milliseconds } from "../../duration.ts";
import { AppError } from "../../errors.ts";
import { namesNeeded, type SignatureRules, tokenKey } from "../../signature-rules.ts";
import { requestVariables, textsIn } from "../../signature-template.ts";
import type { RequestValues } from "./request-values.ts";

const defaultLifetime = "5m";

/** Milliseconds from its making to its end. */
export function lifetimeOf({ lifetime = defaultLifetime }: Pick<AuthOf<"jwt">, "lifetime">): number {
  return milliseconds(lifetime)!;
}

/**
 * Makes a token (RFC 7519), signed by `jose`.
 *
 * @param now milliseconds since 1970 by the service's clock
 * @throws AppError `auth_failed` for what is no key of the algorithm
 */
export async function mintJwt(
  provider: string,
  auth: AuthOf<"jwt">,
  values: RequestValues,
  now: number,
): Promise<string> {
  const { SignJWT, importPKCS8 } = await import("jose");
  const { algorithm = "HS256", kid, header = {}, claims = {}, unit = "s" } = auth;
  const inUnit = (moment: number) => (unit === "s" ? Math.floor(moment / 1000) : moment);
  const times = { iat: inUnit(now), exp: inUnit(now + lifetimeOf(auth)) };
  // A claim that is null in the file is left out, also one of the two.
  const all = Object.entries({ ...times, ...(values.json(claims) as Record<string, unknown>) });
  const written = { typ: "JWT", alg: algorithm, ...(values.json(header) as Record<string, unknown>) };
  const protectedHeader = { ...written, ...(kid !== undefined && { kid: values.text(kid) }), alg: algorithm };
  const secret = values.bytes(tokenKey(auth));
  try {
    const key = algorithm.startsWith("HS") ? secret : await importPKCS8(secret.toString("utf8"), algorithm);
    const payload = Object.fromEntries(all.filter(([, value]) => value !== null));
    return await new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key);
  } catch (error) {
    // What is wrong with a key is said without a piece of it.
    const said = error instanceof Error ? error.message : "";
    throw new AppError("auth_failed", { provider, why: "key", reason: algorithm, said });
  }
}

/** Whether a token may be used for other requests too: where nothing in it is of one request alone. */
export function isReusable({ claims, header }: AuthOf<"jwt">, rules: SignatureRules): boolean {
  const own = new Set<string>(requestVariables.filter((name) => !/^(?:date|timestamp|iso|day|compact)/u.test(name)));
  return textsIn([claims, header]).every(({ text }) =>
    [...namesNeeded(text, rules)].every((name) => !own.has(name) && !name.startsWith("header.")),
  );
}
