import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { batchProgress } from "../../src/words/en/batch-progress.ts";
import { batchProgress as chinese } from "../../src/words/zh/batch-progress.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, start } from "../support/program.ts";
import { type RawServer, type Received, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { wordsOf } from "../support/words.ts";

const args = ["batch", "run", "in.txt", "-o", "out.jsonl", "--retries", "0"];
const asked = ({ body }: Received) => (body as unknown as { messages: { content: string }[] }).messages.at(-1)!.content;

/** A server that refuses one question, and answers `last` once it is let. */
async function holding(): Promise<{ server: RawServer; letGo: () => void }> {
  const held = Promise.withResolvers<void>();
  const server = await serve(async (request) => {
    const question = asked(request);
    if (question === "bad") return refusal(400, { error: { message: "No." } });
    if (question === "last") await held.promise;
    return answer(question);
  });
  return { server, letGo: () => held.resolve() };
}

function prepared(): Place {
  const place = newPlace();
  put(join(place.cwd, "in.txt"), "one\nbad\ntwo\nlast\n");
  return place;
}

test.for(["en", "zh"] as const)(
  "on a terminal, rows that follow the run, and a summary in their place (%s)",
  async (language) => {
    const words = language === "en" ? batchProgress : chinese;
    const { server, letGo } = await holding();
    await using _ = server;
    const place = prepared();
    await using terminal = openProgram([...args, "--lang", language], {
      place,
      env: askingAt(server),
      cols: 80,
      rows: 10,
    });
    await terminal.until(/3\/4/u);
    const rows = terminal.screen().split("\n");
    expect(rows.find((row) => row.includes("3/4"))).toMatch(/^[━]+─+ {3}75% {2}3\/4 · /u);
    expect(terminal.screen()).toContain(`${words.done({ items: "2" })} · ${words.failed({ items: "1" })}`);
    expect(terminal.screen()).toContain("✗ 1 request_refused");
    letGo();
    const { code } = await terminal.exit;
    expect(code).toBe(4);
    // The rows are gone, and the summary stands in their place.
    expect(terminal.scrollback()).not.toContain("━");
    expect(terminal.scrollback()).toContain(words.failures({ codes: "1 request_refused" }));
    expect(terminal.scrollback()).toContain(words.output({ path: "out.jsonl" }));
  },
);

test("rows fit a terminal that is made narrower", async () => {
  const { server, letGo } = await holding();
  await using _ = server;
  await using terminal = openProgram(args, { place: prepared(), env: askingAt(server), cols: 80, rows: 10 });
  await terminal.until(/─ .*3\/4/u);
  terminal.resize(40, 10);
  await terminal.until(/^3\/4 · /mu);
  letGo();
  await terminal.exit;
  expect(terminal.scrollback()).toContain(batchProgress.output({ path: "out.jsonl" }));
});

test("--verbose has a line for each failure, --quiet none at all, a dumb terminal no rows", async () => {
  const { server, letGo } = await holding();
  await using _ = server;
  letGo();
  const options = { env: askingAt(server) };
  const verbose = await run([...args, "--verbose"], { ...options, place: prepared() });
  expect(verbose.stderr).toMatch(/^line-2 · request_refused · /mu);
  expect((await run([...args, "--quiet"], { ...options, place: prepared() })).stderr).toBe("");
  const place = prepared();
  await using terminal = openProgram(args, { place, env: { ...askingAt(server), TERM: "dumb" }, cols: 80, rows: 10 });
  await terminal.exit;
  expect(terminal.raw).not.toContain("\u001b");
  expect(terminal.scrollback()).toContain(batchProgress.output({ path: "out.jsonl" }));
});

test("--json has the events and the summary, and --metrics the figures, which are read once more at the end", async () => {
  const { server, letGo } = await holding();
  await using _ = server;
  const running = start([...args, "--json", "--metrics", "0"], { place: prepared(), env: askingAt(server) });
  await running.until(({ stdout }) => stdout.split('"type":"result"').length === 4);
  const [line = ""] = running.stdout.split("\n");
  const { url } = JSON.parse(line) as { url: string };
  const read = async () => await (await fetch(url)).text();
  expect(await read()).toContain('deepseek_chat_batch_items{state="in_flight"} 1\n');
  letGo();
  await running.until(({ stdout }) => stdout.includes('"type":"summary"'));
  const page = await read();
  expect(page).toContain('deepseek_chat_batch_items{state="answered"} 3\n');
  const labels = 'gen_ai_operation_name="chat",gen_ai_provider_name="deepseek",gen_ai_request_model="deepseek-flash"';
  expect(page).toMatch(new RegExp(`^gen_ai_client_operation_duration_seconds_count\\{${labels}\\} 3$`, "mu"));
  const { stdout, stderr, code } = await running.done;
  expect(code).toBe(4);
  expect(stderr).toBe("");
  const lines = stdout.trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    type: "summary",
    why: "done",
    total: 4,
    answered: 3,
    failed: 1,
    errors: { request_refused: 1 },
    output: "out.jsonl",
  });
});

test("an address that cannot be listened on is told before anything is sent", async () => {
  await using server = await serve([answer("yes")]);
  const busy = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => busy.once("listening", resolve));
  const { port } = busy.address() as AddressInfo;
  const options = { place: prepared(), env: askingAt(server) };
  const taken = await run([...args, "--metrics", String(port)], options);
  busy.close();
  expect(taken.code).toBe(2);
  expect(taken.stderr).toContain(
    wordsOf("address_unusable", { address: `127.0.0.1:${port}`, reason: "EADDRINUSE" }).what,
  );
  const wrong = await run([...args, "--metrics", "port"], options);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("[host:]port");
  expect(server.requests).toHaveLength(0);
});
