import { chunk, lastChunk, streaming } from "../support/tcp.ts";
import { delta, done, event, finish, text, usage } from "../support/wire.ts";
import { failed, type Fault, fault, fin, type Outcome, type Step, unfinished, whole } from "./fault.ts";
import { en } from "../support/words.ts";

/** What is wrong with the events of a stream, and what looks wrong and is not. */

/** A stream of these pieces, each a chunk of its own, that ends in order. */
function stream(name: string, pieces: readonly (string | Buffer)[], outcome: Outcome): Fault {
  const steps: readonly Step[] = [streaming, ...pieces.map((piece) => chunk(piece)), lastChunk];
  return fault(name, steps, outcome);
}

const world = "\u4e16\u754c\u{1f600}";
const bytes = Buffer.from([text("Hello, "), text(world), finish(), usage, done].join(""));
const hello = whole(`Hello, ${world}`);
const half = text("half");
const rest = [text(" and half"), finish(), done];
const both = whole("half and half");

/** A character of three bytes, cut off in its middle. */
const torn = Buffer.from(text("\u4e16")).subarray(0, -30);
const inMiddle = Buffer.from(text("\u4e16"));
const cutAt = inMiddle.indexOf(Buffer.from("\u4e16")) + 1;
const badBytes = Buffer.from(text("a?b"));
badBytes[badBytes.indexOf("?")] = 0xff;
const long = "0123456789abcdef".repeat(65_536);

export const streamFaults: readonly Fault[] = [
  stream(
    "one byte a chunk",
    Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
    hello,
  ),
  stream("CRLF line ends, each sign a chunk", Array.from(bytes.toString("utf8").replaceAll("\n", "\r\n")), hello),
  stream("lone CR line ends", [bytes.toString("utf8").replaceAll("\n", "\r")], hello),
  stream(
    "a character cut between chunks",
    [half, inMiddle.subarray(0, cutAt), inMiddle.subarray(cutAt), ...rest],
    whole("half\u4e16 and half"),
  ),
  fault(
    "UTF-8 that ends in the middle of a character",
    [streaming, chunk(half), chunk(torn.subarray(0, cutAt)), fin],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
  stream("bytes that are no UTF-8", [badBytes, finish(), done], whole("a\ufffdb")),
  stream(
    "an emoji cut into halves of a pair",
    [delta({ content: "\ud83d" }), delta({ content: "\ude00" }), finish(), done],
    whole("\u{1f600}"),
  ),
  stream("a line of 1 MB", [text(long), finish(), done], whole(long)),
  stream(
    "a line of 1 MB in 16,384 pieces",
    [...(text(long).match(/[\s\S]{1,64}/gu) ?? []), finish(), done],
    whole(long),
  ),
  stream("a byte order mark", ["\ufeff", half, ...rest], both),
  stream("comments between all lines", [": a\n\n", half, ": b\n", ":\n\n", ...rest], both),
  stream("comments alone", [": keep-alive\n\n", ": keep-alive\n\n"], failed("incomplete_answer", unfinished)),
  stream(
    "the same id on all chunks, and another on one",
    [half, event({ id: "other", choices: [{ delta: { content: " and half", role: "assistant" } }] }), finish(), done],
    both,
  ),
  stream("ids, retry and unknown fields", ["id: 7\nretry: 1\nfoo: bar\n", half, "id: 7\n", ...rest], both),
  stream(
    "an event over several data lines",
    [half, half.replace("half", " and half").replace(",", ",\ndata: "), finish(), done],
    both,
  ),
  stream("no finish reason, but [DONE]", [half, done], failed("incomplete_answer", unfinished, "half")),
  stream("no finish reason and no [DONE]", [half], failed("incomplete_answer", unfinished, "half")),
  stream("no [DONE]", [half, ...rest.slice(0, -1)], both),
  stream("no blank lines between the events", [[half, ...rest].join("").replaceAll("\n\n", "\n")], both),
  stream("garbage after [DONE]", [half, ...rest, "data: {oops\n\nwhat is this"], both),
  stream("garbage after the finish reason", [half, ...rest.slice(0, -1), "data: {oops\n\n"], both),
  stream("text after the finish reason", [half, finish(), text(" and half"), done], both),
  stream("usage alone", [usage, done], failed("incomplete_answer", unfinished)),
  stream("malformed JSON at once", ["data: {oops\n\n"], failed("stream_failed", "broken JSON")),
  stream(
    "malformed JSON in the middle",
    [half, "data: {oops\n\n", ...rest],
    failed("stream_failed", "broken JSON", "half"),
  ),
  stream(
    "two objects in one event",
    [`data: ${half.slice(6).trim()}${half.slice(6)}`],
    failed("stream_failed", "broken JSON"),
  ),
  stream(
    "JSON nested without measure",
    [half, `data: ${"[".repeat(200_000)}\n\n`],
    failed("stream_failed", "broken JSON", "half"),
  ),
  stream(
    "an error nested without measure",
    [half, `data: {"error":${"[".repeat(200_000)}${"]".repeat(200_000)}}\n\n`],
    failed("stream_failed", "cut off the answer", "half"),
  ),
  stream(
    "chunks of strange types",
    [
      half,
      "data: null\n\n",
      "data: 7\n\n",
      "data: []\n\n",
      event({ choices: [null] }),
      event({ choices: {} }),
      delta({ content: 7 }),
      delta({ content: [] }),
      ...rest,
    ],
    both,
  ),
  stream(
    "an error of OpenAI's shape, at once",
    [event({ error: { message: "engine died", code: 500 } })],
    failed("stream_failed", "engine died"),
  ),
  stream(
    "an error of OpenAI's shape, in the middle",
    [half, event({ error: { message: "engine died", code: 500 } })],
    failed("stream_failed", "engine died", "half"),
  ),
  stream(
    "an error of SiliconFlow's shape, in the middle",
    [half, event({ code: 50505, message: "Model service overloaded.", data: null })],
    failed("stream_failed", "Model service overloaded", "half"),
  ),
  stream(
    "an event called error",
    [half, `event: error\n${event({ error: { message: "engine died" } })}`],
    failed("stream_failed", "engine died", "half"),
  ),
  stream(
    "a limit in the middle",
    [half, event({ error: { message: "TPM limit reached", code: 429 } })],
    failed("rate_limited", "TPM limit reached", "half"),
  ),
  stream(
    "an error that is a bare string",
    [half, event({ error: "upstream gone" })],
    failed("stream_failed", "upstream gone", "half"),
  ),
  stream(
    "insufficient_system_resource",
    [half, finish("insufficient_system_resource"), done],
    failed("service_failed", "insufficient_system_resource", "half"),
  ),
  stream("content_filter", [half, finish("content_filter"), done], {
    ...failed("content_refused", "content_filter", "half", 4),
    code: null,
    status: "complete",
  }),
  stream("length", [half, finish("length"), done], { ...whole("half"), says: en.answer.cutByLength }),
  stream(
    "[DONE] and data: inside of the text",
    [text("data: [DONE]\n\ndata: {}"), finish(), done],
    whole("data: [DONE]\n\ndata: {}"),
  ),
];
