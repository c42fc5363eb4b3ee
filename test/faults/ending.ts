import { chunk, lastChunk, streaming } from "../support/tcp.ts";
import { counted, delta, done, event, finish, text, usage } from "../support/wire.ts";
import { failed, type Fault, fault, fin, type Outcome, reset, type Step, unfinished, whole } from "./fault.ts";
import { en } from "../support/words.ts";

/** What a stream says of its own end, or does not; see src/providers/wire/stream-end.ts. */

/** Events, each a chunk of its own; numbers are waits. */
function stream(
  name: string,
  events: readonly (string | number)[],
  outcome: Outcome,
  close: readonly Step[] = [lastChunk],
) {
  const steps = events.map((piece) => (typeof piece === "number" ? piece : chunk(piece)));
  return fault(name, [streaming, ...steps, ...close], outcome);
}

const half = text("half");
const rest = text(" and half");
const both = whole("half and half");
const said = (choice: object, more: object = {}) => event({ choices: [{ index: 0, delta: {}, ...choice }], ...more });
const cut = failed("incomplete_answer", unfinished, "half");
const tool = { tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "search", arguments: "{}" } }] };
const empty = (says: string) => failed("empty_answer", says, "", 4);
/** Longer than what is waited for behind a finish reason. */
const long = 3500;

export const endingFaults: readonly Fault[] = [
  stream("finish reason, usage, [DONE]", [half, rest, finish(), usage, done], both),
  stream("finish reason, then the connection is reset", [half, rest, finish()], both, [reset]),
  stream("finish reason, then silence", [half, rest, finish()], both, []),
  stream(
    "finish reason on the first chunk, and text after a while",
    [finish(), long, half, rest, finish(), done],
    both,
  ),
  stream(
    "finish reason on every chunk",
    [said({ delta: { content: "half" }, finish_reason: "stop" }), long, rest, finish()],
    both,
  ),
  stream("finish reason, text, [DONE]", [half, finish(), rest, done], both),
  stream("finish reason, text, and no further sign", [finish(), half], cut),
  stream(
    "finish reason, text, then the connection is reset",
    [finish(), half],
    failed("stream_failed", "ECONNRESET", "half"),
    [reset],
  ),
  stream("[DONE], then text and a finish reason", [half, done, rest, finish(), done], both),
  stream("[DONE] without a finish reason", [half, done], cut),
  stream("[DONE] without a finish reason, the connection stays open", [half, done], cut, []),
  stream("[DONE] without a finish reason, but the answer counted", [half, rest, usage, done], both),
  stream(
    "usage on every chunk and [DONE], without a finish reason",
    [delta({ content: "half" }, { usage: counted }), done],
    cut,
  ),
  stream("neither finish reason nor [DONE]", [half], cut),
  stream(
    "finish reason as the word null, to the end",
    [said({ delta: { content: "half" }, finish_reason: "null" }), done],
    cut,
  ),
  stream("finish reason STOP", [half, rest, finish("STOP")], both),
  stream("finish reason end_turn", [half, rest, finish("end_turn")], both),
  stream("finish reason in the delta", [half, rest, event({ choices: [{ delta: { finish_reason: "stop" } }] })], both),
  stream("finish reason beside the choices", [half, rest, event({ choices: [], finish_reason: "stop" })], both),
  stream("finish reason as finishReason", [half, rest, said({ finishReason: "STOP" })], both),
  stream(
    "a stop string beside the finish reason",
    [half, rest, said({ finish_reason: "stop", stop_reason: "###" })],
    both,
  ),
  stream("finish reason max_tokens", [half, finish("max_tokens")], { ...whole("half"), says: en.answer.cutByLength }),
  stream("finish reason error", [half, finish("error"), done], failed("stream_failed", "finish_reason: error", "half")),
  stream(
    "finish reason error, and the error in the choice",
    [half, said({ finish_reason: "error", error: { code: 502, message: "Provider disconnected" } }), done],
    failed("stream_failed", "Provider disconnected", "half"),
  ),
  stream(
    "an error beside the choices",
    [half, said({ finish_reason: null }, { error: { message: "Provider disconnected" } }), done],
    failed("stream_failed", "Provider disconnected", "half"),
  ),
  stream("finish reason abort", [half, finish("abort")], failed("stream_failed", "finish_reason: abort", "half")),
  stream(
    "finish reason of nobody's",
    [half, finish("vibes"), done],
    failed("finish_unknown", "finish reason: vibes", "half"),
  ),
  stream("no answer", [delta({ content: "" }), finish(), done], empty("Empty answer")),
  stream("an answer of blanks", [text("  "), finish(), done], {
    ...empty("Empty answer"),
    answer: "  ",
  }),
  stream("thinking alone", [delta({ reasoning_content: "hm" }), finish(), done], empty("only thinking")),
  stream("<think> that is never closed", [text("<think>\nhm. 42"), finish(), done], empty("only thinking")),
  stream(
    "a call of a tool alone",
    [delta({ content: null, ...tool }), finish("tool_calls"), done],
    empty("offered: search"),
  ),
  stream("a refusal", [delta({ content: "", refusal: "I cannot." }), finish(), done], {
    ...failed("content_refused", "refusal", "I cannot.", 4),
    code: null,
    status: "complete",
  }),
  stream("text in parts", [delta({ content: [{ type: "text", text: "half" }] }), rest, finish(), done], both),
  stream(
    "thinking in parts",
    [delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }), half, rest, finish(), done],
    both,
  ),
  stream("thinking without an opening tag", [text("hm.\n") + text("</think>\n\nhalf"), rest, finish(), done], both),
  stream(
    "two choices",
    [
      event({ choices: [{ index: 0, delta: { content: "half" } }] }),
      event({ choices: [{ index: 1, delta: { content: "other" }, finish_reason: "stop" }] }),
      rest,
      event({
        choices: [
          { index: 1, delta: { content: "other" } },
          { index: 0, delta: {}, finish_reason: "stop" },
        ],
      }),
      done,
    ],
    both,
  ),
  stream("an event without data", [half, "data:\n\n", "event: message\n\n", rest, finish(), done], both),
  stream(
    "a word that keeps the connection open",
    [half, "event: heartbeat\ndata: keep-alive\n\n", rest, finish(), done],
    both,
  ),
  stream("events without blank lines between them", [half.slice(0, -1) + rest, finish(), done], both),
  stream("the last event without its blank line", [half, rest, finish().trimEnd()], both),
  stream(
    "an event called error, with null",
    [half, "event: error\ndata: null\n\n"],
    failed("stream_failed", "event: error", "half"),
  ),
  stream(
    "a sentence in place of an event",
    [half, "data: upstream timed out\n\n"],
    failed("stream_failed", "upstream timed out", "half"),
  ),
  stream(
    "a line of JSON behind the events",
    [half, '{"error":{"message":"upstream gone"}}\n'],
    failed("stream_failed", "upstream gone", "half"),
  ),
  stream(
    "a field called error",
    [half, 'error: {"message":"upstream gone"}\n\n'],
    failed("stream_failed", "upstream gone", "half"),
  ),
  stream("a sentence behind the finish reason", [half, rest, finish(), "data: goodbye\n\n"], both),
  stream("an event stream without a byte", [], failed("empty_stream", "before it began")),
  fault(
    "text in pieces, then closed in the middle",
    [streaming, chunk(half), fin],
    failed("stream_failed", "ECONNRESET", "half"),
  ),
];
