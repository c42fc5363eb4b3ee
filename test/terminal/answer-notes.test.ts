import { expect, test } from "vitest";
import type { RequestReason } from "../../src/chat/events.ts";
import type { RequestRecord } from "../../src/chat/requests.ts";
import { AppError } from "../../src/errors.ts";
import { failureOf, partNotes } from "../../src/terminal/answer-notes.ts";
import { describe } from "../../src/terminal/terminal.ts";
import { en } from "../support/words.ts";

const busy = new AppError("service_failed", { provider: "p", status: 503, reason: "busy" });
const why = describe(busy, en.errors).split(/(?<=\.) /u)[0]!;

/** In capitals where the request produces output. */
type Shown = RequestReason | Uppercase<RequestReason>;

function records(...reasons: readonly Shown[]): RequestRecord[] {
  return reasons.map((reason, index) => ({
    to: { provider: `p${index}`, model: `m${index}` },
    why: reason.toLowerCase() as RequestReason,
    error: index === 0 ? null : busy,
    usage: null,
    producedOutput: reason === reason.toUpperCase(),
    outputBytes: 0,
    thought: 0,
    failure: null,
    sent: { model: `m${index}`, messages: [], sampling: {}, thinking: null, stream: true },
    at: 0,
    sentAt: new Date(0),
  }));
}

const notes = (...reasons: readonly Shown[]) => partNotes(en, { requests: records(...reasons), error: null });
const { continued, failover, failoverFailed } = en.answer;

test("below an answer of one provider in one piece there is nothing to say, however often it was retried", () => {
  expect(notes("first", "retry", "RETRY")).toEqual([]);
});

test("who took over is named, and who produced nothing; a retry counts for the request that it repeats", () => {
  expect(notes("first", "failover", "failover", "retry", "RETRY")).toEqual([
    failoverFailed({ why, provider: "p1", model: "m1" }),
    failover({ why, provider: "p2", model: "m2" }),
  ]);
});

test("how an answer was continued is said for each continuation, without a reason where an earlier turn broke off", () => {
  expect(notes("CONTINUE-PREFIX", "continue-prefix", "CONTINUE-PROMPT", "RESTART")).toEqual([
    continued["continue-prefix"]({ why: "", provider: "p0" }).trimStart(),
    continued.failed({ why, provider: "p1" }),
    continued["continue-prompt"]({ why, provider: "p2" }),
    continued.restart({ why, provider: "p3" }),
  ]);
});

test("why an answer is not whole names all that failed, each with its reason", () => {
  const error = new AppError("interrupted", {});
  const requests = records("first", "failover");
  expect(failureOf(en, { requests, error })).toBe(
    [failoverFailed({ why, provider: "p1", model: "m1" }), describe(error, en.errors)].join("\n"),
  );
  expect(failureOf(en, { requests, error: null })).toBeNull();
});
