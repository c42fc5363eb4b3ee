import { createHmac } from "node:crypto";
import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rowsOf } from "../support/gateway-rows.ts";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const rows = rowsOf("gateways.md");
const secret = "gateway-secret-9f8e7d6c5b4a";
const env = {
  GATEWAY_ACCESS_KEY: "AKgateway0123456789",
  GATEWAY_SECRET: secret,
  GATEWAY_CLIENT_ID: "client-0123456789",
  GATEWAY_CLIENT_SECRET: secret,
};

/** A home whose config file has a provider `gw` at an address, with an `auth`. */
function placeWith(url: string, auth: object, more: object = {}): Place {
  const place = newPlace();
  put(
    place.configFile,
    JSON.stringify({ provider: "gw", providers: { gw: { base_url: `${url}/v1`, model: "m", auth } }, ...more }),
  );
  return place;
}

const ask = async (place: Place, ...args: readonly string[]) =>
  await run(["ask", "--no-transcript", "--retries", "0", ...args, "hello"], { place, env });

/** Refuses what is not signed as the row `dsk` says, or not within five minutes of a clock. */
function checkedByHmac(ahead: number): (request: Received) => ReturnType<typeof answer> {
  return ({ method, path, headers, text }) => {
    const now = Math.floor(Date.now() / 1000) + ahead;
    const date = new Date(now * 1000).toUTCString();
    const at = headers["x-timestamp"] as string;
    const proof = createHmac("sha256", secret).update(`${method}\n${path}\n${at}\n${text}`).digest("base64");
    const refused = (message: string) => refusal(401, { error: { message } }, { date });
    if (headers.authorization !== `DSK AKgateway0123456789:${proof}`) return refused("signature mismatch");
    return Math.abs(Number(at) - now) > 300 ? refused("timestamp expired") : answer("yes");
  };
}

describe.concurrent("a gateway that wants signatures", () => {
  test("is told the time by its own clock once it refused one, said once in a session", async () => {
    await using server = await serve(checkedByHmac(7200));
    const place = placeWith(server.url, rows["dsk"]!.auth!);
    const input = "one\ntwo\nq\n";
    const { stdout, stderr, code } = await run(["--no-transcript", "--retries", "0"], { place, env, input });
    const host = server.url.replace("http://", "");
    expect(stderr.split(en.clock.off({ host, seconds: 7200, isCorrected: true }).slice(0, 50))).toHaveLength(2);
    expect([code, stdout.match(/yes/gu)]).toEqual([0, ["yes", "yes"]]);
    const asked = server.requests.filter(({ method }) => method === "POST");
    expect(asked.map(({ headers }) => Number(headers["x-timestamp"]) * 1000 > Date.now() + 3_600_000)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("cannot make the program sign for another day, nor more than once again", async () => {
    await using server = await serve(checkedByHmac(400 * 86_400));
    const { code, stderr } = await ask(placeWith(server.url, rows["dsk"]!.auth!));
    expect([code, server.requests.length]).toEqual([3, 1]);
    expect(stderr).toContain("timestamp expired");
    await using liar = await serve((_, index) => {
      const date = new Date(Date.now() + (index + 1) * 3_600_000).toUTCString();
      return refusal(401, { error: { message: "no" } }, { date });
    });
    expect((await ask(placeWith(liar.url, rows["dsk"]!.auth!))).code).toBe(3);
    expect(liar.requests).toHaveLength(2);
  });

  test("gets another nonce with each attempt", async () => {
    const auth = {
      type: "hmac",
      secrets: { secret: "GATEWAY_SECRET" },
      sign: "${nonce}${body}",
      headers: { "X-Nonce": "${nonce}", "X-Sign": "${signature}" },
    };
    await using server = await serve([
      refusal(503, { error: { message: "busy" } }, { "retry-after-ms": "1" }),
      answer("yes"),
    ]);
    const { stdout } = await ask(placeWith(server.url, auth), "--retries", "1");
    expect(stdout).toBe("yes\n");
    const nonces = server.requests.map(({ headers }) => headers["x-nonce"]);
    expect(new Set(nonces).size).toBe(2);
    for (const { headers, text } of server.requests) {
      const proof = createHmac("sha256", secret)
        .update(`${String(headers["x-nonce"])}${text}`)
        .digest("base64");
      expect(headers["x-sign"]).toBe(proof);
    }
  });

  test("is not followed elsewhere, and nothing is signed for another address", async () => {
    await using elsewhere = await serve(() => answer("stolen"));
    await using server = await serve(() => ({
      status: 307,
      headers: { location: `${elsewhere.url}/v1/chat/completions` },
    }));
    const { code } = await ask(placeWith(server.url, rows["dsk"]!.auth!));
    expect([code, server.requests.length, elsewhere.requests.length]).toEqual([5, 1, 0]);
  });

  test("is sent nothing by plain http to another machine, and nothing without its secret", async () => {
    const insecure = await ask(placeWith("http://gateway.example", rows["dsk"]!.auth!));
    const facts = { provider: "gw", url: "http://gateway.example/v1" };
    expect(insecure).toMatchObject({ code: 3, stderr: `${wordsOf("insecure_endpoint", facts).whole}\n` });
    const place = placeWith("http://127.0.0.1:1", rows["dsk"]!.auth!);
    const { code, stderr } = await run(["ask", "hello"], { place, env: { GATEWAY_SECRET: secret } });
    const missing = { provider: "gw", secret: "access_key", variable: "GATEWAY_ACCESS_KEY" };
    expect([code, stderr]).toEqual([3, `${wordsOf("no_secret", missing).whole}\n`]);
  });

  test("is explained by doctor, which shows no secret", async () => {
    await using server = await serve(() => refusal(200, { data: [{ id: "m" }] }));
    const place = placeWith(server.url, rows["dsk"]!.auth!);
    put(place.keyFile, JSON.stringify({ "gw/secret": secret }));
    chmodSync(place.keyFile, 0o600);
    const { stdout } = await run(["doctor", "--json"], { place, env: { GATEWAY_ACCESS_KEY: env.GATEWAY_ACCESS_KEY } });
    const { checks } = JSON.parse(stdout) as { checks: readonly { id: string; facts: { auth: unknown } }[] };
    expect(checks.find(({ id }) => id === "key")?.facts.auth).toEqual({
      type: "hmac",
      sign: "${method}\n${path}\n${timestamp}\n${body}",
      details: ["sha256", "base64"],
      places: ["header Authorization", "header X-Timestamp"],
      secrets: [
        { name: "access_key", origin: "GATEWAY_ACCESS_KEY" },
        { name: "secret", origin: place.keyFile },
      ],
    });
    expect(stdout).not.toContain(secret);
  });
});

describe.concurrent("a token of OAuth 2", () => {
  test("is asked for once, kept in a private file, and asked for again where it is refused", async () => {
    let valid = "token-one-0123456789";
    await using issuer = await serve(() =>
      refusal(200, { access_token: valid, token_type: "Bearer", expires_in: 3600 }),
    );
    await using server = await serve(({ headers }) =>
      headers.authorization === `Bearer ${valid}`
        ? answer("yes")
        : refusal(401, { error: { message: "token revoked" } }),
    );
    const auth = { ...rows["oauth"]!.auth!, token_url: `${issuer.url}/token` };
    const place = placeWith(server.url, auth);
    expect((await ask(place)).stdout).toBe("yes\n");
    expect((await ask(place)).stdout).toBe("yes\n");
    expect(issuer.requests.map(({ text }) => text)).toEqual([
      "grant_type=client_credentials&scope=llm.chat&audience=https%3A%2F%2Fllm.example.com",
    ]);
    const basic = Buffer.from(`client-0123456789:${secret}`).toString("base64");
    expect(issuer.requests[0]!.headers.authorization).toBe(`Basic ${basic}`);
    valid = "token-two-0123456789";
    expect((await ask(place)).stdout).toBe("yes\n");
    expect([issuer.requests.length, server.requests.length]).toEqual([2, 4]);
    valid = "of nobody";
    expect((await ask(place)).code).toBe(3);
    expect([issuer.requests.length, server.requests.length]).toEqual([3, 5]);
  });

  test.each([
    ["a refusal", refusal(401, { error: "invalid_client", error_description: `unknown ${secret}` }), "401"],
    ["no token", refusal(200, { token: "x" }), "access_token"],
    ["a token of a megabyte", refusal(200, { access_token: "x".repeat(1_000_000) }), "1000000 characters"],
  ])("ends a request before it is sent where its service gives %s", async (_, reply, said) => {
    await using issuer = await serve(() => reply);
    await using server = await serve(() => answer("never"));
    const auth = { ...rows["oauth"]!.auth!, token_url: `${issuer.url}/token` };
    const { code, stderr } = await ask(placeWith(server.url, auth));
    expect([code, server.requests.length]).toEqual([3, 0]);
    expect(stderr).toContain(said);
    expect(stderr.length).toBeLessThan(1000);
    expect(stderr).not.toContain(secret);
  });
});

describe.skipIf(process.platform === "win32").concurrent("headers that a program prints", () => {
  const withProgram = (url: string, script: string) => {
    const place = placeWith(url, { type: "command", command: "~/login print-headers" });
    put(join(place.home, "login"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(place.home, "login"), 0o700);
    return place;
  };

  test("are sent, and printed again where they are refused", async () => {
    await using server = await serve(({ headers }) =>
      headers["x-ticket"] === "ticket-2" ? answer("yes") : refusal(401, { error: { message: "stale" } }),
    );
    const script = "echo x >> ~/runs; printf 'X-Ticket: ticket-%s\\nX-User: \"me\"\\n' $(wc -l < ~/runs)";
    const place = withProgram(server.url, script);
    expect((await ask(place)).stdout).toBe("yes\n");
    expect(server.requests.map(({ headers }) => headers["x-user"])).toEqual(['"me"', '"me"']);
  });

  test("are none where it prints something else, of which nothing is repeated", async () => {
    for (const printed of [secret, '{\\"Content-Length\\": \\"0\\"}', `X-A: 1\\\\n${secret}`]) {
      const { code, stderr } = await ask(withProgram("http://127.0.0.1:1", `printf '%b' "${printed}"`));
      expect([code, stderr.includes(secret)]).toEqual([3, false]);
    }
  });

  test("with a token that has ended are named with the time that it says", async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = [part({ alg: "none" }), part({ exp: 1_700_000_000 }), "c2lnbmF0dXJl"].join(".");
    await using server = await serve(() => refusal(401, { error: { message: "unauthorized" } }));
    const { code, stderr } = await ask(withProgram(server.url, `echo "Authorization: Bearer ${token}"`));
    const facts = { provider: "gw", origin: "auth.command", why: "expired" as const, at: "2023-11-14T22:13:20.000Z" };
    expect(code).toBe(3);
    expect(stderr).toContain(wordsOf("token_untimely", facts).what);
  });
});

test.skipIf(process.platform === "win32")(
  "keys store keeps a secret of auth, a private key of several lines too",
  async () => {
    const place = placeWith("http://127.0.0.1:1", rows["jwt-rs256"]!.auth!);
    const pem = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IGF0IGFsbA==\n-----END PRIVATE KEY-----";
    expect(await run(["keys", "store", "gw/private_key"], { place, input: `${pem}\n` })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ "gw/private_key": pem });
    expect(statSync(place.keyFile).mode & 0o777).toBe(0o600);
    const { stdout } = await run(["keys", "list"], { place });
    expect(stdout).toContain("gw/private_key");
    expect((await run(["keys", "store", "gw/other"], { place, input: "x" })).code).toBe(2);
  },
);
