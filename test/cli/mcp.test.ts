import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { serveMcp } from "../support/mcp-service.ts";
import { askingAt, newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer, calling } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const server = join(import.meta.dirname, "../support/mcp-server.ts");

/** A place whose config file has a server for each mode. */
function placeWith(modes: Readonly<Record<string, string>>, more: Readonly<Record<string, string>> = {}): Place {
  const place = newPlace();
  const entries = Object.entries(modes).map(([name, mode]) => {
    const parts = [
      `command: ${JSON.stringify(process.execPath)}`,
      `args: ${JSON.stringify([server, mode])}`,
      more[name] ?? "",
    ];
    return `  ${name}: {${parts.filter((part) => part !== "").join(", ")}}\n`;
  });
  put(place.configFile, `mcp_servers:\n${entries.join("")}`);
  return place;
}

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly tools?: readonly { readonly name: string; readonly as: string }[];
  readonly left_out?: number;
  readonly error?: { readonly why: string; readonly reason: string; readonly said: string };
}

describe.concurrent("mcp list and test", () => {
  test("start servers side by side and say what became of each", async () => {
    const place = placeWith(
      { good: "plain", crash: "crash", hung: "hung", liar: "liar", flood: "flood" },
      { hung: "start_timeout: 0.5" },
    );
    put(place.configFile, `${readFileSync(place.configFile, "utf8")}  gone: {command: no-such-program}\n`);
    const { code, stdout } = await run(["mcp", "list", "--json"], { place });
    expect(code).toBe(0);
    const listed = Object.fromEntries((JSON.parse(stdout) as Listed[]).map((each) => [each.name, each]));
    expect(listed["good"]).toMatchObject({ state: "ready", left_out: 0 });
    expect(listed["good"]!.tools![0]).toEqual({ name: "echo", as: "mcp__good__echo" });
    expect(listed["crash"]).toMatchObject({ state: "failed", error: { why: "ended", reason: "3" } });
    expect(listed["crash"]!.error!.said).toContain("config");
    expect(listed["hung"]).toMatchObject({ state: "failed", error: { why: "slow", reason: "0.5" } });
    expect(listed["flood"]).toMatchObject({ state: "failed", error: { why: "flooded" } });
    expect(listed["gone"]).toMatchObject({ state: "failed", error: { why: "missing", reason: "ENOENT" } });
    const { tools, left_out: leftOut } = listed["liar"]!;
    expect([tools!.length, leftOut]).toEqual([128, 10_003 - 128]);
    expect(tools!.every(({ as }) => /^[A-Za-z0-9_-]{1,64}$/u.test(as))).toBe(true);
    expect(new Set(tools!.map(({ as }) => as)).size).toBe(128);
  });

  test("name what a server offers, and fail with its last words", async () => {
    const good = await run(["mcp", "test", "good"], { place: placeWith({ good: "plain" }) });
    expect(good.code).toBe(0);
    for (const part of ["echo", "/good:greet", "@good:note://one"]) expect(good.stdout).toContain(part);
    const place = placeWith({ crash: "crash" });
    const { code, stderr } = await run(["mcp", "test"], { place });
    expect(code).toBe(5);
    expect(stderr).toContain(
      en.errors.mcp_failed({ server: "crash", why: "ended", reason: "3", said: "" }).what.replace(/\.$/u, ""),
    );
    expect(stderr).not.toContain("\u001b");
  });

  test("use no project's file that nobody approved", async () => {
    const place = newPlace();
    const marker = join(place.cwd, "started");
    put(join(place.cwd, ".mcp.json"), JSON.stringify({ mcpServers: { theirs: { command: "touch", args: [marker] } } }));
    const { stdout } = await run(["mcp", "list", "--json"], { place });
    expect(JSON.parse(stdout)).toMatchObject([{ name: "theirs", state: "unapproved" }]);
    expect(() => readFileSync(marker)).toThrow("ENOENT");
  });
});

test("servers that are still starting when a command ends say nothing", async () => {
  const place = placeWith({ good: "plain" });
  const { code, stderr } = await run(["ask", "-r", "nope", "x"], { place });
  expect([code, stderr.trim().split("\n")]).toEqual([2, [expect.stringContaining("nope")]]);
});

describe.concurrent("mcp add and remove", () => {
  test("change the config file and keep its comments", async () => {
    const place = newPlace();
    put(place.configFile, "# mine\nmodel: m\n");
    const added = ["mcp", "add", "files", "--env", "LEVEL=1", "--", "npx", "-y", "some-server", "."];
    expect((await run(added, { place })).code).toBe(0);
    const service = ["mcp", "add", "docs", "--url", "https://mcp.example.com/mcp", "--header", "X-Team: a"];
    expect((await run(service, { place })).code).toBe(0);
    expect(readFileSync(place.configFile, "utf8")).toBe(
      '# mine\nmodel: m\nmcp_servers:\n  files:\n    command: npx\n    args:\n      - -y\n      - some-server\n      - .\n    env:\n      LEVEL: "1"\n' +
        "  docs:\n    url: https://mcp.example.com/mcp\n    headers:\n      X-Team: a\n",
    );
    const { stderr } = await run(["mcp", "add", "files", "--", "other"], { place });
    expect(stderr).toContain("npx -y some-server .");
    expect((await run(["mcp", "remove", "files"], { place })).code).toBe(0);
    expect((await run(["mcp", "remove", "docs"], { place })).code).toBe(0);
    expect(readFileSync(place.configFile, "utf8")).toBe("# mine\nmodel: m\n");
  });

  test("refuse what is neither or both", async () => {
    for (const args of [["x"], ["x", "--url", "https://a.example", "--", "b"]]) {
      const { code, stderr } = await run(["mcp", "add", ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain(en.mcp.commandOrUrl);
    }
    for (const [args, said] of [
      [["a b", "--", "x"], en.mcp.badName({ name: "a b" })],
      [["x", "--url", "ftp://a"], en.mcp.badUrl({ url: "ftp://a" })],
    ] as const) {
      const { code, stderr } = await run(["mcp", "add", ...args]);
      expect([code, stderr.includes(said)]).toEqual([2, true]);
    }
    const { code, stderr } = await run(["mcp", "remove", "x"]);
    expect([code, stderr.trim()]).toEqual([2, wordsOf("mcp_unknown", { name: "x", known: [] }).whole]);
  });
});

/** Names of the tools that a request offers, and the results that it brings. */
function sent(body: Record<string, unknown>): { readonly offered: string[]; readonly results: string[] } {
  const tools = (body["tools"] ?? []) as { function: { name: string } }[];
  const messages = body["messages"] as { role: string; content: unknown }[];
  return {
    offered: tools.map((tool) => tool.function.name),
    results: messages.flatMap(({ role, content }) => (role === "tool" ? [JSON.stringify(content)] : [])),
  };
}

describe.concurrent("a question", () => {
  test("offers the tools of servers, runs them, and survives what they do", async () => {
    const place = placeWith(
      { s: "plain", crash: "crash", hung: "hung" },
      { s: "approve: allow, exclude_tools: [wait]", hung: "start_timeout: 0.5" },
    );
    const calls = ["echo", "environment", "fail", "slow", "picture", "die"].map(
      (name) => [`mcp__s__${name}`, { text: "hi" }] as const,
    );
    await using service = await serve([calling(...calls.slice(0, 5)), calling(calls[5]!), answer("Done.")]);
    const env = { ...askingAt(service), SECRET_THING: "hidden", DEMO_API_KEY: "hidden" };
    const { code, stdout, stderr } = await run(["ask", "--no-transcript", "What?"], { place, env });
    expect([code, stdout]).toEqual([0, "Done.\n"]);
    expect(sent(service.body(0)).offered).toEqual(
      ["die", "echo", "environment", "fail", "picture", "slow"].map((name) => `mcp__s__${name}`),
    );
    const [echo, environment, fail, slow, picture] = sent(service.body(1)).results;
    expect(echo).toContain("hi");
    expect(environment).toContain("PATH");
    expect(environment).not.toContain("hidden");
    expect(fail).toContain("It is broken.");
    expect(slow).toContain("slowly");
    expect(picture).toContain("audio/wav");
    expect(sent(service.body(2)).results.at(-1)).toContain("failed");
    const lines = stderr.split("\n").filter((line) => line.includes("MCP"));
    expect(lines.map((line) => /crash|hung/u.exec(line)?.[0] ?? "").sort()).toEqual(["crash", "hung"]);
  });

  test("asks for a list that changed, and starts nothing with --no-tools", async () => {
    const place = placeWith({ s: "once" }, { s: "approve: allow" });
    await using service = await serve([calling(["mcp__s__echo", { text: "x" }]), answer("One."), answer("Two.")]);
    const { code } = await run(["chat", "--no-transcript"], { place, env: askingAt(service), input: "one\ntwo\nq\n" });
    expect(code).toBe(0);
    const describes = (index: number) => JSON.stringify(service.body(index)["tools"]);
    expect(describes(1)).toContain("given (0)");
    expect(describes(2)).toContain("given (1)");
    await using other = await serve([answer("Hi.")]);
    await run(["ask", "--no-tools", "What?"], { place: placeWith({ s: "crash" }), env: askingAt(other) });
    expect(sent(other.body()).offered).toEqual([]);
  });
});

describe.concurrent("a session", () => {
  test("waits for servers by name, and Ctrl-C stops the question", async () => {
    const place = placeWith({ s: "plain", slowpoke: "hung" });
    await using service = await serve([answer("One.")]);
    await using terminal = openProgram(["chat", "--no-transcript"], { place, env: askingAt(service) });
    await say(terminal, "first");
    await terminal.until(en.mcp.waiting({ servers: "slowpoke" }));
    terminal.type("\u0003");
    await terminal.until(/^>$/mu);
    expect(service.requests.filter(({ body }) => body !== null)).toEqual([]);
    terminal.type("q\r");
    expect((await terminal.exit).code).toBe(0);
  });

  test("uses a project's servers once a person approved the file, without API keys", async () => {
    const place = newPlace();
    const entry = (more: object) => ({ command: process.execPath, args: [server, "plain"], ...more });
    const servers = {
      theirs: entry({ env: { LEVEL: "${LEVEL:-low}" }, type: "stdio", includeTools: ["echo"] }),
      greedy: entry({ env: { KEY: "${DEEPSEEK_API_KEY}" } }),
      broken: { command: 7 },
    };
    put(join(place.cwd, ".mcp.json"), JSON.stringify({ mcpServers: servers }));
    await using service = await serve([answer("One.")]);
    await using terminal = openProgram(["chat", "--no-transcript"], { place, env: askingAt(service), rows: 50 });
    await terminal.until(/Esc: no/u);
    terminal.type("2");
    await say(terminal, "first");
    await service.received(1);
    expect(sent(service.body(0)).offered).toEqual(["mcp__theirs__echo"]);
    await terminal.until(() => terminal.scrollback().includes("One."));
    const path = join(place.cwd, ".mcp.json");
    const text = terminal.scrollback().replaceAll(/\s+/gu, "");
    for (const [name, why, value] of [
      ["greedy", "key", "DEEPSEEK_API_KEY"],
      ["broken", "form", "command"],
    ] as const) {
      const { what } = wordsOf("mcp_entry", { server: name, path, why, value });
      expect(text).toContain(what.replaceAll(/\s+/gu, ""));
    }
  });

  test("asks what a server's prompt says, which attaches nothing, and names its servers", async () => {
    const place = placeWith({ s: "plain" }, { s: "start_timeout: 20" });
    await using service = await serve([answer("One."), answer("Two.")]);
    const input = "first\n/s:greet who=you\n/s:greet\n/mcp\n/mcp restart s\nq\n";
    const { code, stderr } = await run(["chat", "--no-transcript"], { place, env: askingAt(service), input });
    expect(JSON.stringify(service.body(1)["messages"])).toContain('"content":"Greet you and @/etc/passwd"');
    expect(stderr).toContain(en.mcp.promptNeeds({ prompt: "/s:greet", names: "who=…" }));
    expect(stderr).toMatch(new RegExp(`^s +${en.mcp.states.ready} +${en.mcp.tools({ tools: 7 })}`, "mu"));
    expect([code, service.requests.length]).toEqual([2, 2]);
  });

  test("completes prompts and resources at the prompt, and sends a resource's text", async () => {
    const place = placeWith({ s: "plain" });
    await using service = await serve([answer("One."), answer("Two.")]);
    await using terminal = openProgram(["chat", "--no-transcript"], { place, env: askingAt(service) });
    await say(terminal, "first");
    await terminal.until(() => terminal.scrollback().includes("One."));
    await terminal.until(/^>$/mu);
    terminal.type("/s:gr\t");
    await terminal.until("/s:greet");
    terminal.type("\u0015@s:no\t");
    await terminal.until("@s:note://one");
    terminal.type("\r");
    await service.received(2);
    expect(JSON.stringify(service.body(1)["messages"])).toContain("The text of the note.");
  });
});

/** A browser that goes where it is sent, and shows nothing. */
function browserIn(place: Place): string {
  const folder = join(place.home, "bin");
  const open = join(folder, "xdg-open");
  put(open, `#!/bin/sh\nexec ${process.execPath} -e 'fetch(process.argv[1]).then((page) => page.text())' "$1"\n`);
  chmodSync(open, 0o700);
  return `${folder}:${process.env["PATH"] ?? ""}`;
}

describe.skipIf(process.platform !== "linux")("a service that wants a login", () => {
  test("is logged in to in the browser, at a terminal, and its tokens are refreshed later", async () => {
    await using service = await serveMcp();
    const place = newPlace();
    put(place.configFile, `mcp_servers: {docs: {url: "${service.url}"}}\n`);
    const refused = await run(["mcp", "test", "docs"], { place });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain(wordsOf("mcp_login_needed", { server: "docs" }).whole);
    expect(service.asked).not.toContain("/register");
    await using terminal = openProgram(["mcp", "test", "docs"], { place, cols: 200, env: { PATH: browserIn(place) } });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).not.toContain("[mcp-sdk]");
    expect(terminal.scrollback()).toMatch(/authorize\?[\s\S]*lookup/u);
    const logins = join(place.home, ".local", "share", "deepseek-chat", "mcp-logins.json");
    expect(statSync(logins).mode & 0o777).toBe(0o600);
    service.expire();
    const later = await run(["mcp", "list", "--json"], { place });
    expect(JSON.parse(later.stdout)).toMatchObject([{ name: "docs", state: "ready" }]);
    expect(later.stdout + later.stderr + terminal.scrollback()).not.toMatch(/access-|refresh"/u);
  });

  test("is no longer waited for after Ctrl-C", async () => {
    await using service = await serveMcp();
    const place = newPlace();
    put(place.configFile, `mcp_servers: {docs: {url: "${service.url}"}}\n`);
    await using terminal = openProgram(["mcp", "test"], { place, cols: 200, env: { PATH: "/nonexistent" } });
    await terminal.until(en.mcp.waitingForLogin);
    terminal.type("\u0003");
    expect((await terminal.exit).code).toBe(130);
  });

  test("gets nothing over plain http beyond this machine", async () => {
    const place = newPlace();
    put(place.configFile, "mcp_servers: {far: {url: http://mcp.example.com/mcp, headers: {X-Key: secret-value}}}\n");
    const { code, stderr } = await run(["mcp", "test"], { place });
    expect(code).toBe(3);
    expect(stderr).toContain("allow_http");
  });
});
