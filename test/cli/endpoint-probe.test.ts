import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { newPlace, put, run } from "../support/program.ts";
import { type RawServer, type Received, type Reply, serve } from "../support/raw-server.ts";
import { done, event, finish, refusal, text, usage } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const key = "gw-key-0123456789abcdef";
const env = { GW_KEY: key };

const noPath = refusal(404, { error: "no such route" });
const list = refusal(200, { data: [{ id: "chat-1" }, { id: "text-embedding-1" }] });
const stream: Reply = { body: [text("The "), text("answer."), finish(), usage, done] };
const whole = refusal(200, { choices: [{ message: { content: "The answer." }, finish_reason: "stop" }] });

/** A gateway that wants a key in `X-Gateway-Key`, and says so. */
function withHeader({ path, headers, body }: Received): Reply {
  if (headers["x-gateway-key"] !== key) {
    return refusal(401, { message: "Missing credentials: header 'X-Gateway-Key'" }, { "www-authenticate": "Key" });
  }
  if (path === "/v1/models") return list;
  return path === "/v1/chat/completions" && body?.["model"] === "chat-1" ? stream : noPath;
}

/** A service below a path, without a version and without a list of models. */
function belowPath({ path, headers }: Received): Reply {
  if (path !== "/llm/team/chat/completions") return noPath;
  return headers.authorization === `Bearer ${key}` ? stream : refusal(401, { error: { message: "no bearer token" } });
}

/** Takes chat completions, and answers in an envelope of its own. */
function enveloped({ path, body }: Received): Reply {
  if (path !== "/api/chat/completions") return noPath;
  if (body?.["messages"] === undefined) return refusal(400, { code: 400, msg: "messages" });
  const data = { content: "The answer.", finish_reason: "stop", usage: { input_tokens: 3, output_tokens: 2 } };
  return refusal(200, { code: 0, msg: "ok", data });
}

/** The same in pieces. */
function envelopedStream(request: Received): Reply {
  if (request.path !== "/v1/chat/completions") return noPath;
  return {
    body: [event({ status: 0, data: { delta: "The " } }), event({ status: 0, data: { delta: "answer." } }), done],
  };
}

/** Refuses to stream, the limit under its older name, and tools. */
function unstreamed({ path, body }: Received): Reply {
  if (path === "/v1/models") return list;
  if (path !== "/v1/chat/completions") return noPath;
  if (body?.["stream"] === true) return refusal(400, { error: { message: "Streaming is not supported" } });
  const known = new Set(["model", "messages", "stream", "max_completion_tokens"]);
  const strange = Object.keys(body ?? {}).find((name) => !known.has(name));
  const use = strange === "max_tokens" ? " Use 'max_completion_tokens' instead." : "";
  return strange === undefined ? whole : refusal(400, { error: { message: `Unknown parameter: '${strange}'.${use}` } });
}

/** One endpoint that completes a prompt. */
function prompted({ path, body }: Received): Reply {
  if (path !== "/generate") return noPath;
  if (typeof body?.["prompt"] !== "string") return refusal(422, { detail: "field required: prompt" });
  return refusal(200, { result: "The answer." });
}

async function probe(server: RawServer, address: string, args: readonly string[] = ["--key-variable", "GW_KEY"]) {
  return await run(["doctor", "--probe", `${server.url}${address}`, ...args], { place: newPlace(), env });
}

/** Asks a question with the rows as they were printed. */
async function askWith(rows: string, args: readonly string[] = []) {
  const place = newPlace();
  put(place.configFile, rows);
  const [name] = Object.keys((parse(rows) as { providers: object }).providers);
  return await run(["ask", "--no-transcript", "-p", name!, ...args, "hello"], { place, env });
}

describe.concurrent("doctor --probe with a URL prints rows that ask the endpoint as they are:", () => {
  test.each([
    ["a key in a header that the refusal names", withHeader, "", { auth: { type: "header" }, model: "chat-1" }],
    ["a path without a version and without a list", belowPath, "/llm/team", { key_variable: "GW_KEY" }],
    [
      "an answer in an envelope",
      enveloped,
      "/api",
      { wire: { answer: { text: "/data/content", ok: { "/code": 0 } } } },
    ],
    ["an envelope in pieces", envelopedStream, "", { wire: { answer: { text: "/data/delta" } } }],
    [
      "no streams and another name of a field",
      unstreamed,
      "/v1",
      { stream: false, rename: { max_tokens: "max_completion_tokens" }, tools: "none" },
    ],
    ["an address that takes a prompt", prompted, "/generate", { wire: { request: { prompt: "${prompt}" } } }],
  ])("%s", async (_, service, address, expected) => {
    await using server = await serve(service);
    const { stdout, stderr, code } = await probe(server, address);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { providers } = parse(stdout) as { providers: Record<string, object> };
    expect(Object.values(providers)).toMatchObject([expected]);
    expect(stdout + stderr).not.toContain(key);
    const before = server.requests.length;
    expect(before).toBeLessThan(30);
    const asked = await askWith(stdout, ["--max-tokens", "50"]);
    expect(asked).toMatchObject({ code: 0, stdout: "The answer.\n" });
    // No request is wasted to find out what the rows say.
    expect(server.requests.length - before).toBe(1);
  });
});

describe.concurrent("doctor --probe with a URL", () => {
  test("says first what it sends, and sends no key that was not named for the address", async () => {
    await using server = await serve(withHeader);
    const { stdout, stderr, code } = await probe(server, "", []);
    const host = new URL(server.url).host;
    expect(stderr.startsWith(en.doctor.endpoint.plan({ host, variable: null, requests: 16 }))).toBe(true);
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toContain("X-Gateway-Key");
    for (const { headers } of server.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain("gw-key");
    }
  });

  test("sends none of the keys of a provider of that name", async () => {
    await using server = await serve(withHeader);
    const place = newPlace();
    put(place.keyFile, JSON.stringify({ gw: "stored-key-0123456789" }));
    await run(["doctor", "--probe", server.url, "-p", "gw"], { place, env });
    expect(server.requests.length).toBeGreaterThan(0);
    expect(JSON.stringify(server.requests.map(({ headers }) => headers))).not.toContain("stored-key");
  });

  test.each([
    [
      "signed",
      refusal(401, { message: "HMAC signature cannot be verified" }, { "www-authenticate": 'hmac realm="kong"' }),
      3,
    ],
    ["websocket", { status: 426, headers: { upgrade: "websocket" }, body: "" }, 5],
    ["rejected", refusal(401, { message: "Invalid key" }), 3],
    ["nothing", refusal(404, "<html>nothing</html>"), 5],
  ] as const)("says what it cannot find out: %s", async (kind, reply, exitCode) => {
    await using server = await serve(() => reply);
    const { stderr, stdout, code } = await probe(server, "/v1");
    expect([code, stdout]).toEqual([exitCode, ""]);
    const said = en.doctor.endpoint.strange({ kind, url: "", status: 0, said: "" });
    expect(stderr).toContain(said.slice(2));
    expect(server.requests.length).toBeLessThan(12);
  });

  test("writes the rows with --save, under the name that is given", async () => {
    await using server = await serve(belowPath);
    const place = newPlace();
    put(place.configFile, "# Mine.\nproviders:\n  other: { base_url: http://127.0.0.1:9 }\n");
    const args = ["-p", "gw", "-m", "chat-9", "--key-variable", "GW_KEY", "--save", "--json"];
    const { stdout } = await run(["doctor", "--probe", `${server.url}/llm/team/chat/completions`, ...args], {
      place,
      env,
    });
    const rows = { base_url: `${server.url}/llm/team`, key_variable: "GW_KEY", model: "chat-9" };
    expect(JSON.parse(stdout)).toMatchObject({ found: { providers: { gw: rows } } });
    const written = readFileSync(place.configFile, "utf8");
    expect(written).toContain("# Mine.");
    expect(parse(written)).toMatchObject({ providers: { gw: rows, other: {} } });
    expect(await run(["ask", "--no-transcript", "-p", "gw", "hello"], { place, env })).toMatchObject({ code: 0 });
  });

  test("sends no key over the network in the clear, and nothing else then", async () => {
    const url = "http://gateway.invalid";
    const place = newPlace();
    const { code, stderr } = await run(["doctor", "--probe", url, "-p", "gw", "--key-variable", "GW_KEY"], {
      place,
      env,
    });
    expect(code).toBe(3);
    expect(stderr).toContain(wordsOf("insecure_endpoint", { provider: "gw", url }).what);
  });
});
