import { chmodSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { certificates } from "../support/certificates.ts";
import { installProgram, keyringTestable, openBeside, runBeside } from "../support/keyring.ts";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { chunk, lastChunk, listen, streaming } from "../support/tcp.ts";
import { answer, refusal } from "../support/wire.ts";
import { en } from "../support/words.ts";

const key = "sk-mine-0123456789abcdef";
const posix = process.platform !== "win32";

/** A working directory that came from somebody else. */
function theirs(dotenv: string): Place {
  const place = newPlace();
  put(join(place.cwd, ".env"), dotenv);
  return place;
}

/** Somebody else's program in the working directory, which leaves a trace where it runs. */
function plantProgram({ cwd }: Place): string {
  const path = join(cwd, "steal");
  put(path, "#!/bin/sh\ntouch stolen\n");
  chmodSync(path, 0o755);
  return path;
}

const stolen = ({ cwd }: Place) => existsSync(join(cwd, "stolen"));

describe.concurrent("headers of the config file, which may be keys", () => {
  test.each(["", 'DEEPSEEK_API_KEY="no key\'s form"\n'])("go nowhere without a key either: %j", async (more) => {
    await using thief = await listen(({ socket }) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
    const place = theirs(`DEEPSEEK_BASE_URL=${thief.url}\n${more}`);
    put(place.configFile, `providers: {deepseek: {headers: {x-key: ${key}}}}\n`);
    for (const args of [["doctor"], ["doctor", "--probe"], ["ask", "hello"], ["models"]]) {
      const { code, stdout, stderr } = await run(args, { place });
      expect([args, code, thief.connections]).toEqual([args, 3, 0]);
      expect(stdout + stderr).toContain("trusted_endpoints");
      expect(stdout + stderr).not.toContain(key);
    }
  });
});

describe.concurrent("in a session", () => {
  test.runIf(posix)("a base URL of a .env gets no connection, for no provider", async () => {
    await using thief = await listen(() => {});
    await using server = await serve(() => refusal(503, { error: { message: "down" } }));
    const place = theirs(`SILICONFLOW_BASE_URL=${thief.url}\n`);
    put(place.configFile, "failover: {deepseek/deepseek-flash: [siliconflow]}\nretries: 0\n");
    const env = { DEEPSEEK_API_KEY: key, SILICONFLOW_API_KEY: key, DEEPSEEK_BASE_URL: server.url };
    await using terminal = openProgram([], { place, env, cols: 200 });
    await say(terminal, "hello");
    await terminal.until(/503|trusted_endpoints/u);
    await say(terminal, "/model siliconflow/some");
    await say(terminal, "hello again");
    await terminal.until(/trusted_endpoints/u);
    await say(terminal, "q");
    await terminal.exit;
    expect(server.requests.length).toBeGreaterThan(0);
    expect(thief.connections).toBe(0);
    expect(terminal.raw).not.toContain(key);
  });

  test.runIf(posix)("nor does one start with a key that would go there", async () => {
    await using thief = await listen(() => {});
    const place = theirs(`DEEPSEEK_BASE_URL=${thief.url}\n`);
    await using terminal = openProgram([], { place, env: { DEEPSEEK_API_KEY: key }, cols: 200 });
    await terminal.exit;
    expect(terminal.screen()).toContain("trusted_endpoints");
    expect(thief.connections).toBe(0);
  });
});

describe.concurrent("trust", () => {
  test("is given by config set, to that origin alone", async () => {
    await using server = await serve(() => answer("yes"));
    await using other = await listen(() => {});
    const place = theirs(`DEEPSEEK_BASE_URL=${server.url}/v1\n`);
    const env = { DEEPSEEK_API_KEY: key };
    expect((await run(["ask", "hello"], { place, env })).code).toBe(3);
    expect((await run(["config", "set", "trusted_endpoints", `["${server.url}"]`], { place })).code).toBe(0);
    expect(await run(["ask", "hello"], { place, env })).toMatchObject({ code: 0, stdout: "yes\n" });
    put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${other.url}\n`);
    expect([(await run(["ask", "hello"], { place, env })).code, other.connections]).toEqual([3, 0]);
  });
});

describe.concurrent("a .env changes nothing about certificates", () => {
  test("neither adds an authority nor looks away", async () => {
    const { good } = await certificates();
    const reply = Buffer.concat([chunk(answerBytes), Buffer.from(lastChunk)]);
    await using server = await listen(
      ({ socket }) => {
        socket.write(streaming);
        socket.end(reply);
      },
      { tls: { key: good.key, cert: good.cert } },
    );
    const place = newPlace();
    const ca = join(place.cwd, "ca.pem");
    put(ca, good.ca);
    const settings = {
      NODE_EXTRA_CA_CERTS: ca,
      SSL_CERT_FILE: ca,
      SSL_CERT_DIR: place.cwd,
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      NODE_OPTIONS: "--use-openssl-ca",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    put(join(place.cwd, ".env"), lines.join(""));
    const url = server.url.replace("127.0.0.1", "localhost");
    const env = { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: url };
    const refused = await run(["ask", "--retries", "0", "hello"], { place, env });
    expect([refused.code, server.requests.length]).toEqual([5, 0]);
    // The person may, and then it works: it is the .env that has no say.
    const own = { ...env, NODE_EXTRA_CA_CERTS: ca };
    expect(await run(["ask", "--retries", "0", "hello"], { place, env: own })).toMatchObject({ code: 0 });
  });
});

const answerBytes = [...(answer("yes").body as Iterable<string>)].join("");

describe.runIf(posix).concurrent("a .env names no program to run", () => {
  const lines = ["PAGER", "EDITOR", "VISUAL", "BROWSER", "SHELL"].map((name) => `${name}=./steal\n`).join("");

  test("as a pager", async () => {
    await using server = await serve(() => answer("long\n\n".repeat(60)));
    const place = theirs(lines);
    plantProgram(place);
    await run(["ask", "hello"], { place, env: { DEEPSEEK_API_KEY: key, DEEPSEEK_BASE_URL: server.url } });
    const show = (env: Record<string, string>) =>
      openProgram(["transcripts", "show", "last"], { place, env: { TERM: "xterm-256color", ...env }, rows: 10 });
    await using terminal = show({});
    await terminal.until("long");
    // Less stays until it is left.
    terminal.type("q");
    await terminal.exit;
    expect(stolen(place)).toBe(false);
    // The person's own is run.
    await using own = show({ PAGER: "./steal" });
    await own.exit;
    expect(stolen(place)).toBe(true);
  });

  test("as an editor", async () => {
    const place = theirs(lines);
    plantProgram(place);
    const edit = async (env: Record<string, string>) => {
      await using terminal = openProgram(["config", "edit"], { place, env });
      return (await terminal.exit).code;
    };
    expect(await edit({})).toBe(2);
    expect(stolen(place)).toBe(false);
    await edit({ EDITOR: "./steal" });
    expect(stolen(place)).toBe(true);
  });
});

describe.runIf(keyringTestable)("a key in the keyring", () => {
  test("stays there, whatever a .env says", async () => {
    const program = installProgram();
    onTestFinished(() => rmSync(program, { recursive: true, force: true }));
    const launcher = join(program, "bin", "deepseek-chat.js");
    await using server = await serve(({ path }) =>
      path === "/models" ? refusal(200, { data: [{ id: "deepseek-flash" }] }) : answer("yes"),
    );
    const place = newPlace();
    const env = { DEEPSEEK_BASE_URL: server.url };
    await using terminal = openBeside("unlocked", [launcher, "setup"], { place, env });
    await terminal.until(en.setup.intro);
    terminal.type("\r");
    await terminal.until("API key of deepseek");
    terminal.type(`${key}\r`);
    await terminal.exit;
    const ask = async (more: Record<string, string>) =>
      await runBeside("unlocked", [launcher, "ask", "hello"], { place, env: more });
    // It is there.
    expect(await ask(env)).toMatchObject({ code: 0, stdout: "yes\n" });
    await using thief = await listen(() => {});
    put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${thief.url}\n`);
    const { code, stderr } = await ask({});
    expect([code, thief.connections]).toEqual([3, 0]);
    expect(stderr).toContain("system keyring (Secret Service)");
    expect(stderr).not.toContain(key);
  });
});
