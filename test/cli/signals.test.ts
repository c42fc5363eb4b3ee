import { describe, expect, test } from "vitest";
import { askingAt, start, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, text } from "../support/wire.ts";

// Windows has no signals to catch: a process that is ended there is simply gone.
describe.skipIf(process.platform === "win32").concurrent("a signal in the middle of an answer", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends ask with %d and keeps what came", async (signal, exitCode) => {
    await using server = await serve([{ body: [text("half of it")], end: "stall" }]);
    const running = start(["ask", "q"], { env: askingAt(server) });
    await running.until(({ stdout }) => stdout === "half of it");
    running.kill(signal);
    const { code, stdout, stderr, place } = await running.done;
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "half of it\n" });
    expect(stderr.trim()).toBe("Interrupted.");
    const [transcript = ""] = transcriptsOf(place);
    expect(transcript).toMatch(/Answer:\nhalf of it\n/u);
    expect(transcript).toContain("] Interrupted:\n");
    expect(transcript).toMatch(/\n-{40}\n/u);
    await server.abandoned;
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a session that is piped in with %d", async (signal, exitCode) => {
    await using server = await serve([answer("one"), { body: [text("half")], end: "stall" }]);
    const running = start([], { input: "first\nsecond\nthird\n", openInput: true, env: askingAt(server) });
    await running.until(({ stdout }) => stdout.includes("half"));
    running.kill(signal);
    const { code, place } = await running.done;
    expect({ code, requests: server.requests.length }).toEqual({ code: exitCode, requests: 2 });
    expect(transcriptsOf(place)[0]).toMatch(/Answer:\none\n[\s\S]*Answer:\nhalf\n[\s\S]*\] Interrupted:\n/u);
  });

  test("before anything came is recorded too", async () => {
    await using server = await serve([{ body: [], end: "stall" }]);
    const running = start(["ask", "q"], { env: askingAt(server) });
    await server.received(1);
    running.kill("SIGINT");
    const { code, stdout, place } = await running.done;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(transcriptsOf(place)[0]).toMatch(/Question:\nq\n[\s\S]*\] Interrupted:\n/u);
  });

  test("while more of the question is waited for ends it", async () => {
    await using server = await serve([answer("never")]);
    const running = start(["ask", "q"], { env: askingAt(server), openInput: true });
    // More than a pipe holds: when all of it is gone, somebody reads.
    await new Promise((resolve) => {
      running.stdin!.write("x".repeat(1_000_000), resolve);
    });
    running.kill("SIGINT");
    expect(await running.done).toMatchObject({ code: 130, stdout: "" });
    expect(server.requests).toHaveLength(0);
  });

  test("during the wait for another attempt ends it at once", async () => {
    await using server = await serve([{ status: 503, headers: { "retry-after": "60" }, body: "" }]);
    const running = start(["ask", "q"], { env: askingAt(server) });
    await running.until(({ stderr }) => stderr.includes("2 of 4"));
    running.kill("SIGINT");
    expect((await running.done).code).toBe(130);
  });
});

test.concurrent("a session whose stdout nobody reads any more ends quietly", async () => {
  const more = Promise.withResolvers<void>();
  const long = Array.from({ length: 200 }, (_, index) => text(`${index} `.repeat(500)));
  await using server = await serve([{ body: [text("a"), more.promise, ...long], end: "stall" }]);
  const running = start(["-q"], { input: "first\nsecond\n", openInput: true, env: askingAt(server) });
  await running.until(({ stdout }) => stdout.includes("a"));
  running.closeStdout();
  more.resolve();
  const { code, stderr } = await running.done;
  expect({ code, stderr, requests: server.requests.length }).toEqual({ code: 0, stderr: "", requests: 1 });
});
