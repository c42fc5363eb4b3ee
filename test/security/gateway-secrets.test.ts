import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { rowsOf } from "../support/gateway-rows.ts";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { type RawServer, type Received, type Reply, serve } from "../support/raw-server.ts";
import { refusal, text, finish } from "../support/wire.ts";

/** One for each form; what is not hexadecimal is found by its pieces, whatever stands around it. */
const planted = {
  GATEWAY_ACCESS_KEY: "ak7f3a91c05be84d62",
  GATEWAY_APP_KEY: "apa1f09c7e55d8b340",
  GATEWAY_SECRET: "gs9d2e6b7c41a85f03e7",
  GATEWAY_CLIENT_ID: "ci5b1d8e2f7a3c9046",
  GATEWAY_CLIENT_SECRET: "csc83f1e6d2b9a70f154",
  ZHIPU_API_KEY: "7f3a40b2e1d6.zq91c05be8f6a2d7c3",
  AWS_ACCESS_KEY_ID: "AKIA0PLANTED0KEY0ID0",
  AWS_SECRET_ACCESS_KEY: "as/91c05be8+4d62a1f/09c7e3b5d8",
  AWS_SESSION_TOKEN: "at7e55d8b3402c6e19fa4c",
  HEADER_KEY: "hk2c6e7f3a91c05b44d0",
  IFLYTEK_API_KEY: "ik84d62a1f09c7e6b2c3",
  IFLYTEK_API_SECRET: "is55d8b3402c6e8f1a9d",
};
const issued = "itd8b3402c6e7f3a91c0";
const printed = "pt09c7e55d8b34021f6e";

/** The forms, at a server. */
function providersAt(url: string): Record<string, object> {
  const rows = rowsOf("gateways.md");
  const of = (name: string) => rows[name]!.auth!;
  return {
    header: { key_variable: "HEADER_KEY", auth: of("with-header") },
    dsk: { auth: of("dsk") },
    body: { auth: of("in-body") },
    url: { auth: of("iflytek") },
    jwt: { auth: of("jwt") },
    zhipu: { key_variable: "ZHIPU_API_KEY", auth: of("zhipu") },
    oauth: { auth: { ...of("oauth"), token_url: `${url}/token` } },
    bedrock: { auth: of("bedrock") },
    program: { auth: { type: "command", command: "cat ~/ticket" } },
  };
}

/** What was sent to prove who asks: long words of headers, a signature in the URL, or in the body. */
function proofsIn({ headers, path, text: body }: Received): string[] {
  const names = ["authorization", "x-api-key", "x-ticket", "x-amz-security-token"];
  const words = names.flatMap((name) =>
    String(headers[name] ?? "").split(/[ ,:]|Signature=|Credential=|SignedHeaders=/u),
  );
  const query = new URL(path, "http://h").searchParams.get("authorization");
  const fields = /"header":(\{[^}]*\})/u.exec(body)?.[1] ?? "{}";
  const { app_key: id = "", sign = "" } = JSON.parse(fields) as Record<string, string>;
  // A scope is no secret, and stands in what doctor shows.
  const found = [...words, ...(query === null ? [] : [query]), id, sign];
  return found.filter((word) => word.length >= 16 && !/AWS4|aws4_request|;/u.test(word));
}

/** Pieces of a secret in a text that are no chance. */
function traces(secret: string, shown: string): string[] {
  const size = Math.min(12, secret.length);
  const pieces = Array.from({ length: secret.length - size + 1 }, (_, at) => secret.slice(at, at + size));
  return pieces.filter((piece) => shown.includes(piece));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** What everybody on this machine sees of all processes; empty where there is no /proc. */
function processList(): string[] {
  const ids = existsSync("/proc/self") ? readdirSync("/proc").filter((name) => /^\d+$/u.test(name)) : [];
  return ids.flatMap((id) =>
    ["cmdline", "comm"].map((file) => {
      try {
        return readFileSync(`/proc/${id}/${file}`, "latin1");
      } catch {
        return "";
      }
    }),
  );
}

/** Repeats what it was sent: first in a refusal, then in an answer; and looks at the processes meanwhile. */
async function echoing(proofs: Set<string>, seen: Set<string>): Promise<RawServer> {
  const asked = new Map<string, number>();
  return await serve((request): Reply => {
    processList().forEach((line) => seen.add(line));
    const { path, headers } = request;
    if (path === "/token") {
      proofsIn(request).forEach((proof) => proofs.add(proof));
      return refusal(200, { access_token: issued, expires_in: 3600 });
    }
    const name = path.split("/")[1]!;
    const sent = proofsIn(request);
    sent.forEach((proof) => proofs.add(proof));
    const echo = `${sent.join(" and ")} and ${JSON.stringify(headers)} and ${path}`;
    const count = (asked.get(name) ?? 0) + 1;
    asked.set(name, count);
    if (path.endsWith("/models"))
      return refusal(403, { error: { message: echo } }, { "x-request-id": echo.slice(0, 200) });
    if (count === 1)
      return refusal(
        503,
        { error: { message: echo, code: sent[0] ?? "" } },
        { "x-request-id": sent[0] ?? "", "retry-after-ms": "1" },
      );
    return { body: [...(echo.match(/[^]{1,23}/gu) ?? []).map(text), finish()] };
  });
}

test.skipIf(process.platform === "win32")(
  "secrets of no form of authentication come out anywhere, nor what is made of them",
  async () => {
    const proofs = new Set<string>([issued, printed]);
    const seen = new Set<string>();
    await using server = await echoing(proofs, seen);
    const place: Place = newPlace();
    put(join(place.home, "ticket"), `X-Ticket: ${printed}\n`);
    const forms = providersAt(server.url);
    const providers = Object.fromEntries(
      Object.entries(forms).map(([name, rows]) => [
        name,
        { base_url: `${server.url}/${name}/v1`, model: "m", ...rows },
      ]),
    );
    put(place.configFile, JSON.stringify({ provider: "dsk", providers }));
    const env = { ...planted, DEEPSEEK_CHAT_DEBUG: "1" };
    const log = ["--verbose", "--log-file", "run.log", "--log-content"];
    const names = Object.keys(forms);
    const asked = await Promise.all(
      names.map(
        async (name) => await run(["ask", "-m", `${name}/m`, ...log, "--retries", "1", "hello"], { place, env }),
      ),
    );
    const checks = await Promise.all(
      names.map(async (name) => await run(["doctor", "--json", "-p", name, ...log.slice(0, 3)], { place, env })),
    );

    const lists = await Promise.all(
      [
        ["keys", "list"],
        ["config", "list", "--json"],
        ["transcripts", "show", "last"],
      ].map(async (args) => await run(args, { place, env })),
    );

    const shown = [...asked, ...checks, ...lists].map(({ stdout, stderr }) => stdout + stderr);
    const own = new Set(["ticket", "auth-tokens.json"]);
    const files = [...filesIn(place.home), ...filesIn(place.cwd)].filter((path) => !own.has(basename(path)));
    const texts = [...shown, ...seen, ...files.map((path) => readFileSync(path, "latin1"))];
    // The secrets themselves, and all that was sent to prove them.
    for (const secret of [...Object.values(planted), ...proofs]) {
      expect([secret, texts.flatMap((each) => traces(secret, each))]).toEqual([secret, []]);
    }
    expect([...seen].some((line) => line.includes("deepseek-chat"))).toBe(existsSync("/proc/self"));
    // There was something to repeat, in each form, in a refusal and in an answer.
    for (const { stdout } of asked) expect(stdout).toContain("[key]");
    expect(readFileSync(join(place.cwd, "run.log"), "utf8").split("[key]").length).toBeGreaterThan(names.length);
    expect(new Set(server.requests.map(({ path }) => path.split("/")[1]))).toEqual(new Set([...names, "token"]));
    expect(statSync(filesIn(place.home).find((path) => basename(path) === "auth-tokens.json")!).mode & 0o777).toBe(
      0o600,
    );
  },
);

test("what looks for secrets finds pieces of them", () => {
  expect(traces(planted.GATEWAY_SECRET, `x ${planted.GATEWAY_SECRET.slice(3, 16)}`)).toHaveLength(2);
  expect(traces(planted.GATEWAY_SECRET, "gs9d2e [key]")).toEqual([]);
});
