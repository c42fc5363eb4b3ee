import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { rowsOf } from "../../support/gateway-rows.ts";
import { signed, signingWith } from "../../support/signing.ts";

/** Made by `test/support/gateways.py` from implementations that are not ours. */
const vectors = JSON.parse(
  readFileSync(new URL("../../fixtures/gateways/signatures.json", import.meta.url), "utf8"),
) as Vectors;
interface Vectors {
  readonly now: number;
  readonly secrets: Readonly<Record<string, string>>;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rows: readonly {
    readonly form: string;
    readonly url: string;
    readonly expected: {
      readonly headers: Readonly<Record<string, string>>;
      readonly query: Readonly<Record<string, string>> | null;
      readonly body: object | null;
    };
  }[];
}
const { now, secrets, body, headers } = vectors;
const rows = rowsOf("gateways.md");

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now }));
afterEach(() => void vi.useRealTimers());

/** RFC 7515, appendices A.1 and A.3. */
const rfc7515 = {
  hs256: {
    token:
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    k: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  },
  es256: {
    token:
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    jwk: {
      kty: "EC",
      crv: "P-256",
      x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
      d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    },
  },
} as const;

const own = (text: string) => ({ auth: (parse(text) as { auth: never }).auth });

describe("a row of the documentation", () => {
  test.each(vectors.rows)("signs as $form wants it", async ({ form, url, expected }) => {
    const signature = await signed(signingWith(rows[form]!.auth!, { secrets }), { url, headers, body });
    expect(signature.headers).toEqual(expected.headers);
    expect(signature.body === undefined ? null : JSON.parse(String(Buffer.from(signature.body)))).toEqual(
      expected.body,
    );
    expect(signature.url === undefined ? null : Object.fromEntries(signature.url.searchParams)).toEqual(expected.query);
  });

  test("is the same in both languages", () => {
    for (const page of ["gateways", "keys"]) expect(rowsOf(`${page}.zh.md`)).toEqual(rowsOf(`${page}.md`));
  });
});

describe("what is signed", () => {
  const dsk = () => signingWith(rows["dsk"]!.auth!, { secrets });
  const proof = async (request: Parameters<typeof signed>[1]) =>
    (await signed(dsk(), request)).headers?.["authorization"];

  test("is another thing where the body, the path, the method or the time differs", async () => {
    const proofs = [await proof({ body }), await proof({ body: `${body} ` }), await proof({ body, method: "PUT" })];
    proofs.push(await proof({ body, url: "https://llm.example.com/v1/models" }));
    vi.setSystemTime(now + 1000);
    proofs.push(await proof({ body }));
    expect(new Set(proofs).size).toBe(5);
  });

  test("has another nonce for each attempt, the same wherever it stands in one", async () => {
    const { auth } = own(
      'auth: {type: hmac, sign: "${nonce}", headers: {X-Nonce: "${nonce}", X-Sign: "${nonce}:${signature}"}, query: {n: "${nonce}"}}',
    );
    const [one, other] = [await signed(signingWith(auth, { secrets })), await signed(signingWith(auth, { secrets }))];
    expect(one.headers!["x-nonce"]).not.toBe(other.headers!["x-nonce"]);
    expect(one.headers!["x-sign"]!.split(":")[0]).toBe(one.headers!["x-nonce"]);
    expect(one.url!.searchParams.get("n")).toBe(one.headers!["x-nonce"]);
  });

  test("includes what auth puts into body and query, but what needs the signature", async () => {
    const { auth } = own(`auth:
      type: hmac
      encoding: hex
      sign: "\${query} \${body}"
      query: {at: "\${timestamp}", sign: "\${signature}"}
      body: {head: {at: "\${timestamp | number}", sign: "\${signature}"}}`);
    const signature = await signed(signingWith(auth, { secrets }), {
      body: '{"a":1,"head":{"id":"x"}}',
      url: "https://h/p?z=1",
    });
    const seconds = now / 1000;
    const { createHmac } = await import("node:crypto");
    const text = `at=${seconds}&z=1 {"a":1,"head":{"id":"x","at":${seconds}}}`;
    const sign = createHmac("sha256", secrets["secret"]!).update(text).digest("hex");
    expect(String(Buffer.from(signature.body!))).toBe(`{"a":1,"head":{"id":"x","at":${seconds},"sign":"${sign}"}}`);
    expect(signature.url!.href).toBe(`https://h/p?z=1&at=${seconds}&sign=${sign}`);
  });

  test("is refused where fields are to go into what is no JSON", async () => {
    await expect(signed(signingWith(rows["in-body"]!.auth!, { secrets }), { body: "--form" })).rejects.toMatchObject({
      code: "auth_failed",
      details: { why: "body" },
    });
  });
});

describe("a token", () => {
  /** Claims of the token that a request goes out with. */
  const claims = async (options: ReturnType<typeof signingWith>) => {
    const { headers: sent } = await signed(options);
    const [, payload] = sent!["authorization"]!.split(".");
    return JSON.parse(Buffer.from(payload!, "base64url").toString()) as Readonly<Record<string, number | string>>;
  };

  test("is used until 30 seconds before its end", async () => {
    const options = signingWith(rows["jwt"]!.auth!, { secrets });
    const made = [];
    for (const seconds of [0, 269, 271, 300]) {
      vi.setSystemTime(now + seconds * 1000);
      made.push(((await claims(options))["iat"]! as number) - now / 1000);
    }
    expect(made).toEqual([0, 0, 271, 271]);
  });

  test("of RFC 7515's keys is taken by what takes the RFC's own tokens", async () => {
    const { createHmac, createPrivateKey, createPublicKey, verify } = await import("node:crypto");
    const { hs256, es256 } = rfc7515;
    const key = createPrivateKey({ key: es256.jwk, format: "jwk" });
    const isTaken: Readonly<Record<string, (token: string) => boolean>> = {
      HS256: (token) => {
        const [head, payload, signature] = token.split(".");
        const made = createHmac("sha256", Buffer.from(hs256.k, "base64url")).update(`${head}.${payload}`);
        return made.digest("base64url") === signature;
      },
      ES256: (token) => {
        const [head, payload, signature] = token.split(".");
        const publicKey = { key: createPublicKey(key), dsaEncoding: "ieee-p1363" } as const;
        return verify("sha256", Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature!, "base64url"));
      },
    };
    const keys: Readonly<Record<string, object>> = {
      HS256: {
        key: "${secret | from_base64}",
        secrets: { secret: Buffer.from(hs256.k, "base64url").toString("base64") },
      },
      ES256: { key: "${private_key}", secrets: { private_key: key.export({ type: "pkcs8", format: "pem" }) } },
    };
    for (const [algorithm, { token }] of Object.entries({ HS256: hs256, ES256: es256 })) {
      const takes = isTaken[algorithm]!;
      expect([algorithm, takes(token), takes(`${token.slice(0, -8)}AAAAAAAA`)]).toEqual([algorithm, true, false]);
      const { key: form, secrets: own } = keys[algorithm] as { key?: string; secrets: Record<string, string> };
      const auth = {
        type: "jwt",
        algorithm,
        claims: { iss: "joe" },
        ...(form !== undefined && { key: form }),
      } as never;
      const { headers: sent } = await signed(signingWith(auth, { secrets: own }));
      expect([algorithm, takes(sent!["authorization"]!.replace("Bearer ", ""))]).toEqual([algorithm, true]);
    }
  });

  test.each(["RS256", "ES256"])(
    "of %s is made with a private key and verified with the public one",
    async (algorithm) => {
      const { exportPKCS8, generateKeyPair, jwtVerify } = await import("jose");
      const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
      const private_key = await exportPKCS8(privateKey);
      const auth = { ...rows["jwt-rs256"]!.auth!, algorithm } as never;
      const options = signingWith(auth, { secrets: { private_key } });
      const [one, other] = [await signed(options), await signed(options)];
      const [token, second] = [one, other].map((each) => each.headers!["authorization"]!.replace("Bearer ", ""));
      const { payload, protectedHeader } = await jwtVerify(token!, publicKey, { currentDate: new Date(now) });
      expect(protectedHeader).toEqual({ typ: "JWT", alg: algorithm, kid: "key-1" });
      expect(payload).toMatchObject({ iss: "my-client", sub: "POST /v1/chat/completions" });
      // What speaks of one request, or may be used once, is made for each.
      expect((await jwtVerify(second!, publicKey, { currentDate: new Date(now) })).payload.jti).not.toBe(payload.jti);
    },
  );

  test.each(["RS256", "ES256"])(
    "of %s is not made with what is no private key, of which nothing is said",
    async (algorithm) => {
      const auth = { ...rows["jwt-rs256"]!.auth!, algorithm } as never;
      const private_key = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IGF0IGFsbA==\n-----END PRIVATE KEY-----";
      const failure = await signed(signingWith(auth, { secrets: { private_key } })).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "auth_failed", details: { why: "key", reason: algorithm } });
      expect(JSON.stringify(failure)).not.toContain("bm90");
    },
  );
});
