import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import type { PtyTerminal } from "../support/pty.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { any, en, patternOf, wordsOf, zh } from "../support/words.ts";

const [enter, down, up, interrupt] = ["\r", "\u001b[B", "\u001b[A", "\u0003"];
const rightKey = "sk-right-0123456789";

function json(body: unknown): Reply {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** DeepSeek as far as set-up asks it: one key is right, and the account has a balance or none. */
function deepseek(balance = "12.50") {
  return ({ path, headers }: Received): Reply => {
    if (headers.authorization !== `Bearer ${rightKey}`) {
      return refusal(401, { error: { message: "Authentication Fails, Your api key is invalid" } });
    }
    if (path === "/models") return json({ data: [{ id: "deepseek-flash" }, { id: "deepseek-v4-pro" }] });
    if (path === "/user/balance") {
      return json({ is_available: true, balance_infos: [{ currency: "CNY", total_balance: balance }] });
    }
    return answer("Hello from the model.");
  };
}

/** Where local servers are looked for: nowhere, unless an address is given for one. */
function localServers(place: Place, ollama = "http://127.0.0.1:9/v1"): string {
  const nowhere = "http://127.0.0.1:9/v1";
  const entry = (name: string, url: string) => `  ${name}: { base_url: "${url}" }\n`;
  const text = `# Mine; do not lose this.\nkey_store: file # no keyring\nproviders:\n${entry("ollama", ollama)}${[
    "lmstudio",
    "llamacpp",
    "vllm",
  ]
    .map((name) => entry(name, nowhere))
    .join("")}`;
  put(place.configFile, text);
  return text;
}

/** Types a key where it is asked for; nothing of it may be seen. */
async function typeKey(terminal: PtyTerminal, key: string): Promise<void> {
  await terminal.until(/API key of deepseek/u);
  terminal.type(key);
  await terminal.until("*".repeat(key.length));
  terminal.type(enter);
}

describe.concurrent("set-up on a terminal", () => {
  test("comes before the first session: a wrong key is told plainly and asked for again, the right one is stored", async () => {
    await using server = await serve(deepseek());
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram([], { place, env: { DEEPSEEK_BASE_URL: server.url }, rows: 40, cols: 150 });
    await terminal.until(en.setup.intro);
    expect(terminal.screen()).toMatch(/DeepSeek \(api\.deepseek\.com\)[\s\S]*SiliconFlow[\s\S]*No key yet/u);
    terminal.type(enter);
    await typeKey(terminal, "sk-wrong-0123456789");
    await terminal.until("rejected the API key");
    expect(terminal.scrollback()).not.toContain("store another one with");
    await terminal.until(en.setup.again);
    terminal.type(enter);
    await terminal.until(() => terminal.screen().split("API key of deepseek").length === 3);
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until(en.setup.accepted({ models: 2 }));
    await terminal.until(en.setup.balance({ balance: "12.50 CNY" }));
    await terminal.until(patternOf(en.setup.settled({ provider: "deepseek", model: "deepseek-flash", path: any })));
    await terminal.until(/^>$/mu);
    terminal.type("hello");
    await terminal.until(/> hello$/mu);
    terminal.type(enter);
    await terminal.until("Hello from the model.");
    await terminal.until(/^>$/mu);
    terminal.type("q");
    await terminal.until(/> q$/mu);
    terminal.type(enter);
    expect(await terminal.exit).toEqual({ code: 0, signal: 0 });
    expect(terminal.raw).not.toContain("0123456789");
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ deepseek: rightKey });
    expect(transcriptsOf(place)[0]).not.toContain("0123456789");
  });

  test("stores privately, and keeps what a person wrote into the config file", async () => {
    await using server = await serve(deepseek());
    const place = newPlace();
    const before = localServers(place);
    await using terminal = openProgram(["setup"], {
      place,
      env: { DEEPSEEK_BASE_URL: server.url },
      rows: 40,
      cols: 100,
    });
    await terminal.until(en.setup.intro);
    terminal.type(enter);
    await typeKey(terminal, rightKey);
    expect(await terminal.exit).toEqual({ code: 0, signal: 0 });
    expect(readFileSync(place.configFile, "utf8")).toBe(
      `${before.replaceAll("{ base_url", "{ base_url")}provider: deepseek\n`,
    );
    expect(statSync(place.keyFile).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
    const { code, stdout } = await run(["ask", "q"], { place, env: { DEEPSEEK_BASE_URL: server.url } });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Hello from the model.\n" });
  });

  test("says a word when the account is empty", async () => {
    await using server = await serve(deepseek("0.00"));
    const place = newPlace();
    localServers(place);
    const env = { DEEPSEEK_BASE_URL: server.url, LC_ALL: "zh_CN.UTF-8" };
    await using terminal = openProgram(["setup"], { place, env, rows: 40, cols: 100 });
    await terminal.until("DeepSeek");
    terminal.type(enter);
    await terminal.until(zh.setup.key({ provider: "deepseek" }));
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until(zh.setup.balance({ balance: "0.00 CNY" }));
    await terminal.until(zh.setup.empty);
    expect((await terminal.exit).code).toBe(0);
  });

  test("asks whether to keep a key that could not be checked", async () => {
    await using server = await serve([{ status: 503, body: "busy" }]);
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup"], {
      place,
      env: { DEEPSEEK_BASE_URL: server.url },
      rows: 40,
      cols: 100,
    });
    await terminal.until(en.setup.intro);
    terminal.type(enter);
    await typeKey(terminal, rightKey);
    await terminal.until(en.setup.keepUnchecked);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ deepseek: rightKey });
  });

  test("offers a local server that it found, with its models", async () => {
    const models = json({ data: [{ id: "llama4" }, { id: "qwen4" }] });
    await using server = await serve(({ path }) => (path === "/v1/models" ? models : answer("Hello from llama.")));
    const place = newPlace();
    localServers(place, `${server.url}/v1`);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 100 });
    await terminal.until(en.setup.local({ name: "ollama", models: 2 }));
    terminal.type(up + up);
    await terminal.until(/\u276f ollama/u);
    terminal.type(enter);
    await terminal.until(en.setup.model);
    terminal.type(down);
    await terminal.until(/\u276f qwen4/u);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    const { stdout } = await run(["ask", "q"], { place });
    expect(stdout).toBe("Hello from llama.\n");
    expect(server.body()["model"]).toBe("qwen4");
  });

  test("leads through the demo tour for this once, and leaves no setting behind", async () => {
    const place = newPlace();
    const before = localServers(place);
    await using terminal = openProgram([], { place, rows: 40, cols: 100 });
    await terminal.until(en.setup.intro);
    terminal.type(up);
    await terminal.until(/\u276f No key yet/u);
    terminal.type(enter);
    await terminal.until(en.session.banner({ provider: "demo", model: "demo-tour" }));
    await terminal.until(en.session.demo);
    await terminal.until(/^>$/mu);
    terminal.type("\u4f60\u597d");
    await terminal.until(/> \u4f60\u597d$/mu);
    terminal.type(enter);
    await terminal.until(/out \(thinking \d+\) \u00b7/u);
    await terminal.until(/^>$/mu);
    terminal.type("q");
    await terminal.until(/> q$/mu);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    expect(readFileSync(place.configFile, "utf8")).toBe(before);
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toMatch(/Question:\n\u4f60\u597d\n/u);
    expect(transcript).toMatch(/\u6f14\u793a\u6a21\u5f0f/u);
  });

  test("is left with Ctrl-C at any question, and nothing is stored", async () => {
    await using server = await serve(deepseek());
    const place = newPlace();
    const before = localServers(place);
    const env = { DEEPSEEK_BASE_URL: server.url };
    await using atFirst = openProgram(["setup"], { place, env, rows: 40 });
    await atFirst.until(en.setup.intro);
    atFirst.type(interrupt);
    expect((await atFirst.exit).code).toBe(130);
    await using atKey = openProgram([], { place, env, rows: 40 });
    await atKey.until(en.setup.intro);
    atKey.type(enter);
    await atKey.until("API key of deepseek");
    atKey.type(interrupt);
    expect((await atKey.exit).code).toBe(130);
    expect(readFileSync(place.configFile, "utf8")).toBe(before);
    expect(() => statSync(place.keyFile)).toThrow("ENOENT");
  });
});

/** Any OpenAI-compatible service under `/v1`, with a key or without, and a web page elsewhere. */
function service(models: readonly string[], key: string | null) {
  return ({ path, headers }: Received): Reply => {
    if (!path.startsWith("/v1/")) return { headers: { "content-type": "text/html" }, body: "<title>Welcome</title>" };
    if (key !== null && headers.authorization !== `Bearer ${key}`) {
      return refusal(401, { error: { message: "Missing Authentication header" } });
    }
    return path === "/v1/models" ? json({ data: models.map((id) => ({ id })) }) : answer("Hello from it.");
  };
}

/** Answers a question of set-up: waits for it, types, and waits until what was typed is there. */
async function respond(terminal: PtyTerminal, question: string | RegExp, typed: string, shown = typed): Promise<void> {
  await terminal.until(question);
  terminal.type(typed);
  if (shown !== "") await terminal.until(shown);
  terminal.type(enter);
}

async function pickAnother(terminal: PtyTerminal): Promise<void> {
  await terminal.until(en.setup.intro);
  terminal.type(down + down + down);
  await terminal.until(/\u276f Another OpenAI-compatible service/u);
  terminal.type(enter);
}

describe.concurrent("another service", () => {
  test("is added with its address, key and model, and comments stay", async () => {
    await using server = await serve(service(["m-small", "m-large"], rightKey));
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 150 });
    await pickAnother(terminal);
    // The endpoint itself, as examples have it.
    await respond(terminal, "Address of the service", `${server.url}/v1/chat/completions`);
    await respond(terminal, "Name for it", "", "");
    await respond(terminal, /API key of local-\d+/u, "sk-wrong-0123456789", "*".repeat(19));
    await terminal.until("rejected the API key");
    await terminal.until(() => terminal.screen().split("API key of local-").length === 3);
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until(en.setup.model);
    terminal.type(down);
    await terminal.until(/\u276f m-large/u);
    terminal.type(enter);
    await terminal.until(patternOf(en.setup.settled({ provider: any, model: "m-large", path: any })));
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).not.toContain("0123456789");
    const config = readFileSync(place.configFile, "utf8");
    expect(config).toContain("# Mine; do not lose this.");
    expect(config).toMatch(/base_url: http:\/\/127\.0\.0\.1:\d+\/v1\n +model: m-large\n +key_needed: true/u);
    const { stdout } = await run(["ask", "q"], { place });
    expect(stdout).toBe("Hello from it.\n");
    expect(server.body()["model"]).toBe("m-large");
  });

  test("that wants the key in a header of its own is sent it there, from then on too", async () => {
    const inner = service(["only"], null);
    await using server = await serve((request) =>
      request.headers["x-gw-key"] === rightKey ? inner(request) : refusal(401, { message: "Missing header X-GW-Key" }),
    );
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 150 });
    await pickAnother(terminal);
    await respond(terminal, "Address of the service", `${server.url}/v1`);
    await respond(terminal, "Name for it", "gw");
    await respond(terminal, "API key of gw", rightKey, "*".repeat(rightKey.length));
    await terminal.until(patternOf(en.setup.settled({ provider: "gw", model: "only", path: any })));
    expect((await terminal.exit).code).toBe(0);
    expect(await run(["ask", "q"], { place })).toMatchObject({ code: 0, stdout: "Hello from it.\n" });
    expect(readFileSync(place.configFile, "utf8")).not.toContain(rightKey);
  });

  test("is found at /v1 where that was left out; one model is taken, and no key is asked for on this machine", async () => {
    await using server = await serve(service(["only"], null));
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 150 });
    await pickAnother(terminal);
    await respond(terminal, "Address of the service", server.url.replace("http://", ""));
    await terminal.until("offers 1 model.");
    await respond(terminal, "Name for it", "mine");
    await terminal.until(patternOf(en.setup.settled({ provider: "mine", model: "only", path: any })));
    expect((await terminal.exit).code).toBe(0);
    const { stdout } = await run(["ask", "q"], { place });
    expect(stdout).toBe("Hello from it.\n");
    expect(server.requests.at(-1)?.path).toBe("/v1/chat/completions");
  });

  test("is offered for a name after -p that nobody knows, and the default stays", async () => {
    await using server = await serve(service(["only"], null));
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["-p", "mine"], { place, rows: 40, cols: 150 });
    await terminal.until("Unknown provider: mine");
    terminal.type(enter);
    await respond(terminal, "Address of the service", `${server.url}/v1`);
    await terminal.until(en.session.banner({ provider: "mine", model: "only" }));
    terminal.type("q");
    await terminal.until(/> q$/mu);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    expect(readFileSync(place.configFile, "utf8")).not.toMatch(/^provider:/mu);
  });

  test("without a list of models takes a typed one", async () => {
    await using server = await serve(({ path }) =>
      path.endsWith("/chat/completions") ? answer("Hello from it.") : refusal(404, { error: { message: "no" } }),
    );
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup", "-p", "mine"], { place, rows: 50, cols: 150 });
    await terminal.until("Unknown provider: mine");
    terminal.type(enter);
    await respond(terminal, "Address of the service", `${server.url}/v1`);
    await terminal.until("No list of models at");
    terminal.type(down);
    await terminal.until(/\u276f Use this address/u);
    terminal.type(enter);
    await terminal.until(en.setup.needsKey({ name: "mine" }));
    terminal.type(enter);
    await respond(terminal, "Model id", "m7");
    expect((await terminal.exit).code).toBe(0);
    const { stdout } = await run(["ask", "q"], { place });
    expect(stdout).toBe("Hello from it.\n");
    expect(server.body()["model"]).toBe("m7");
  });

  test("refuses a key that was pasted for the address, and does not show it", async () => {
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 150 });
    await pickAnother(terminal);
    await terminal.until("Address of the service");
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until("That looks like an API key");
    terminal.type(interrupt);
    expect((await terminal.exit).code).toBe(130);
    expect(terminal.raw).not.toContain("0123456789");
  });
});

/** A provider of the config file that wants a key and has none. */
function placeWithoutKey(url: string, more = ""): Place {
  const place = newPlace();
  put(
    place.configFile,
    `key_store: file\nproviders:\n  lite: { base_url: "${url}/v1", key_variable: LITE_KEY, model: m-small }\n${more}`,
  );
  return place;
}

describe.concurrent("a provider of the config file without a key", () => {
  test("is asked for its own key by -p, which is not dropped", async () => {
    await using server = await serve(service(["m-small", "m-large"], rightKey));
    const place = placeWithoutKey(server.url);
    await using terminal = openProgram(["-p", "lite"], { place, rows: 40, cols: 150 });
    await respond(terminal, "API key of lite", rightKey, "*".repeat(rightKey.length));
    await terminal.until(en.session.banner({ provider: "lite", model: "m-small" }));
    expect(terminal.screen()).not.toContain(en.setup.intro);
    terminal.type("q");
    await terminal.until(/> q$/mu);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ lite: rightKey });
    expect(readFileSync(place.configFile, "utf8")).not.toMatch(/^provider:/mu);
  });

  test("is set up by setup -p, and becomes the default", async () => {
    await using server = await serve(service(["m-small"], rightKey));
    const place = placeWithoutKey(server.url);
    await using terminal = openProgram(["setup", "-p", "lite"], { place, rows: 40, cols: 150 });
    await respond(terminal, "API key of lite", rightKey, "*".repeat(rightKey.length));
    await terminal.until(en.setup.accepted({ models: 1 }));
    expect((await terminal.exit).code).toBe(0);
    const { stdout } = await run(["ask", "q"], { place });
    expect(stdout).toBe("Hello from it.\n");
  });

  test("is in the list of setup, and its model is said not to be offered", async () => {
    await using server = await serve(service(["other-a", "other-b"], rightKey));
    const place = placeWithoutKey(server.url);
    await using terminal = openProgram(["setup"], { place, rows: 40, cols: 150 });
    await terminal.until(/lite \(http.*of the config file/u);
    terminal.type(down + down + down);
    await terminal.until(/\u276f lite/u);
    terminal.type(enter);
    await respond(terminal, "API key of lite", rightKey, "*".repeat(rightKey.length));
    await terminal.until(en.setup.notOffered({ provider: "lite", model: "m-small" }));
    await terminal.until(en.setup.model);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    const { stdout } = await run(["config", "get", "providers.lite.model"], { place });
    expect(stdout).toBe("other-a\n");
  });
});

describe.concurrent("a key", () => {
  test("is shown by no key of the keyboard, and in Chinese no English stands around it", async () => {
    const place = newPlace();
    localServers(place);
    await using terminal = openProgram(["setup", "-p", "deepseek", "--lang", "zh"], { place, rows: 40, cols: 150 });
    await terminal.until(zh.setup.key({ provider: "deepseek" }));
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type("\u0014x");
    await terminal.until("*".repeat(rightKey.length + 1));
    expect(terminal.screen()).not.toMatch(/ctrl\+t|toggle|visibility/u);
    terminal.type(interrupt);
    expect((await terminal.exit).code).toBe(130);
    expect(terminal.raw).not.toContain("0123456789");
  });

  test("that is typed while another one is checked is not shown, and Ctrl-C leaves then too", async () => {
    const { promise: never } = Promise.withResolvers<Reply>();
    await using server = await serve(() => never);
    const place = newPlace();
    localServers(place);
    const env = { DEEPSEEK_BASE_URL: server.url };
    await using terminal = openProgram(["setup", "-p", "deepseek"], { place, env, rows: 40, cols: 100 });
    await typeKey(terminal, rightKey);
    await server.received(1);
    terminal.type("sk-early-987654321");
    terminal.type(interrupt);
    expect((await terminal.exit).code).toBe(130);
    expect(terminal.raw).not.toMatch(/987654321|0123456789/u);
  });

  test("that could not be checked and is not to be kept ends set-up in peace", async () => {
    await using server = await serve([{ status: 503, body: "busy" }]);
    const place = newPlace();
    localServers(place);
    const env = { DEEPSEEK_BASE_URL: server.url };
    await using terminal = openProgram(["setup", "-p", "deepseek"], { place, env, rows: 40, cols: 150 });
    await typeKey(terminal, rightKey);
    await terminal.until(en.setup.keepUnchecked);
    // A key that is pasted here is not shown either.
    terminal.type("sk-other-987654321");
    terminal.type(down);
    await terminal.until(/\u276f No/u);
    terminal.type(enter);
    await terminal.until(en.setup.nothingStored);
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).not.toMatch(/Interrupted|987654321/u);
    expect(() => statSync(place.keyFile)).toThrow("ENOENT");
  });
});

test.concurrent("set-up without a terminal is bad usage", async () => {
  const { code, stderr } = await run(["setup"], { input: "" });
  expect(code).toBe(2);
  expect(stderr).toBe(`${wordsOf("not_a_terminal", { what: "setup" }).what} Run it in a terminal.\n`);
  const resumed = await run(["-p", "demo", "--resume"], { input: "" });
  expect(resumed.stderr).toBe(`${wordsOf("not_a_terminal", { what: "--resume", instead: "--resume <id>" }).whole}\n`);
});
