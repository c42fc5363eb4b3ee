import { constants, gzipSync } from "node:zlib";
import { expect } from "vitest";
import { askingAt } from "../support/program.ts";
import { chunk, head, lastChunk, listen, streaming, type TcpServer } from "../support/tcp.ts";
import { done, finish, text } from "../support/wire.ts";
import { any, wordsOf } from "../support/words.ts";
import { failed, type Fault, fault, fin, play, sceneAt, type Step, unfinished, whole } from "./fault.ts";

/** What is wrong with responses: statuses, headers, lengths, encodings, bodies that are no answer. */

const events = [text("half"), text(" and half"), finish(), done];
const body = events.join("");
const half = text("half");
const json = "content-type: application/json";

/** A whole response with its length. */
function response(status: number, content: string | Buffer, ...headers: readonly string[]): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(head(status, `content-length: ${bytes.length}`, ...headers)), bytes]);
}

const refusal = JSON.stringify({ error: { message: "slow down" } });
const limited = response(429, refusal, json, "retry-after-ms: 5");
const good = response(200, body, "content-type: text/event-stream");

/** The first responses of a server, then a good one. */
const first =
  (...responses: readonly Buffer[]) =>
  ({ index }: { readonly index: number }): readonly Step[] => [responses[index] ?? good];

const asked =
  (count: number) =>
  ({ requests }: TcpServer) =>
    expect(requests).toHaveLength(count);
const soon = () => new Date(Date.now() + 1500).toUTCString();
const retrying = (count: number, requests: number) => ({ flags: ["--retries", String(count)], after: asked(requests) });
const again = { ...whole("half and half"), says: "attempt 2 of 2" };

export const httpFaults: readonly Fault[] = [
  fault(
    "429 without end",
    [limited],
    { ...failed("rate_limited", "429: slow down"), says: "attempt 4 of 4" },
    retrying(3, 4),
  ),
  fault("429, then an answer; Retry-After in milliseconds", first(limited), again, retrying(1, 2)),
  fault(
    "429, then an answer; Retry-After in seconds",
    first(response(429, refusal, "retry-after: 0")),
    again,
    retrying(1, 2),
  ),
  fault(
    "429, then an answer; Retry-After as a date",
    ({ index }) => [index === 0 ? response(429, refusal, `retry-after: ${soon()}`) : good],
    again,
    retrying(1, 2),
  ),
  fault(
    "429, then an answer; Retry-After that makes no sense",
    first(response(429, refusal, "retry-after: never")),
    again,
    retrying(1, 2),
  ),
  fault(
    "429 that asks for a longer wait than allowed",
    [response(429, refusal, "retry-after: 86400")],
    failed("rate_limited", "429: slow down"),
    retrying(3, 1),
  ),
  fault(
    "503 as a web page",
    [response(503, "<html><head><title>Busy</title></head></html>", "content-type: text/html")],
    failed("service_failed", "failed (503: Busy)"),
  ),
  fault("500 without a body", [response(500, "")], failed("service_failed", "failed (500: no reason given)")),
  fault("529, a status of nobody's", [response(529, refusal)], failed("service_failed", "529: slow down")),
  fault(
    "a refusal whose body is cut",
    [head(401, "content-length: 999", json), '{"error":{"message":"no', fin],
    failed("key_rejected", "401", "", 3),
  ),
  fault(
    "a refusal whose body never ends",
    [head(402, "content-length: 999"), "Insufficient Balance"],
    failed("no_balance", "Insufficient Balance", "", 3),
  ),
  fault(
    "a refusal compressed",
    [response(404, gzipSync('{"error":{"message":"no such route"}}'), "content-encoding: gzip")],
    failed("request_refused", "404: no such route", "", 4),
  ),
  fault(
    "a redirect to itself",
    ({ socket }) => [response(307, "", `location: http://127.0.0.1:${socket.localPort}/chat/completions`)],
    failed("redirected", "redirects to http://127.0.0.1:"),
    { after: asked(1) },
  ),
  {
    name: "a redirect to another origin",
    scene: async () => {
      const other = await listen(({ socket }) => play(socket, [good]));
      const server = await listen(({ socket }) => play(socket, [response(308, "", `location: ${other.url}/steal`)]));
      const scene = sceneAt(server, askingAt(server), { after: () => expect(other.connections).toBe(0) });
      return {
        ...scene,
        async [Symbol.asyncDispose]() {
          await Promise.all([scene[Symbol.asyncDispose](), other[Symbol.asyncDispose]()]);
        },
      };
    },
    outcome: failed("redirected", "the key wasn't sent there"),
  },
  fault(
    "200 with a web page",
    [response(200, "<!doctype html><title>Log in</title>", "content-type: text/html")],
    failed(
      "not_a_stream",
      wordsOf("not_a_stream", { provider: "deepseek", contentType: "text/html", start: any }).what,
    ),
  ),
  fault(
    "200 with plain text",
    [response(200, "upstream timed out", "content-type: text/plain")],
    failed("not_a_stream", "upstream timed out"),
  ),
  fault("200 with nothing", [response(200, "")], failed("not_a_stream", "(empty)")),
  fault("200 with blank lines", [response(200, "\n\n\n")], failed("not_a_stream", "(empty)")),
  fault(
    "101, another protocol than was asked for",
    [`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n`],
    failed("no_connection", "connection reset"),
  ),
  fault("204", [head(204)], failed("not_a_stream", "(empty)")),
  fault(
    "200 with an error of OpenAI's shape",
    [response(200, '{"error":{"message":"engine died","code":500}}', json)],
    failed("stream_failed", "engine died"),
  ),
  fault(
    "200 with an error of SiliconFlow's shape",
    [response(200, '{"code":50505,"message":"Model service overloaded.","data":null}', json)],
    failed("stream_failed", "Model service overloaded"),
  ),
  fault(
    "a stream that calls itself a web page",
    [response(200, body, "content-type: text/html")],
    whole("half and half"),
  ),
  fault(
    "early hints before the response",
    ["HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", good],
    whole("half and half"),
  ),
  fault(
    "HTTP/1.0 without a length",
    [head("HTTP/1.0 200 OK", "content-type: text/event-stream"), body, fin],
    whole("half and half"),
  ),
  fault(
    "HTTP/1.0 that ends in the middle",
    [head("HTTP/1.0 200 OK", "content-type: text/event-stream"), half, fin],
    failed("incomplete_answer", unfinished, "half"),
  ),
  fault(
    "a length that is too short",
    [head(200, `content-length: ${half.length}`, "content-type: text/event-stream"), body],
    failed("incomplete_answer", unfinished, "half"),
  ),
  fault(
    "a length that is too long",
    [head(200, "content-length: 9999", "content-type: text/event-stream"), half, fin],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
  fault(
    "a chunk size that is no number",
    [streaming, chunk(half), "zz\r\nwhat"],
    failed("stream_failed", "HPE_INVALID_CHUNK_SIZE", "half"),
  ),
  fault("no last chunk, but a finished answer", [streaming, ...events.map(chunk), fin], whole("half and half")),
  fault("no last chunk, and the connection stays open", [streaming, ...events.map(chunk)], whole("half and half")),
  fault(
    "more bytes after the last chunk",
    [streaming, ...events.map(chunk), lastChunk, "garbage that nobody asked for"],
    whole("half and half"),
  ),
  fault("gzip", [response(200, gzipSync(body), "content-encoding: gzip")], whole("half and half")),
  fault("gzip that is cut", [response(200, gzipSync(body).subarray(0, -12), "content-encoding: gzip")], {
    ...whole("half and half"),
  }),
  fault(
    "gzip that breaks off in the middle",
    [
      head(200, "content-length: 999", "content-encoding: gzip"),
      gzipSync(half, { finishFlush: constants.Z_SYNC_FLUSH }),
      fin,
    ],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
  fault("gzip that is none", [response(200, body, "content-encoding: gzip")], failed("stream_failed", "Z_DATA_ERROR")),
];
