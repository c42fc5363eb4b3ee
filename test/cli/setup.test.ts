import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import type { PtyTerminal } from "../support/pty.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";

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
    await using terminal = openProgram([], { place, env: { DEEPSEEK_BASE_URL: server.url }, rows: 40, cols: 100 });
    await terminal.until("Whom do you want to ask?");
    expect(terminal.screen()).toMatch(/DeepSeek \(api\.deepseek\.com\)[\s\S]*SiliconFlow[\s\S]*No key yet/u);
    terminal.type(enter);
    await typeKey(terminal, "sk-wrong-0123456789");
    await terminal.until("does not accept the API key");
    await terminal.until("Another key?");
    terminal.type(enter);
    await terminal.until(() => terminal.screen().split("API key of deepseek").length === 3);
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until("The key works; the provider offers 2 models.");
    await terminal.until("Balance: 12.50 CNY");
    await terminal.until("deepseek with deepseek-flash is the default from now on");
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
    await terminal.until("Whom do you want to ask?");
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
    await terminal.until(/deepseek \u7684 API \u5bc6\u94a5/u);
    terminal.type(rightKey);
    await terminal.until("*".repeat(rightKey.length));
    terminal.type(enter);
    await terminal.until("\u4f59\u989d\uff1a0.00 CNY");
    await terminal.until("\u4f59\u989d\u4e0d\u8db3");
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
    await terminal.until("Whom do you want to ask?");
    terminal.type(enter);
    await typeKey(terminal, rightKey);
    await terminal.until("Store it all the same?");
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
    await terminal.until("ollama, running on this machine (2 models)");
    terminal.type(up + up);
    await terminal.until(/\u276f ollama/u);
    terminal.type(enter);
    await terminal.until("Which model?");
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
    await terminal.until("Whom do you want to ask?");
    terminal.type(up);
    await terminal.until(/\u276f No key yet/u);
    terminal.type(enter);
    await terminal.until("deepseek-chat \u00b7 demo \u00b7 demo-tour");
    await terminal.until("no model is behind this");
    await terminal.until(/^>$/mu);
    terminal.type("\u4f60\u597d");
    await terminal.until(/> \u4f60\u597d$/mu);
    terminal.type(enter);
    await terminal.until(/out \u00b7/u);
    await terminal.until(/^>$/mu);
    terminal.type("q");
    await terminal.until(/> q$/mu);
    terminal.type(enter);
    expect((await terminal.exit).code).toBe(0);
    expect(readFileSync(place.configFile, "utf8")).toBe(before);
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toMatch(/Question:\n\u4f60\u597d\n/u);
    expect(transcript).toMatch(/\u6ca1\u6709\u4efb\u4f55\u6a21\u578b/u);
  });

  test("is left with Ctrl-C at any question, and nothing is stored", async () => {
    await using server = await serve(deepseek());
    const place = newPlace();
    const before = localServers(place);
    const env = { DEEPSEEK_BASE_URL: server.url };
    await using atFirst = openProgram(["setup"], { place, env, rows: 40 });
    await atFirst.until("Whom do you want to ask?");
    atFirst.type(interrupt);
    expect((await atFirst.exit).code).toBe(130);
    await using atKey = openProgram([], { place, env, rows: 40 });
    await atKey.until("Whom do you want to ask?");
    atKey.type(enter);
    await atKey.until("API key of deepseek");
    atKey.type(interrupt);
    expect((await atKey.exit).code).toBe(130);
    expect(readFileSync(place.configFile, "utf8")).toBe(before);
    expect(() => statSync(place.keyFile)).toThrow("ENOENT");
  });
});

test.concurrent("set-up without a terminal is bad usage", async () => {
  const { code, stderr } = await run(["setup"], { input: "" });
  expect(code).toBe(2);
  expect(stderr).toContain("setup needs a terminal");
});
