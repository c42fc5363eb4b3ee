import { describe, expect, test } from "vitest";
import { askingAt, run } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { done, event, text } from "../support/wire.ts";

const rows: readonly (readonly [shape: unknown, words: string, code: string, exit: number])[] = [
  [
    { choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
    "insufficient balance",
    "no_balance",
    3,
  ],
  [{ error_code: 110, error_msg: "Access token invalid" }, "Access token invalid", "key_rejected", 3],
  [{ success: false, message: "no channel for this model" }, "no channel for this model", "model_not_found", 4],
  [{ code: 401, msg: "token expired", data: null }, "token expired", "key_rejected", 3],
  [{ detail: "Model is loading" }, "Model is loading", "model_loading", 5],
  [[{ error: { code: 400, message: "API key not valid" } }], "API key not valid", "key_rejected", 3],
  [
    { Response: { Error: { Code: "LimitExceeded", Message: "too many requests" } } },
    "too many requests",
    "rate_limited",
    5,
  ],
  [{ errors: [{ message: "prompt is too long" }] }, "prompt is too long", "context_too_long", 4],
  [{ message: "Unauthorized" }, "Unauthorized", "key_rejected", 3],
  [{ error: "engine died" }, "engine died", "stream_failed", 5],
];

async function outcome(reply: Reply) {
  await using server = await serve([reply]);
  const args = ["ask", "--retries", "0", "--no-transcript", "-o", "json", "what?"];
  const { code, stdout, stderr } = await run(args, { env: askingAt(server) });
  return { exit: code, stderr, ...(JSON.parse(stdout) as { answer: string; error: { code: string } | null }) };
}

describe.concurrent("an error with a status that says that all is well", () => {
  test.each(rows)("%j in place of an answer", async (shape, words, code, exit) => {
    const { error, ...got } = await outcome({
      headers: { "content-type": "application/json" },
      body: JSON.stringify(shape),
    });
    expect({ ...got, code: error?.code }).toMatchObject({
      exit,
      code,
      stderr: expect.stringContaining(words) as string,
    });
  });

  test.each(rows)("%j in the midst of a stream", async (shape, words, code, exit) => {
    const { error, ...got } = await outcome({ body: [text("half"), event(JSON.stringify(shape)), done] });
    expect({ ...got, code: error?.code }).toMatchObject({
      exit,
      code,
      answer: "half",
      stderr: expect.stringContaining(words) as string,
    });
  });

  test("an object that is neither an answer nor an error is quoted", async () => {
    const body = JSON.stringify({ hello: "from another service" });
    const { exit, error, stderr } = await outcome({ headers: { "content-type": "application/json" }, body });
    expect([exit, error?.code]).toEqual([5, "unexpected_shape"]);
    expect(stderr).toContain("from another service");
  });
});

describe.concurrent("a content encoding", () => {
  test.each(["constructor", "__proto__", "toString", "zstd", "br", "gzip, br", "identity"])(
    "%s that does not fit is no fault of the program",
    async (encoding) => {
      const { exit } = await outcome({ headers: { "content-encoding": encoding }, body: [text("hi"), done] });
      expect(exit).toBe(5);
    },
  );
});
