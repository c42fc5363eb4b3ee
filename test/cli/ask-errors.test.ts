import { connect, createServer as createTcpServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run, transcriptsOf } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { wordsOf, zh } from "../support/words.ts";

/** Bodies as the services send them; see the sources in src/providers/wire/errors.ts. */
const openai = (message: string) => ({
  error: { message, type: "invalid_request_error", param: null, code: "invalid_request_error" },
});
const siliconflow = (code: number, message: string) => ({ code, message, data: null });

interface Row {
  readonly name: string;
  readonly reply: Reply;
  readonly provider?: "deepseek" | "siliconflow";
  readonly code: number;
  readonly error: string;
  readonly english: readonly string[];
  readonly chinese: readonly string[];
}

const rejected = {
  provider: "deepseek",
  status: 401,
  origin: "DEEPSEEK_API_KEY",
  reason: "Authentication Fails, Your api key: ****cdef is invalid",
};
const tooLong = {
  provider: "deepseek",
  model: "deepseek-flash",
  limit: 1_048_576,
  reason: "This model's maximum context length is 1048576 tokens. However, you requested 1100000 tokens",
};

const rows: readonly Row[] = [
  {
    name: "401 of DeepSeek",
    reply: refusal(401, openai(rejected.reason)),
    code: 3,
    error: "key_rejected",
    english: [wordsOf("key_rejected", rejected).whole],
    chinese: [wordsOf("key_rejected", rejected, zh).whole],
  },
  {
    name: "401 as a bare string",
    provider: "siliconflow",
    reply: refusal(401, "Api key is invalid"),
    code: 3,
    error: "key_rejected",
    english: ["siliconflow rejected the API key from SILICONFLOW_API_KEY", "Api key is invalid"],
    chinese: ["SILICONFLOW_API_KEY", "Api key is invalid"],
  },
  {
    name: "402",
    reply: refusal(402, openai("Insufficient Balance")),
    code: 3,
    error: "no_balance",
    english: ["Insufficient balance at deepseek (Insufficient Balance)", "deepseek-chat balance"],
    chinese: ["\u4f59\u989d\u4e0d\u8db3"],
  },
  {
    name: "403 of SiliconFlow",
    provider: "siliconflow",
    reply: refusal(403, siliconflow(30001, "Sorry, your account balance is insufficient")),
    code: 3,
    error: "forbidden",
    english: ["403", "your account balance is insufficient", "identity verification"],
    chinese: ["403", "\u5b9e\u540d\u8ba4\u8bc1"],
  },
  {
    name: "400",
    reply: refusal(400, openai("Invalid value for 'top_p'.")),
    code: 4,
    error: "request_refused",
    english: [
      wordsOf("request_refused", { provider: "deepseek", status: 400, reason: "Invalid value for 'top_p'" }).what,
    ],
    chinese: ["400", "Invalid value for 'top_p'"],
  },
  {
    name: "400 for a conversation that is too long",
    reply: refusal(400, openai(`${tooLong.reason}.`)),
    code: 4,
    error: "context_too_long",
    english: [wordsOf("context_too_long", tooLong).whole],
    chinese: [wordsOf("context_too_long", tooLong, zh).whole],
  },
  {
    name: "400 Content Exists Risk",
    reply: refusal(400, openai("Content Exists Risk")),
    code: 4,
    error: "content_refused",
    english: [wordsOf("content_refused", { provider: "deepseek", reason: "Content Exists Risk" }).what],
    chinese: ["Content Exists Risk", "\u5185\u5bb9"],
  },
  {
    name: "400 of SiliconFlow for a model that there is not",
    provider: "siliconflow",
    reply: refusal(400, siliconflow(20012, "Model does not exist. Please check it carefully.")),
    code: 4,
    error: "model_not_found",
    english: ["siliconflow has no model deepseek-ai/DeepSeek-V4-Flash", "deepseek-chat models"],
    chinese: ["deepseek-ai/DeepSeek-V4-Flash", "deepseek-chat models"],
  },
  {
    name: "404 as a web page",
    reply: refusal(404, "<html><head><title>404 Not Found</title></head></html>"),
    code: 4,
    error: "request_refused",
    english: ["404: 404 Not Found"],
    chinese: ["404 Not Found"],
  },
  {
    name: "422",
    reply: refusal(422, { detail: [{ loc: ["body", "stop"], msg: "too many" }] }),
    code: 4,
    error: "request_refused",
    english: ["422", "too many"],
    chinese: ["422", "too many"],
  },
  {
    name: "429",
    reply: refusal(429, openai("Rate limit reached for TPM")),
    code: 5,
    error: "rate_limited",
    english: [wordsOf("rate_limited", { provider: "deepseek", reason: "Rate limit reached for TPM" }).what],
    chinese: ["429", "\u9891\u7387"],
  },
  {
    name: "500 without a body",
    reply: { status: 500, body: "" },
    code: 5,
    error: "service_failed",
    english: ["deepseek failed (500"],
    chinese: ["500", "deepseek"],
  },
  {
    name: "503 as plain text",
    provider: "siliconflow",
    reply: {
      status: 503,
      headers: { "content-type": "text/plain" },
      body: "System is too busy now. Please try again later.",
    },
    code: 5,
    error: "service_failed",
    english: ["siliconflow failed (503: System is too busy now"],
    chinese: ["503", "System is too busy now"],
  },
  {
    name: "a redirect",
    reply: { status: 307, headers: { location: "https://elsewhere.example/v1" }, body: "" },
    code: 5,
    error: "redirected",
    english: ["https://elsewhere.example/v1", "307"],
    chinese: ["https://elsewhere.example/v1", "307"],
  },
];

describe.concurrent("a refusal is told in both languages and gives the exit code", () => {
  test.each(rows)("$name", async ({ reply, provider = "deepseek", code, error, english, chinese }) => {
    await using server = await serve([reply]);
    const env = {
      ...askingAt(server),
      SILICONFLOW_API_KEY: "sk-9876543210",
      SILICONFLOW_BASE_URL: server.url,
    };
    const args = ["ask", "-p", provider, "--retries", "0", "q"];
    const [inEnglish, inChinese, asJson] = await Promise.all([
      run(args, { env }),
      run(args, { env: { ...env, LC_ALL: "zh_CN.UTF-8" } }),
      run([...args, "-o", "json"], { env }),
    ]);
    expect([inEnglish.code, inChinese.code, asJson.code]).toEqual([code, code, code]);
    expect([inEnglish.stdout, inChinese.stdout]).toEqual(["", ""]);
    for (const words of english) expect(inEnglish.stderr).toContain(words);
    for (const words of chinese) expect(inChinese.stderr).toContain(words);
    expect(inChinese.stderr).toMatch(/\p{Script=Han}/u);
    for (const { stderr } of [inEnglish, inChinese]) {
      expect(stderr.trim(), "one paragraph").not.toContain("\n");
      expect(stderr).not.toMatch(/0123456789abcdef|9876543210|undefined|\[object|\bat .*:\d+:\d+/u);
    }
    expect(JSON.parse(asJson.stdout)).toMatchObject({ answer: "", complete: false, error: { code: error } });
  });
});

test.concurrent("a refusal is in the transcript, under the question", async () => {
  await using server = await serve([refusal(402, openai("Insufficient Balance"))]);
  const { place } = await run(["ask", "how much?"], { env: askingAt(server) });
  const [transcript = ""] = transcriptsOf(place);
  expect(transcript).toMatch(/Question:\nhow much\?\n/u);
  expect(transcript).toMatch(/Error:\n.*Insufficient Balance/u);
  expect(transcript).toMatch(/\n-{40}\n/u);
});

describe.concurrent("a key that is refused", () => {
  test("came from the key file, or from .env, and that is named", async () => {
    await using server = await serve([refusal(401, openai("no"))]);
    const stored = newPlace();
    put(stored.keyFile, JSON.stringify({ deepseek: "sk-stored-00000000" }));
    const local = newPlace();
    put(join(local.cwd, ".env"), `DEEPSEEK_API_KEY=sk-local-111111111\nDEEPSEEK_BASE_URL=${server.url}\n`);
    const [fromFile, fromDotenv] = await Promise.all([
      run(["ask", "q"], { place: stored, env: { DEEPSEEK_BASE_URL: server.url } }),
      run(["ask", "q"], { place: local }),
    ]);
    expect([fromFile.code, fromDotenv.code]).toEqual([3, 3]);
    expect(fromFile.stderr).toContain(stored.keyFile);
    expect(fromDotenv.stderr).toContain(join(local.cwd, ".env"));
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer sk-local-111111111", "Bearer sk-stored-00000000"]),
    );
  });

  test("is taken out of what the service quotes", async () => {
    await using server = await serve([refusal(401, openai("bad key sk-0123456789abcdef, sorry"))]);
    const { stderr, place } = await run(["ask", "-v", "q"], { env: askingAt(server) });
    expect(stderr).toContain("bad key [key], sorry");
    expect(stderr + transcriptsOf(place).join("")).not.toContain("sk-0123456789abcdef");
  });
});

describe.concurrent("without a key", () => {
  test("and without a terminal there are two ways to go on", async () => {
    const [ask, chat, chinese] = await Promise.all([
      run(["ask", "q"]),
      run([], { input: "hello\nq\n" }),
      run(["ask", "q"], { env: { LC_ALL: "zh_CN.UTF-8" } }),
    ]);
    expect([ask.code, chat.code, chinese.code]).toEqual([3, 3, 3]);
    for (const { stderr, stdout } of [ask, chat, chinese]) {
      expect(stdout).toBe("");
      expect(stderr).toContain("deepseek-chat setup");
      expect(stderr).toContain("DEEPSEEK_API_KEY");
      expect(stderr).toContain("--provider demo");
    }
    expect(chinese.stderr).toMatch(/\p{Script=Han}/u);
  });

  test("an empty variable counts as none", async () => {
    const { code } = await run(["ask", "q"], { env: { DEEPSEEK_API_KEY: "" } });
    expect(code).toBe(3);
  });

  test("no provider of an unknown name is asked", async () => {
    const { code, stderr } = await run(["ask", "-p", "deepsek", "q"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Unknown provider: deepsek");
    expect(stderr).toContain("siliconflow-com");
  });
});

describe.concurrent("retries", () => {
  test("happen for what may pass, as often as was said, and wait as long as the service asked", async () => {
    await using server = await serve([
      refusal(429, openai("slow down"), { "retry-after-ms": "300" }),
      refusal(503, openai("busy"), { "retry-after": "0" }),
      answer("at last"),
    ]);
    const { code, stdout, stderr } = await run(["ask", "--retries", "2", "q"], { env: askingAt(server) });
    expect({ code, stdout, requests: server.requests.length }).toEqual({ code: 0, stdout: "at last\n", requests: 3 });
    expect(server.requests[1]!.at - server.requests[0]!.at).toBeGreaterThanOrEqual(290);
    expect(stderr).toContain("slow down");
    expect(stderr).toContain("2 of 3");
  });

  test("end with the last failure", async () => {
    await using server = await serve([refusal(500, openai("oops"), { "retry-after-ms": "1" })]);
    const { code, stderr } = await run(["ask", "--retries", "2", "q"], { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 5, requests: 3 });
    expect(stderr.trimEnd().split("\n").at(-1)).toContain(
      wordsOf("service_failed", { provider: "deepseek", status: 500, reason: "oops" }).what,
    );
  });

  test("wait by themselves when the service does not say how long", async () => {
    await using server = await serve([{ status: 502, body: "" }, answer("yes")]);
    const { code, stdout } = await run(["ask", "q"], { env: askingAt(server) });
    expect({ code, stdout, requests: server.requests.length }).toEqual({ code: 0, stdout: "yes\n", requests: 2 });
  });

  test("do not wait beyond all patience", async () => {
    await using server = await serve([refusal(429, openai("tomorrow"), { "retry-after": "86400" })]);
    const { code } = await run(["ask", "q"], { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 5, requests: 1 });
  });

  test.each([400, 401, 402, 403, 404, 422])("do not happen for %d", async (status) => {
    await using server = await serve([refusal(status, openai("no"), { "retry-after-ms": "1" })]);
    await run(["ask", "q"], { env: askingAt({ url: `${server.url}/v1` }) });
    expect(server.requests).toHaveLength(1);
  });
});

/** A loopback port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}

describe.concurrent("no connection", () => {
  test("names the host that does not answer", async () => {
    const port = await freePort();
    const env = askingAt({ url: `http://127.0.0.1:${port}` });
    const [english, chinese] = await Promise.all([
      run(["ask", "--retries", "0", "q"], { env }),
      run(["ask", "--retries", "0", "--lang", "zh", "q"], { env }),
    ]);
    expect([english.code, chinese.code]).toEqual([5, 5]);
    expect(english.stderr).toContain(`Can't connect to 127.0.0.1:${port}: connection refused (ECONNREFUSED).`);
    expect(chinese.stderr).toContain(`127.0.0.1:${port}`);
  });

  test("names a host that there is not", async () => {
    const env = { DEEPSEEK_API_KEY: "sk-0123456789", DEEPSEEK_BASE_URL: "https://nowhere.invalid/v1" };
    const { code, stderr } = await run(["ask", "--retries", "0", "q"], { env });
    expect(code).toBe(5);
    expect(stderr).toContain("Can't connect to nowhere.invalid");
  });

  test("names the proxy, without its password", async () => {
    const port = await freePort();
    const proxy = `http://someone:secret@127.0.0.1:${port}`;
    const env = { DEEPSEEK_API_KEY: "sk-0123456789", HTTPS_PROXY: proxy };
    const { code, stderr } = await run(["ask", "--retries", "0", "q"], { env });
    expect(code).toBe(5);
    expect(stderr).toContain(`Can't connect to api.deepseek.com through the proxy 127.0.0.1:${port}`);
    expect(stderr).not.toContain("secret");
  });

  test("is not made through a proxy that the host is excepted from", async () => {
    await using server = await serve([answer("direct")]);
    const env = { ...askingAt(server), HTTP_PROXY: `http://127.0.0.1:${await freePort()}`, NO_PROXY: "127.0.0.1" };
    const { stdout } = await run(["ask", "--retries", "0", "q"], { env });
    expect(stdout).toBe("direct\n");
  });

  test("goes through a proxy that is there", async () => {
    await using server = await serve([answer("through")]);
    const seen: string[] = [];
    const proxy = createTcpServer((client) => {
      client.once("data", (head: Buffer) => {
        seen.push(head.toString("latin1").split("\r\n", 1)[0]!);
        const upstream = connect(Number(new URL(server.url).port), "127.0.0.1");
        upstream.write(head);
        client.pipe(upstream).pipe(client);
        upstream.on("error", () => client.destroy());
        client.on("error", () => upstream.destroy());
      });
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, "127.0.0.1", resolve);
    });
    const place = newPlace();
    put(place.configFile, "providers: {mine: {base_url: 'http://service.test', model: m}}\n");
    const env = { http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const { stdout } = await run(["ask", "-p", "mine", "--retries", "0", "q"], { place, env });
    proxy.close();
    expect(stdout).toBe("through\n");
    expect(seen).toEqual(["POST http://service.test/chat/completions HTTP/1.1"]);
  });
});

describe.concurrent("a transcript that cannot be written", () => {
  test("gives exit code 6, after the whole answer", async () => {
    await using server = await serve([answer("all of it")]);
    const { code, stdout, stderr } = await run(["ask", "--transcripts", "/dev/null/nowhere", "q"], {
      env: askingAt(server),
    });
    expect({ code, stdout }).toEqual({ code: 6, stdout: "all of it\n" });
    expect(stderr).toContain("/dev/null/nowhere");
    expect(stderr).toContain("--no-transcript");
  });

  test("does not hide that the request failed", async () => {
    await using server = await serve([refusal(402, openai("Insufficient Balance"))]);
    const { code, stderr } = await run(["ask", "--transcripts", "/dev/null/nowhere", "q"], { env: askingAt(server) });
    expect(code).toBe(3);
    expect(stderr).toContain("/dev/null/nowhere");
    expect(stderr).toContain("Insufficient Balance");
  });
});

describe.concurrent("bad usage", () => {
  test.each([
    [["ask", "--nonsense", "q"], "--nonsense"],
    [["ask", "--temprature", "1", "q"], "--temperature"],
    [["ask", "--model"], "--model"],
    [["config", "get"], "setting"],
    [["config", "frobnicate"], "frobnicate"],
  ])("%j gives exit code 2 and names what is wrong", async (args, named) => {
    const [english, chinese] = await Promise.all([run(args), run(args, { env: { LC_ALL: "zh_CN.UTF-8" } })]);
    expect([english.code, chinese.code]).toEqual([2, 2]);
    expect(english.stdout + chinese.stdout).toBe("");
    expect(english.stderr).toContain(named);
    expect(chinese.stderr).toMatch(/\p{Script=Han}/u);
  });
});

test.concurrent("a fault of the program itself gives exit code 1, and says where to look", async () => {
  const node = [
    "--import",
    `data:text/javascript,${encodeURIComponent('process.cwd = () => { throw new Error("boom"); };')}`,
  ];
  const [english, chinese] = await Promise.all([
    run(["ask", "q"], { node }),
    run(["ask", "q"], { node, env: { LC_ALL: "zh_CN.UTF-8" } }),
  ]);
  expect([english, chinese]).toMatchObject([
    { code: 1, stdout: "" },
    { code: 1, stdout: "" },
  ]);
  for (const { stderr } of [english, chinese]) {
    expect(stderr).toMatch(/^[^\n]*boom[^\n]*DEEPSEEK_CHAT_DEBUG=1[^\n]*\n$/u);
  }
});

test.concurrent("a stack trace is shown only to whoever asks for one", async () => {
  await using server = await serve([refusal(400, openai("no"))]);
  const [plain, debugging] = await Promise.all([
    run(["ask", "q"], { env: askingAt(server) }),
    run(["ask", "q"], { env: { ...askingAt(server), DEEPSEEK_CHAT_DEBUG: "1" } }),
  ]);
  expect(plain.stderr).not.toMatch(/\n {4}at /u);
  expect(debugging.stderr).toMatch(/\n {4}at /u);
});

test.concurrent("the service's own name for a request is told with --verbose", async () => {
  await using server = await serve([refusal(500, openai("oops"), { "x-ds-trace-id": "trace-77" })]);
  const { stderr } = await run(["ask", "-v", "--retries", "0", "q"], { env: askingAt(server) });
  expect(stderr).toContain("trace-77");
});
