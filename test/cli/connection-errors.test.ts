import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { certificates } from "../support/certificates.ts";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { chunk, freePort, lastChunk, listen, streaming } from "../support/tcp.ts";
import { answer, done, finish, text } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

/** The way to an address: what goes straight, what is refused, and what is said where no connection comes about. */

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-way-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = { DEEPSEEK_API_KEY: "sk-0123456789abcdef" };
const ask = ["ask", "--no-transcript", "q"];

describe.concurrent("a proxy", () => {
  test.each(["127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "127.1", "0.0.0.0", "[::ffff:127.0.0.1]"])(
    "is not asked for %s",
    async (host) => {
      await using server = await serve([answer("straight")]);
      await using proxy = await listen(({ socket }) => socket.end("HTTP/1.1 403 Forbidden\r\n\r\n"));
      const env = { ...askingAt({ url: `http://${host}:${new URL(server.url).port}` }) };
      const all = Object.fromEntries(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].map((name) => [name, proxy.url]));
      const { code, stdout, stderr } = await run(ask, { env: { ...env, ...all } });
      expect({ code, stdout, stderr, proxied: proxy.connections }).toEqual({
        code: 0,
        stdout: "straight\n",
        stderr: "",
        proxied: 0,
      });
    },
  );

  test.each([
    ["a key", "{}", key],
    ["headers of the config file", "{headers: {x-token: secret-0123456789}, key_needed: false}", {}],
  ])("is not given %s by plain http", async (_, provider, env) => {
    await using proxy = await listen(() => {});
    const place = newPlace();
    put(place.configFile, `allow_http: [service.test]\nproviders: {deepseek: ${provider}}\n`);
    const all = { DEEPSEEK_BASE_URL: "http://service.test/v1", HTTP_PROXY: proxy.url, ...env };
    const [english, chinese, models, doctor] = await Promise.all([
      run(ask, { place, env: all }),
      run([...ask, "--lang", "zh"], { place, env: all }),
      run(["models"], { place, env: all }),
      run(["doctor"], { place, env: all }),
    ]);
    expect([english, chinese, models, doctor].map(({ code }) => code)).toEqual([3, 3, 3, 3]);
    expect(english.stderr).toBe(
      `${wordsOf("insecure_proxy", { provider: "deepseek", url: "http://service.test/v1", variable: "HTTP_PROXY" }).what} ` +
        `${wordsOf("insecure_proxy", { url: "service.test" }).next}\n`,
    );
    expect(chinese.stderr).toMatch(/HTTP_PROXY[^]*NO_PROXY/u);
    expect(proxy.connections).toBe(0);
  });

  test.each(["socks5", "socks5h", "socks4", "http", "https"])(
    "of %s that does not run is named by its variable",
    async (scheme) => {
      const port = await freePort();
      const env = { ...key, ALL_PROXY: `${scheme}://someone:secret-word@127.0.0.1:${port}` };
      const { code, stderr } = await run(ask, { env });
      expect({ code, stderr }).toEqual({
        code: 5,
        stderr:
          `Can't connect to api.deepseek.com through the proxy 127.0.0.1:${port}: ` +
          "the proxy isn't running, nothing listens at its address (ECONNREFUSED). Start the proxy, or correct or unset ALL_PROXY.\n",
      });
    },
  );

  test.each([
    ["http://someone:PRO/XY@proxy.test:1", "http://…@proxy.test:1"],
    ["http://someone:12/PROXY@proxy.test", "http://…@proxy.test"],
    ["http://someone:12?PROXY@proxy.test", "http://…@proxy.test"],
    ["http://someone:12#PROXY@proxy.test", "http://…@proxy.test"],
    ["http://someone:PROXY%@proxy.test", "http://…@proxy.test"],
    ["socks5://someone:PRO@XY/1@proxy.test", "socks5://…@proxy.test"],
    ["gopher://someone:PROXY@proxy.test", "gopher://…@proxy.test"],
    ["someone:PRO XY@proxy.test:port", "…"],
    ["http://someone:PROXY", "http://…"],
    ["http://PROXY someone@", "http://…"],
    ["://PROXY", "…"],
  ])("that cannot be, %s, is told without a password", async (value, shown) => {
    const env = { ...key, HTTPS_PROXY: value };
    const runs = await Promise.all(
      [ask, ["models"], ["doctor"], ["doctor", "--json"]].map((args) => run(args, { env })),
    );
    expect(runs[0]!.stderr).toContain(`Invalid HTTPS_PROXY: ${shown} (expected`);
    expect(runs[0]!.code).toBe(2);
    for (const { stdout, stderr } of runs)
      expect((stdout + stderr).replaceAll("HTTPS_PROXY", "")).not.toMatch(/PROX|PRO\/|PRO |PRO@|someone/u);
  });

  test("says what it says, not the service: by plain http too", async () => {
    await using proxy = await listen(({ socket }) =>
      socket.end(
        "HTTP/1.1 403 Filtered\r\nserver: tinyproxy/1.11\r\ncontent-type: text/html\r\n\r\n<title>403 Filtered</title>",
      ),
    );
    const place = newPlace();
    put(place.configFile, "providers: {mine: {base_url: 'http://service.test/v1', model: m}}\n");
    const { code, stderr } = await run([...ask, "-p", "mine"], { place, env: { HTTP_PROXY: proxy.url } });
    expect(code).toBe(5);
    expect(stderr).toContain("the proxy refused (403: 403 Filtered). Check HTTP_PROXY");
  });
});

describe.concurrent("a server of this machine that does not run", () => {
  test.each([
    ["ollama", 11434, "Start it with: ollama serve"],
    ["mine", 0, "Start the server, or correct the base URL"],
  ])("is told at once, with what starts it: %s", async (name, _, next) => {
    const port = await freePort();
    const place = newPlace();
    put(place.configFile, `providers: {${name}: {base_url: "http://localhost:${port}/v1", model: m}}\n`);
    const { code, stderr } = await run([...ask, "-p", name], { place });
    expect(code).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`^Can't connect to localhost:${port}: connection refused \\(ECONNREFUSED\\)\\. .*${next}.*\n$`, "u"),
    );
  });
});

test.concurrent("a connection that does not come about is given up within ten seconds, and told", async () => {
  const silent = join(folder, "silent.cjs");
  // A name server that never answers; the system's own waits are much longer.
  writeFileSync(silent, 'require("node:dns").lookup = () => {};');
  const env = { ...key, DEEPSEEK_BASE_URL: "https://service.test/v1" };
  const { code, stderr } = await run([...ask, "--retries", "0"], { env, node: ["--require", silent] });
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: `${wordsOf("no_connection", { host: "service.test", cause: "timeout", reason: "ETIMEDOUT", proxy: null }).whole}\n`,
  });
});

describe.concurrent("TLS", () => {
  test("spoken to a port that says nothing is given up within ten seconds", async () => {
    await using server = await listen(() => {});
    const { code, stderr } = await run(ask, { env: askingAt({ url: server.url.replace("http:", "https:") }) });
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringContaining(
        "no TLS handshake within 10 s (ERR_HANDSHAKE_TIMEOUT). If the server speaks plain http, use http://",
      ) as string,
    });
    expect(server.connections).toBe(1);
    const doctor = await run(["doctor"], { env: askingAt({ url: server.url.replace("http:", "https:") }) });
    expect(doctor.stdout).toContain("(ERR_HANDSHAKE_TIMEOUT)");
  });

  test("spoken to a port that answers otherwise says so", async () => {
    await using server = await serve([answer("x")]);
    const { code, stderr } = await run(ask, { env: askingAt({ url: server.url.replace("http:", "https:") }) });
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringContaining("use http:// in the base URL.") as string,
    });
  });

  test("trusts the authorities of SSL_CERT_FILE beside those of NODE_EXTRA_CA_CERTS", async () => {
    const { good, self } = await certificates();
    const pieces = [streaming, chunk(text("trusted")), chunk(finish()), chunk(done), lastChunk];
    await using one = await listen(({ socket }) => pieces.forEach((piece) => socket.write(piece)), { tls: good });
    const [file, other] = [join(folder, "good.pem"), join(folder, "self.pem")];
    writeFileSync(file, good.ca);
    writeFileSync(other, self.ca);
    const env = askingAt({ url: `https://localhost:${one.port}` });
    const asked = await Promise.all([
      run(ask, { env: { ...env, SSL_CERT_FILE: file } }),
      run(ask, { env: { ...env, SSL_CERT_FILE: other, NODE_EXTRA_CA_CERTS: file } }),
      run(ask, { env: { ...env, SSL_CERT_FILE: join(folder, "missing.pem"), NODE_EXTRA_CA_CERTS: file } }),
      run(ask, { env: { ...env, SSL_CERT_FILE: other } }),
    ]);
    expect(asked.map(({ stdout }) => stdout)).toEqual(["trusted\n", "trusted\n", "trusted\n", ""]);
    expect(asked[3].stderr).toContain("certificate not trusted");
  });
});
