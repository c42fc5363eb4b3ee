import { expect, test } from "vitest";
import { AppError, type ErrorCode } from "../../src/errors.ts";
import { describe as told } from "../../src/terminal/terminal.ts";
import { errors as english } from "../../src/words/en/errors.ts";
import { errors as chinese } from "../../src/words/zh/errors.ts";

/** Words of a service, of the system or of commander. */
const foreign = new Set(["reason", "said", "message", "start"]);

/** What is looked up in a table of the code's own, or is a list there. */
const ofCode: Readonly<Record<string, object>> = {
  auth_failed: { why: "token" },
  batch_changed: { changes: [{ what: "input" }] },
  batch_left: { statuses: ["expired"] },
  not_offered: { service: "batches", others: ["one"] },
  job_exists: { ids: ["ftjob-1"] },
  job_unsuccessful: { outcome: "failed", code: "" },
  service_unreadable: { service: "batches" },
};

/** Details whose foreign texts are all the same; what is looked up in a table, counted or listed is of its kind. */
function detailsWith(code: string, text: string): object {
  const other: Readonly<Record<string, unknown>> = {
    status: 400,
    seconds: 3,
    count: 2,
    line: 3,
    wait: null,
    limit: null,
    key: "name",
    nearest: null,
    proxy: null,
    known: ["one"],
    names: ["one"],
    errors: ["one"],
    candidates: ["one"],
    calls: "tool",
    scope: "day",
    came: "nothing",
    why: "failed",
    cause: "dns",
    hint: "setup",
    advice: "none",
    transcript: null,
    url: "https://h.test/v1",
    asked: null,
    ended: null,
    ...ofCode[code],
  };
  return new Proxy(
    {},
    {
      get: (_, name) => (Object.hasOwn(other, name) ? other[String(name)] : foreign.has(String(name)) ? text : "name"),
    },
  );
}

const languages = { english, chinese };

test.each(["It failed.", "\u5931\u8d25\u3002", "What?", "No!", ""])(
  "no sentence has two full stops, empty brackets or a blank too many around %j",
  (text) => {
    const wrong = Object.values(languages).flatMap((words) =>
      Object.keys(words).flatMap((code) => {
        const error = new AppError(code as ErrorCode, detailsWith(code, text) as never);
        const said = told(error, words);
        return /[.\u3002!?]{2}(?!\.)|\(\s*\)|\uff08\s*\uff09|[:,\uff1a] ?[.)\u3002\uff09]| {2}|^\s|\s$/u.test(said)
          ? [said]
          : [];
      }),
    );
    expect(wrong).toEqual([]);
  },
);

test("an ellipsis stays", () => {
  const error = new AppError("stream_failed", { provider: "mine", reason: "wait..." });
  expect(told(error, english)).toContain("wait...");
});
