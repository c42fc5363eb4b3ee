import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { certificates } from "../support/certificates.ts";
import { askingAt } from "../support/program.ts";
import { chunk, freePort, head, lastChunk, listen, streaming } from "../support/tcp.ts";
import { done, finish, text } from "../support/wire.ts";
import { any, wordsOf } from "../support/words.ts";
import { failed, type Fault, fault, fin, play, reset, type Scene, sceneAt, whole } from "./fault.ts";

/** Failures of the connection: on the way to the service, before it answers, and in the middle of the answer. */

const half = [streaming, chunk(text("half"))];
const answer = [...half, chunk(text(" and half")), chunk(finish()), chunk(done), lastChunk];
const quick = ["--timeout", "0.7"];
/** Where something comes first: longer than a busy machine takes to bring what is sent at once. */
const brief = ["--timeout", "4"];

const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-faults-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A scene without a server of its own. */
function at(env: Scene["env"]): () => Promise<Scene> {
  return async () => ({
    env: { DEEPSEEK_API_KEY: "sk-0123456789abcdef", ...env },
    [Symbol.asyncDispose]: async () => {},
  });
}

/** A server with a certificate, whose maker the program knows where `known` says so. */
function secure(kind: keyof Awaited<ReturnType<typeof certificates>>, known: boolean): () => Promise<Scene> {
  return async () => {
    const made = (await certificates())[kind];
    const server = await listen(({ socket }) => play(socket, answer), { tls: made });
    const file = join(folder, `${kind}.pem`);
    if (known) writeFileSync(file, made.ca);
    const url = `https://localhost:${server.port}`;
    return sceneAt(server, { ...askingAt({ url }), ...(known && { NODE_EXTRA_CA_CERTS: file }) });
  };
}

/** A proxy that plays the steps whatever it is asked; the service is one that nobody reaches without it. */
function proxied(variable: string, service: string, ...steps: Parameters<typeof play>[1]): () => Promise<Scene> {
  return async () => {
    const server = await listen(({ socket }) => play(socket, steps));
    const proxy = server.url.replace("//", "//someone:secret@");
    return sceneAt(server, { ...askingAt({ url: service }), [variable]: proxy });
  };
}

/** How a request ends whose connection fails. */
const unreached = (cause: string, reason: string, host = any) =>
  failed(
    "no_connection",
    wordsOf("no_connection", { host, proxy: null, variable: null, start: null, cause, reason }).what,
  );
/** What is said of a server that sends no data for so many seconds. */
const silent = (seconds: number) => wordsOf("timeout", { host: any, seconds }).what;

export const connectionFaults: readonly Fault[] = [
  {
    name: "nothing listens",
    scene: async () => at({ DEEPSEEK_BASE_URL: `http://127.0.0.1:${await freePort()}` })(),
    outcome: unreached("refused", "ECONNREFUSED"),
  },
  {
    name: "host name not found",
    scene: at({ DEEPSEEK_BASE_URL: "https://nowhere.invalid" }),
    outcome: unreached("dns", any, "nowhere.invalid"),
  },
  fault("reset before the headers", [reset], unreached("reset", "ECONNRESET")),
  fault("closed before the headers", [fin], unreached("reset", "ECONNRESET")),
  fault("closed in the headers", ["HTTP/1.1 200 OK\r\ncontent-ty", fin], unreached("reset", "ECONNRESET")),
  fault("takes the request and says nothing", [], failed("timeout", silent(0.7)), { flags: quick }),
  fault(
    "headers byte by byte, without end",
    ["HTTP/1.1 200 OK\r\n", ...Array.from({ length: 200 }, (_, index) => [50, `x-${index}: y\r\n`]).flat()],
    failed("timeout", silent(0.7)),
    { flags: quick },
  ),
  fault(
    "headers byte by byte, in time",
    [...Array.from(streaming).flatMap((sign) => [sign, 1]), ...answer.slice(1)],
    whole("half and half"),
  ),
  fault("reset between headers and body", [streaming, 30, reset], failed("stream_failed", "ECONNRESET")),
  fault(
    "reset in the middle of a chunk",
    [...half, 30, "400\r\ndata: {", 30, reset],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
  fault(
    "closed in the middle of a chunk",
    [...half, "400\r\ndata: {", fin],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
  fault("closed between chunks, without the last one", [...half, fin], failed("stream_failed", "ECONNRESET", "half")),
  fault("stalls in the middle of the answer", half, failed("timeout", silent(4), "half"), {
    flags: brief,
  }),
  fault(
    "keep-alives, then a stall",
    [streaming, ...Array.from({ length: 4 }, () => [300, chunk(": keep-alive\n\n")]).flat()],
    failed("timeout", silent(0.7)),
    { flags: quick },
  ),
  fault(
    "nothing but keep-alives after the answer began",
    [...half, ...Array.from({ length: 80 }, () => [100, chunk(": keep-alive\n\n")]).flat()],
    failed("timeout", silent(4), "half"),
    { flags: brief },
  ),
  fault(
    "keep-alives for longer than the limit, then the answer",
    [streaming, ...Array.from({ length: 22 }, () => [250, chunk(": keep-alive\n\n")]).flat(), ...answer.slice(1)],
    whole("half and half"),
    { flags: brief },
  ),
  {
    name: "TLS: a certificate signed by itself",
    scene: secure("self", false),
    outcome: unreached("tls", "DEPTH_ZERO_SELF_SIGNED_CERT"),
  },
  {
    name: "TLS: a certificate nobody vouches for",
    scene: secure("good", false),
    outcome: unreached("tls", any),
  },
  { name: "TLS: a private authority that is named", scene: secure("good", true), outcome: whole("half and half") },
  {
    name: "TLS: a certificate that has expired",
    scene: secure("expired", true),
    outcome: unreached("tls", "CERT_HAS_EXPIRED"),
  },
  {
    name: "TLS: a certificate for another host",
    scene: secure("other", true),
    outcome: unreached("tls", "ERR_TLS_CERT_ALTNAME_INVALID"),
  },
  {
    name: "TLS spoken to a server that has none",
    scene: async () => {
      const server = await listen(() => {}, {
        onConnect: (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      });
      return sceneAt(server, askingAt({ url: `https://127.0.0.1:${server.port}` }));
    },
    outcome: failed("no_connection", "TLS"),
  },
  {
    name: "plain HTTP spoken to a server with TLS",
    scene: async () => {
      const server = await listen(() => {}, { tls: (await certificates()).good });
      return sceneAt(server, askingAt({ url: `http://127.0.0.1:${server.port}` }));
    },
    outcome: failed("no_connection", "Can't connect to 127.0.0.1"),
  },
  fault("what answers is no HTTP server", ["SSH-2.0-OpenSSH_9.9\r\n"], unreached("http", any)),
  fault(
    "headers without measure",
    [head(200, `x-long: ${"x".repeat(100_000)}`)],
    failed("no_connection", "HPE_HEADER_OVERFLOW"),
  ),
  {
    name: "proxy: 407 for a tunnel",
    scene: proxied(
      "HTTPS_PROXY",
      "https://service.test",
      head(407, 'proxy-authenticate: Basic realm="x"', "content-length: 0"),
    ),
    outcome: failed("no_connection", "the proxy refused (407)"),
  },
  {
    name: "proxy: 407 for plain HTTP",
    scene: async () => {
      const server = await listen(({ socket }) => play(socket, [head(407, "content-length: 0")]));
      // A service that wants no key: by plain http one would not go through a proxy.
      const config = join(folder, "keyless.yaml");
      writeFileSync(config, "providers: {mine: {base_url: 'http://service.test/v1', model: m}}\n");
      const env = { DEEPSEEK_CHAT_CONFIG: config, HTTP_PROXY: server.url.replace("//", "//someone:secret@") };
      return sceneAt(server, env, { flags: ["-p", "mine"] });
    },
    outcome: failed("no_connection", "the proxy refused (407)"),
  },
  {
    name: "proxy: closes while the tunnel is made",
    scene: proxied("HTTPS_PROXY", "https://service.test", fin),
    outcome: failed("no_connection", "the proxy refused"),
  },
  {
    name: "proxy: nothing listens",
    scene: async () =>
      at({ DEEPSEEK_BASE_URL: "https://service.test", ALL_PROXY: `http://127.0.0.1:${await freePort()}` })(),
    outcome: failed("no_connection", "through the proxy 127.0.0.1"),
  },
  {
    name: "proxy: SOCKS that refuses",
    scene: async () => {
      // Version 5, no authentication; then: not allowed by the rules.
      const replies = [Buffer.from([5, 0]), Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0])];
      const server = await listen(() => {}, {
        onConnect: (socket) => socket.on("data", () => void socket.write(replies.shift() ?? "")),
      });
      return sceneAt(server, {
        ...askingAt({ url: "https://service.test" }),
        ALL_PROXY: `socks5h://127.0.0.1:${server.port}`,
      });
    },
    outcome: failed("no_connection", "the proxy refused"),
  },
  {
    name: "proxy: an address that is none",
    scene: at({ HTTPS_PROXY: "gopher://someone:secret@127.0.0.1:70" }),
    outcome: failed("bad_value", "Invalid HTTPS_PROXY: gopher://…@127.0.0.1:70", "", 2),
  },
];
