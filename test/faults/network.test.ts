import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { certificates } from "../support/certificates.ts";
import { askingAt, newPlace, openProgram, put, run, transcriptsOf } from "../support/program.ts";
import { httpProxy, type Proxy, socksProxy } from "../support/proxies.ts";
import {
  type Asked,
  chunk,
  head,
  lastChunk,
  listen,
  streaming,
  type TcpOptions,
  type TcpServer,
} from "../support/tcp.ts";
import { done, finish, text, usage } from "../support/wire.ts";
import { play, reset } from "./fault.ts";
import { en } from "../support/words.ts";

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-network-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Answers by numbers, and leaves the connection open. */
function whole({ index }: Asked): Buffer {
  const pieces = [text(`Answer ${index + 1}.`), finish(), usage, done];
  return Buffer.concat([Buffer.from(streaming), ...pieces.map((piece) => chunk(piece)), Buffer.from(lastChunk)]);
}

function answering(options: TcpOptions = {}): Promise<TcpServer> {
  return listen((asked) => asked.socket.write(whole(asked)), options);
}

/** A certificate for localhost, and the variable that makes the program know its maker. */
async function secure(): Promise<{ tls: NonNullable<TcpOptions["tls"]>; env: Record<string, string> }> {
  const { good } = await certificates();
  const file = join(mkdtempSync(join(folder, "ca-")), "ca.pem");
  writeFileSync(file, good.ca);
  return { tls: good, env: { NODE_EXTRA_CA_CERTS: file } };
}

describe.concurrent("a connection", () => {
  test.each(["http", "https"])("over %s is used again for the next question", async (protocol) => {
    const { tls, env } = await secure();
    await using server = await answering(protocol === "https" ? { tls } : {});
    const url = `${protocol}://localhost:${server.port}`;
    const { stdout } = await run([], { env: { ...askingAt({ url }), ...env }, input: "one\ntwo\nthree\nq\n" });
    expect({ stdout, connections: server.connections }).toEqual({
      stdout: "Answer 1.\nAnswer 2.\nAnswer 3.\n",
      connections: 1,
    });
  });

  test.each(["http", "https"])(
    "over %s is opened while somebody types, and the question takes it",
    async (protocol) => {
      const { tls, env } = await secure();
      const opened = Promise.withResolvers<void>();
      await using server = await answering({ ...(protocol === "https" && { tls }), onConnect: () => opened.resolve() });
      const url = `${protocol}://localhost:${server.port}`;
      await using terminal = openProgram([], { place: newPlace(), env: { ...askingAt({ url }), ...env } });
      await opened.promise;
      expect(server.requests).toHaveLength(0);
      await terminal.until(/>$/u);
      terminal.type("one");
      await terminal.until(/> one$/u);
      terminal.type("\r");
      await terminal.until("Answer 1.");
      expect({ connections: server.connections, requests: server.requests.length }).toEqual({
        connections: 1,
        requests: 1,
      });
    },
  );

  test("that the service closed meanwhile is opened anew, and nobody notices", async () => {
    await using server = await listen((asked) => {
      // The second request comes on a connection that is dead by then.
      if (asked.index === 1) return play(asked.socket, [reset]);
      return asked.socket.write(whole(asked));
    });
    const { code, stdout, stderr } = await run(["--retries", "0"], { env: askingAt(server), input: "one\ntwo\nq\n" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "Answer 1.\nAnswer 3.\n" });
    expect(server.connections).toBe(2);
    expect(server.requests[2]).toBe(server.requests[1]);
    expect(stderr).not.toMatch(/attempt|ECONNRESET/u);
  });

  test.each([
    ["IPv6, and the service only has IPv4", ["::1", "127.0.0.1"], "127.0.0.1"],
    ["IPv4, and the service only has IPv6", ["127.0.0.1", "::1"], "::1"],
  ])("goes to the other address where a name gives first %s", async (_, addresses, host) => {
    await using server = await answering({ host });
    const resolver = join(folder, `${host.replaceAll(":", "")}.cjs`);
    const all = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    // What the system's resolver would say of a name with both addresses.
    writeFileSync(
      resolver,
      `require("node:dns").lookup = (name, options, callback) => process.nextTick(callback, null, ${JSON.stringify(all)});`,
    );
    const { stdout, stderr } = await run(["ask", "--retries", "0", "q"], {
      env: askingAt({ url: `http://both.localhost:${server.port}` }),
      node: ["--require", resolver],
    });
    expect({ stdout, stderr }).toEqual({ stdout: "Answer 1.\n", stderr: "" });
  });
});

/** A module that has the system's resolver know one name more. */
function resolverOf(name: string, address: string): string {
  const path = join(mkdtempSync(join(folder, "resolver-")), `${name}.cjs`);
  writeFileSync(
    path,
    `const dns = require("node:dns"), { lookup } = dns;
     dns.lookup = (name, options, callback) => name !== ${JSON.stringify(name)} ? lookup(name, options, callback)
       : process.nextTick(() => options.all ? callback(null, [{ address: ${JSON.stringify(address)}, family: 4 }])
         : callback(null, ${JSON.stringify(address)}, 4));`,
  );
  return path;
}

/** A service with TLS that only the proxy finds, and two questions for it. */
async function through(
  proxied: (port: number) => Promise<Proxy>,
  variables: (proxy: Proxy) => Record<string, string>,
): Promise<{ stdout: string; stderr: string; targets: readonly string[]; users: readonly string[]; sent: string }> {
  const { tls, env } = await secure();
  await using server = await answering({ tls });
  await using proxy = await proxied(server.port);
  const url = "https://service.test:8443";
  const { stdout, stderr } = await run(["--retries", "0", "-q"], {
    env: { ...askingAt({ url }), ...env, ...variables(proxy) },
    input: "one\ntwo\nq\n",
    node: ["--require", resolverOf("service.test", "192.0.2.7")],
  });
  expect(server.connections).toBe(1);
  return { stdout, stderr, targets: proxy.targets, users: proxy.users, sent: proxy.requests.join("") };
}

const both = { stdout: "Answer 1.\nAnswer 2.\n", stderr: "" };

describe.concurrent("a proxy", () => {
  test("is given its user and password, and nothing else, and one tunnel serves all questions", async () => {
    const { sent, ...result } = await through(
      (port) => httpProxy({ port }),
      ({ port }) => ({ HTTPS_PROXY: `http://some%20one:p%40ss@127.0.0.1:${port}` }),
    );
    expect(result).toEqual({ ...both, targets: ["service.test:8443"], users: ["some one:p@ss"] });
    expect(sent).not.toContain("sk-0123456789abcdef");
  });

  test("may speak TLS itself", async () => {
    const { tls } = await secure();
    const { sent: _, ...result } = await through(
      (port) => httpProxy({ port, tls }),
      ({ port }) => ({ https_proxy: `https://someone:secret@localhost:${port}` }),
    );
    expect(result).toEqual({ ...both, targets: ["service.test:8443"], users: ["someone:secret"] });
  });

  test.each([
    ["socks5h, which looks names up", "socks5h", "service.test:8443"],
    ["socks5, for names that are looked up here", "socks5", "192.0.2.7:8443"],
  ])("of %s", async (_, scheme, target) => {
    const { sent: __, ...result } = await through(
      (port) => socksProxy({ port }),
      ({ port }) => ({ ALL_PROXY: `${scheme}://someone:secret@127.0.0.1:${port}` }),
    );
    expect(result).toEqual({ ...both, targets: [target], users: ["someone:secret"] });
  });

  test("of SOCKS that asks for no password", async () => {
    const { sent: _, ...result } = await through(
      (port) => socksProxy({ port }),
      ({ port }) => ({ all_proxy: `socks5h://127.0.0.1:${port}` }),
    );
    expect(result).toEqual({ ...both, targets: ["service.test:8443"], users: [""] });
  });

  test("of plain HTTP is told the whole address", async () => {
    await using server = await answering();
    await using proxy = await httpProxy({ port: server.port });
    const place = newPlace();
    put(place.configFile, "providers: {mine: {base_url: 'http://service.test/v1', model: m}}\n");
    const env = { http_proxy: `someone:secret@127.0.0.1:${proxy.port}` };
    const { stdout } = await run(["ask", "-p", "mine", "--retries", "0", "q"], { place, env });
    expect(stdout).toBe("Answer 1.\n");
    expect(proxy.targets).toEqual(["http://service.test/v1/chat/completions"]);
    expect(proxy.users).toEqual(["someone:secret"]);
  });

  test("is passed by where NO_PROXY says so", async () => {
    await using server = await answering();
    await using proxy = await httpProxy({ port: server.port });
    const proxies = { HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url, NO_PROXY: "example.com, 127.0.0.0/8" };
    const { stdout } = await run(["ask", "--retries", "0", "q"], {
      env: { ...askingAt(server), ...proxies },
    });
    expect([stdout, proxy.connections]).toEqual(["Answer 1.\n", 0]);
  });
});

test.concurrent("a request that waits in the service's queue is shown as waiting, for longer than --timeout", async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await listen(async ({ socket, index }) => {
    socket.write(streaming);
    const beat = setInterval(() => socket.write(chunk(": keep-alive\n\n")), 100);
    await gate.promise;
    clearInterval(beat);
    socket.write(whole({ socket, index, request: "" }).subarray(streaming.length));
  });
  await using terminal = openProgram(["--timeout", "4"], { place: newPlace(), env: askingAt(server) });
  await terminal.until(/>$/u);
  terminal.type("one");
  await terminal.until(/> one$/u);
  const askedAt = performance.now();
  terminal.type("\r");
  await terminal.until(en.answer.queued);
  await terminal.until(() => performance.now() - askedAt > 6000);
  expect(terminal.screen()).toContain(en.answer.queued);
  gate.resolve();
  await terminal.until("Answer 1.");
  await terminal.until(/>$/u);
  expect(terminal.screen()).not.toMatch(/queued|No data/u);
});

test.concurrent("a wait for another attempt counts down before the person's eyes, and Ctrl-C ends it", async () => {
  const refused = `${head(429, "content-type: application/json", "content-length: 2", "retry-after: 90")}{}`;
  await using server = await listen(({ socket }) => socket.write(refused));
  const place = newPlace();
  await using terminal = openProgram(["ask", "q"], { place, env: askingAt(server), cols: 120 });
  const retrying = (seconds: number) => en.answer.retry({ seconds, attempt: 2, attempts: 4, why: "" }).trim();
  await terminal.until(retrying(90));
  await terminal.until(() => [88, 89].some((seconds) => terminal.screen().includes(retrying(seconds))));
  terminal.type("\u0003");
  expect(await terminal.exit).toMatchObject({ code: 130 });
  expect({ requests: server.requests.length, screen: terminal.screen() }).toEqual({
    requests: 1,
    screen: expect.not.stringContaining("attempt") as string,
  });
  expect(transcriptsOf(place)[0]).toContain('"status":"interrupted"');
});
