import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run, transcriptsOf } from "../support/program.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, counted } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

const system = (content: string) => ({ role: "system", content });
const user = (content: string) => ({ role: "user", content });

/** What stands in each request for `q`, beside the model. */
const plain = { messages: [user("q")], stream: true, stream_options: { include_usage: true } };

/** The models of providers that have one of their own in the catalogue. */
const models: Readonly<Record<string, string>> = {
  deepseek: "deepseek-flash",
  siliconflow: "deepseek-ai/DeepSeek-V4-Flash",
  "siliconflow-com": "deepseek-ai/DeepSeek-V4-Flash",
};

/** A config file that has every local provider, and one of its own, at the server. */
function providersAt({ url }: RawServer): string {
  const entry = (name: string) => `  ${name}:\n    base_url: ${url}/v1\n    model: local-model\n`;
  return `providers:\n${["ollama", "lmstudio", "llamacpp", "vllm", "mine"].map(entry).join("")}`;
}

describe.concurrent("a request", () => {
  test("says no more than what somebody set", async () => {
    await using server = await serve([answer("yes")]);
    await run(["ask", "q"], { env: askingAt(server) });
    expect(server.body()).toEqual({
      model: "deepseek-flash",
      messages: [user("q")],
      stream: true,
      stream_options: { include_usage: true },
    });
    const [{ method, path, headers }] = server.requests as [(typeof server.requests)[0]];
    expect({ method, path }).toEqual({ method: "POST", path: "/chat/completions" });
    expect(headers.authorization).toBe("Bearer sk-0123456789abcdef");
  });

  test.each([
    [["-T", "0.3"], { temperature: 0.3 }],
    [["--temperature", "0"], { temperature: 0 }],
    [["--top-p", "0.9"], { top_p: 0.9 }],
    [["--top-k", "40"], { top_k: 40 }],
    [["--max-tokens", "100"], { max_tokens: 100 }],
    [["--frequency-penalty=-0.5"], { frequency_penalty: -0.5 }],
    [["--presence-penalty", "1.5"], { presence_penalty: 1.5 }],
    [["--stop", "END", "--stop", "\n"], { stop: ["END", "\n"] }],
    [["--seed", "0"], { seed: 0 }],
    [["--min-p", "0.05"], { min_p: 0.05 }],
    [["--response-format", "json_object"], { response_format: { type: "json_object" } }],
    [
      ["--response-format", '{"type":"json_schema","json_schema":{"name":"x"}}'],
      { response_format: { type: "json_schema", json_schema: { name: "x" } } },
    ],
    [["--body", "logprobs=true", "--body", "top_logprobs=2"], { logprobs: true, top_logprobs: 2 }],
    [["--body", 'chat_template_kwargs={"a":[1,null]}'], { chat_template_kwargs: { a: [1, null] } }],
    [["--body", "user=me = you", "--body", "note="], { user: "me = you", note: "" }],
    [["-T", "0.3", "--body", "temperature=0.4"], { temperature: 0.4 }],
  ])("carries %j as %j", async (flags, fields) => {
    await using server = await serve([answer("yes")]);
    const { code } = await run(["ask", ...flags, "q"], { env: askingAt(server) });
    expect(code).toBe(0);
    const { model, messages, stream, stream_options, ...rest } = server.body();
    expect({ model, messages, stream, stream_options }).toEqual({ model: "deepseek-flash", ...plain });
    expect(rest).toEqual(fields);
  });

  test.each([
    [
      "-T",
      "hot",
      wordsOf("bad_value", { name: "--temperature", value: "hot", expected: "0 to 2", nearest: null }).whole,
    ],
    ["-T", "3", wordsOf("bad_value", { name: "--temperature", value: "3", expected: "0 to 2", nearest: null }).whole],
    [
      "--top-p",
      "1.1",
      wordsOf("bad_value", { name: "--top-p", value: "1.1", expected: "0 to 1", nearest: null }).whole,
    ],
    [
      "--max-tokens",
      "0",
      wordsOf("bad_value", { name: "--max-tokens", value: "0", expected: "\u2265 1", nearest: null }).whole,
    ],
    [
      "--max-tokens",
      "1.5",
      wordsOf("bad_value", { name: "--max-tokens", value: "1.5", expected: "1, 2, 3\u2026", nearest: null }).whole,
    ],
    ["--max-tokens", "", 'Invalid --max-tokens: "" (expected 0, 1\u2026).'],
    [
      "--presence-penalty",
      "-3",
      wordsOf("bad_value", { name: "--presence-penalty", value: "-3", expected: "-2 to 2", nearest: null }).whole,
    ],
    ["--timeout", "0", wordsOf("bad_value", { name: "--timeout", value: "0", expected: "> 0", nearest: null }).whole],
    [
      "--retries",
      "-1",
      wordsOf("bad_value", { name: "--retries", value: "-1", expected: "0 to 20", nearest: null }).whole,
    ],
    [
      "--effort",
      "enormous",
      wordsOf("bad_value", { name: "--effort", value: "enormous", expected: "low | high | max", nearest: null }).whole,
    ],
    ["--stop", "", 'Invalid --stop: "" (expected "\u2026").'],
    ["--model", "", 'Invalid --model: "" (expected "\u2026").'],
    [
      "--seed",
      "1.5",
      wordsOf("bad_value", { name: "--seed", value: "1.5", expected: "1, 2, 3\u2026", nearest: null }).whole,
    ],
    ["--min-p", "2", wordsOf("bad_value", { name: "--min-p", value: "2", expected: "0 to 1", nearest: null }).whole],
    [
      "--response-format",
      "xml",
      wordsOf("bad_value", {
        name: "--response-format",
        value: "xml",
        expected: "json_object | text | {\u2026}",
        nearest: null,
      }).whole,
    ],
    ["--body", "logprobs", "key=value"],
    ["--body", "=1", "key=value"],
    ["--body", "messages=[]", "\u2260 model, messages, stream, prefix"],
  ])("is not sent with %s %s", async (flag, value, told) => {
    await using server = await serve([answer("yes")]);
    const { code, stderr } = await run(["ask", flag, value, "q"], { env: askingAt(server) });
    expect({ code, requests: server.requests.length }).toEqual({ code: 2, requests: 0 });
    expect(stderr).toContain(told);
  });

  test("carries the fields that the config file has for all, and for its provider; nearer ones win", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    const providers = `providers: { mine: { base_url: "${server.url}/v1", model: m, body: { a: 1, b: 1, top_p: 0.1, stream_options: null } } }`;
    put(place.configFile, `provider: mine\n${providers}\nbody: { b: 2, c: [2] }\ntop_p: 0.2\n`);
    await run(["ask", "--body", "c=3", "q"], { place });
    expect(server.body()).toEqual({
      model: "m",
      messages: [user("q")],
      stream: true,
      stream_options: null,
      a: 1,
      b: 2,
      c: 3,
      top_p: 0.2,
    });
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toContain('"body":{"b":2,"c":3}');
  });

  test("has no field of the config file that the program writes itself", async () => {
    const place = newPlace();
    put(place.configFile, "providers: { deepseek: { body: { messages: [] } } }\n");
    const { code, stderr } = await run(["ask", "q"], { place, env: { DEEPSEEK_API_KEY: "sk-0123456789" } });
    expect(code).toBe(3);
    expect(stderr).toContain("\u2260 model, messages, stream, prefix");
  });

  test.each([
    ["deepseek", ["--thinking"], { thinking: { type: "enabled" } }],
    ["deepseek", ["--no-thinking"], { thinking: { type: "disabled" } }],
    ["deepseek", ["--effort", "max"], { thinking: { type: "enabled" }, reasoning_effort: "max" }],
    ["siliconflow", ["--thinking"], { enable_thinking: true }],
    ["siliconflow", ["--no-thinking"], { enable_thinking: false }],
    ["siliconflow", ["--effort", "high"], { enable_thinking: true, reasoning_effort: "high" }],
    ["siliconflow-com", ["--no-thinking", "--effort", "high"], { enable_thinking: false }],
    ["ollama", ["--thinking"], { reasoning_effort: "medium" }],
    ["ollama", ["--no-thinking"], { reasoning_effort: "none" }],
    ["lmstudio", ["--effort", "low"], { reasoning_effort: "low" }],
    ["llamacpp", ["--no-thinking"], { chat_template_kwargs: { enable_thinking: false } }],
    ["vllm", ["--thinking"], { chat_template_kwargs: { enable_thinking: true } }],
    ["mine", ["--thinking", "--effort", "max"], {}],
  ])("switches thinking in the form of %s with %j", async (provider, flags, fields) => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    put(place.configFile, providersAt(server));
    const env = {
      ...askingAt(server),
      SILICONFLOW_API_KEY: "sk-0123456789",
      SILICONFLOW_BASE_URL: `${server.url}/v1`,
    };
    const { code, stderr } = await run(["ask", "-p", provider, ...flags, "q"], { place, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { model, messages, stream, stream_options, ...rest } = server.body();
    expect({ messages, stream, stream_options }).toEqual(plain);
    expect(model).toBe(models[provider] ?? "local-model");
    expect(rest).toEqual(fields);
  });

  test("of a local server goes without a key, and one of the config file with its own headers and key", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    put(place.configFile, `${providersAt(server)}    key_variable: MY_KEY\n    headers:\n      X-Team: blue\n`);
    await run(["ask", "-p", "ollama", "q"], { place });
    expect(server.requests[0]!.headers).not.toHaveProperty("authorization");
    await run(["ask", "-p", "mine", "q"], { place, env: { MY_KEY: "my-secret-key" } });
    expect(server.requests[1]!.headers).toMatchObject({ authorization: "Bearer my-secret-key", "x-team": "blue" });
    const without = await run(["ask", "-p", "mine", "q"], { place });
    expect(without.code).toBe(3);
    expect(without.stderr).toContain("MY_KEY");
  });

  test("is not touched by variables meant for OpenAI's own client", async () => {
    await using server = await serve([answer("yes")]);
    const env = {
      ...askingAt(server),
      OPENAI_API_KEY: "sk-of-another-service",
      OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
      OPENAI_ORG_ID: "org-1",
      OPENAI_PROJECT_ID: "project-1",
    };
    const { code } = await run(["ask", "q"], { env });
    expect(code).toBe(0);
    expect(JSON.stringify(server.requests[0]!.headers)).not.toMatch(/another-service|org-1|project-1/u);
  });

  test("begins with the system prompt, or with that of a named role", async () => {
    await using server = await serve([answer("yes")]);
    const place = newPlace();
    put(place.configFile, "roles:\n  terse: Answer in one word.\nsystem: From the file.\n");
    const env = askingAt(server);
    await run(["ask", "-s", "Be kind.", "q"], { place, env });
    await run(["ask", "q"], { place, env });
    await run(["ask", "--system", "", "q"], { place, env });
    const firsts = server.requests.map(({ body }) => (body!["messages"] as unknown[])[0]);
    expect(firsts).toEqual([system("Be kind."), system("From the file."), user("q")]);
    await run(["ask", "-r", "terse", "q"], { place, env });
    expect(server.body()["messages"]).toEqual([system("Answer in one word."), user("q")]);
    const unknown = await run(["ask", "-r", "verbose", "q"], { place, env });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("terse");
  });

  test("names a provider and a model at once, and leaves slashes of a model's own alone", async () => {
    await using server = await serve([answer("yes")]);
    const env = { ...askingAt(server), SILICONFLOW_API_KEY: "sk-0123456789", SILICONFLOW_BASE_URL: `${server.url}/v1` };
    await run(["ask", "-m", "siliconflow/deepseek-ai/DeepSeek-V4-Pro", "q"], { env });
    expect(server.requests[0]).toMatchObject({
      path: "/v1/chat/completions",
      body: { model: "deepseek-ai/DeepSeek-V4-Pro" },
    });
    await run(["ask", "-p", "siliconflow", "-m", "deepseek-ai/DeepSeek-V3", "q"], { env });
    expect(server.requests[1]).toMatchObject({ body: { model: "deepseek-ai/DeepSeek-V3" } });
  });

  test("with --no-stream waits for the whole answer", async () => {
    const completion = {
      id: "c1",
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Forty-two", reasoning_content: "hm" },
          finish_reason: "stop",
        },
      ],
      usage: counted,
    };
    await using server = await serve([
      { headers: { "content-type": "application/json" }, body: `\n\n\n${JSON.stringify(completion)}` },
    ]);
    const { code, stdout } = await run(["ask", "--no-stream", "-o", "json", "q"], { env: askingAt(server) });
    expect(code).toBe(0);
    expect(server.body()).toEqual({ model: "deepseek-flash", messages: [user("q")], stream: false });
    expect(JSON.parse(stdout)).toMatchObject({
      answer: "Forty-two",
      reasoning: "hm",
      complete: true,
      usage: { prompt_tokens: 30, reasoning_tokens: 5 },
    });
  });

  test.each(["deepseek-chat", "deepseek-reasoner"])(
    "for the retired %s is sent, with a hint at its successor",
    async (id) => {
      await using server = await serve([answer("yes")]);
      const [english, chinese] = [
        await run(["ask", "-q", "-m", id, "q"], { env: askingAt(server) }),
        await run(["ask", "-m", id, "--lang", "zh", "q"], { env: askingAt(server) }),
      ];
      expect(server.body()["model"]).toBe(id);
      for (const { stderr, stdout } of [english, chinese]) {
        expect(stdout).toBe("yes\n");
        expect(stderr).toContain("2026-07-24");
        expect(stderr).toContain("--model deepseek-flash");
      }
      expect(chinese.stderr).toContain("\u4e0b\u7ebf");
    },
  );
});

describe.concurrent("an earlier conversation", () => {
  test("is sent again with --continue, but its turns are not with --no-history", async () => {
    await using server = await serve((_, index) => answer(`answer ${index + 1}`));
    const place = newPlace();
    const env = askingAt(server);
    await run(["ask", "-s", "Be kind.", "one"], { place, env });
    const { stdout } = await run(["ask", "-c", "two"], { place, env });
    expect(stdout).toBe("answer 2\n");
    expect(server.body()["messages"]).toEqual([
      system("Be kind."),
      user("one"),
      { role: "assistant", content: "answer 1" },
      user("two"),
    ]);
    await run(["ask", "-c", "--no-history", "three"], { place, env });
    expect(server.body()["messages"]).toEqual([system("Be kind."), user("three")]);
    expect(transcriptsOf(place)).toHaveLength(1);
    expect(transcriptsOf(place)[0]).toMatch(/Question:\none\n[\s\S]*Question:\ntwo\n[\s\S]*Question:\nthree\n/u);
  });

  test("is named by its id, and there must be one", async () => {
    await using server = await serve((_, index) => answer(`answer ${index + 1}`));
    const place = newPlace();
    const env = askingAt(server);
    const { id } = JSON.parse((await run(["ask", "-o", "json", "one"], { place, env })).stdout) as { id: string };
    await run(["ask", "other"], { place, env });
    await run(["ask", "--resume", id, "two"], { place, env });
    expect(server.body()["messages"]).toHaveLength(3);
    const [unknown, none] = await Promise.all([
      run(["ask", "--resume", "zzzzzzzzz", "q"], { place, env }),
      run(["ask", "--continue", "q"], { env }),
    ]);
    expect([unknown.code, none.code]).toEqual([2, 2]);
    expect(unknown.stderr).toContain(wordsOf("transcript_not_found", { reference: "zzzzzzzzz" }).what);
  });
});
