import type { AuthForm } from "../../config/auth-options.ts";
import type { AuthFacts } from "../../diagnostics/subject.ts";
import { isTemplated, rulesOf, type SignatureRules } from "../../signature-rules.ts";
import { textsIn } from "../../signature-template.ts";

/** What a form of authentication does, as `doctor` explains it: templates and names, no value of a secret. */
export function authFacts(auth: AuthForm, secrets: AuthFacts["secrets"]): AuthFacts {
  const { type } = auth;
  const details = detailsOf(auth).filter((detail) => detail !== undefined);
  if (!isTemplated(auth)) return { type, sign: null, details, places: [], secrets };
  const rules = rulesOf(auth);
  const claims = auth.type === "jwt" && auth.claims !== undefined ? JSON.stringify(auth.claims) : null;
  return { type, sign: rules.sign ?? claims, details, places: placesOf(rules), secrets };
}

function detailsOf(auth: AuthForm): readonly (string | undefined)[] {
  switch (auth.type) {
    case "hmac": {
      const { algorithm, encoding } = rulesOf(auth);
      return [algorithm, encoding];
    }
    case "jwt":
      return [auth.algorithm ?? "HS256", auth.lifetime];
    case "oauth2":
      return [auth.token_url.replace(/[?#].*$/u, ""), auth.scope];
    case "sigv4":
      return [auth.region, auth.service ?? "bedrock"];
    case "command":
      return [auth.lifetime];
    default:
      return [];
  }
}

function placesOf({ headers, query, body }: SignatureRules): string[] {
  return [
    ...Object.keys(headers).map((name) => `header ${name}`),
    ...Object.keys(query).map((name) => `query ${name}`),
    ...textsIn(body).map(({ path }) => `body ${path.join(".")}`),
  ];
}
