import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { batchProgress } from "../../src/words/en/batch-progress.ts";
import { FakeClock, hasFakeClock } from "../support/fake-clock.ts";
import { askingAt, newPlace, type Place, put, run, start } from "../support/program.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { any, patternOf, wordsOf } from "../support/words.ts";

const args = ["batch", "run", "in.txt", "-o", "out.jsonl"];

/** The question of a request. */
const asked = ({ body }: Received) => (body as unknown as { messages: { content: string }[] }).messages.at(-1)!.content;

/** A place with an input of so many lines. */
function placeWith(lines: number): Place {
  const place = newPlace();
  put(join(place.cwd, "in.txt"), Array.from({ length: lines }, (_, index) => `q${index}\n`).join(""));
  return place;
}

/** Lines of the output, each once. */
function answeredIn({ cwd }: Place): number {
  const path = join(cwd, "out.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  expect(new Set(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).size).toBe(lines.length);
  return lines.length;
}

describe.concurrent("batch run", () => {
  test("stops at a key that is refused, marks nothing as failed, and goes on with one that is not", async () => {
    let isRefused = true;
    const error = { error: { message: "Authentication Fails" } };
    await using server = await serve((request) => (isRefused ? refusal(401, error) : answer(asked(request))));
    const place = placeWith(60);
    const refused = await run(args, { place, env: askingAt(server) });
    expect([refused.code, answeredIn(place)]).toEqual([3, 0]);
    expect(server.requests.length).toBeLessThan(10);
    isRefused = false;
    expect((await run(args, { place, env: askingAt(server) })).code).toBe(0);
    expect(answeredIn(place)).toBe(60);
  });

  test("waits for a service that refuses all for now, one request at a time, and keeps all where it goes on so", async () => {
    await using server = await serve(() => refusal(429, { error: { message: "Slow down." } }));
    const place = placeWith(200);
    const { code, stderr } = await run([...args, "--max-wait", "2"], { place, env: askingAt(server) });
    expect(stderr).toMatch(patternOf(wordsOf("no_answers", { provider: "deepseek", seconds: 2, last: any }).what));
    expect([code, answeredIn(place)]).toEqual([5, 0]);
    expect(server.requests.length).toBeLessThan(20);
  });

  test("finishes at a signal what is under way, and nothing of it is asked again", async () => {
    const held = Promise.withResolvers<void>();
    await using server = await serve(async (request) => {
      await held.promise;
      return answer(asked(request));
    });
    const place = placeWith(12);
    const running = start(args, { place, env: askingAt(server) });
    await server.received(8);
    running.kill("SIGINT");
    setTimeout(() => held.resolve(), 200);
    expect((await running.done).code).toBe(130);
    expect([answeredIn(place), server.requests.length]).toEqual([8, 8]);
    expect((await run(args, { place, env: askingAt(server) })).code).toBe(0);
    expect([answeredIn(place), server.requests.length]).toEqual([12, 12]);
  });

  test("gives up at a second signal what is under way", async () => {
    await using server = await serve(() => new Promise(() => {}));
    const place = placeWith(12);
    const running = start(args, { place, env: askingAt(server) });
    await server.received(8);
    running.kill("SIGTERM");
    setTimeout(() => running.kill("SIGTERM"), 200);
    const { code } = await running.done;
    expect([code, answeredIn(place)]).toEqual([143, 0]);
  });

  test("takes no more work when what is spent and set aside reaches the limit", async () => {
    await using server = await serve((request) => answer(asked(request)));
    const place = placeWith(40);
    const limited = [...args, "-m", "deepseek-v4-pro", "--max-tokens", "100", "--max-cost"];
    const { code, stderr } = await run([...limited, "0.008"], { place, env: askingAt(server) });
    expect(code).toBe(3);
    expect(stderr).toMatch(patternOf(batchProgress.ended.cost({ finished: any, total: any, time: any })));
    const first = answeredIn(place);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(40);
    expect((await run([...limited, "5"], { place, env: askingAt(server) })).code).toBe(0);
    expect([answeredIn(place), server.requests.length]).toEqual([40, 40]);
  });

  test.each(["--rpm", "--tpm", "--concurrency", "--item-timeout"])("refuses %s 0", async (option) => {
    const place = placeWith(1);
    const { code, stderr } = await run([...args, option, "0"], { place });
    expect(code).toBe(2);
    expect(stderr).toContain("1");
  });

  test.runIf(hasFakeClock)("sends nothing at peak hours, and goes on when they are over", async () => {
    await using server = await serve((request) => answer(asked(request)));
    const place = placeWith(30);
    const clock = new FakeClock(place, "2026-11-27 17:20:00");
    const env = { ...askingAt(server), ...clock.env };
    const running = start([...args, "--off-peak"], { place, env });
    await expect.poll(() => existsSync(join(place.cwd, "out.jsonl")), { timeout: 30_000 }).toBe(true);
    expect(server.requests).toHaveLength(0);
    clock.set("2026-11-27 18:00:10");
    expect((await running.done).code).toBe(0);
    expect(answeredIn(place)).toBe(30);
  });
});
