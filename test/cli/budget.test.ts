import { join } from "node:path";
import { expect, test } from "vitest";
import { rush } from "../support/budget-rush.ts";
import { askingAt, launcher, newPlace, put, run, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, refusal, text } from "../support/wire.ts";
import { en } from "../support/words.ts";

test("programs that ask at the same time never spend more than the budget together", async () => {
  const settled = Promise.withResolvers<void>();
  let [ended, received] = [0, 0];
  const look = () => {
    // All whose money was reserved have asked, and all others were refused meanwhile; or one asked too many.
    if (ended === 4 || received > 4) settled.resolve();
  };
  const found = await rush({
    launcher,
    home: join(newPlace().home, "rush"),
    processes: 8,
    limit: 45,
    maxTokens: 10,
    async answer() {
      received++;
      look();
      await settled.promise;
      return 10;
    },
    onEnded() {
      ended++;
      look();
    },
  });
  expect(found).toEqual({ answered: 4, refused: 4, failures: [], requests: 4, billed: 40, booked: 40, reserved: 0 });
});

/** A token of an answer costs a yuan, and a prompt nothing. */
const prices = "models: { deepseek/deepseek-flash: { CNY: { cached: 0, input: 0, output: 1000000 } } }\n";

test("an answer that was stopped stays in the budget with the most that it can have cost, and is told apart", async () => {
  await using server = await serve([{ body: [text("twelve bytes")], end: "stall" }, answer("never asked")]);
  const place = newPlace();
  put(place.configFile, `model: deepseek/deepseek-flash\ncurrency: CNY\nbudget: { day: 100 }\n${prices}`);
  const options = { place, env: askingAt(server) };
  const asking = start(["ask", "--max-tokens", "100", "hi"], options);
  await asking.until(({ stdout }) => stdout.includes("twelve bytes"));
  asking.kill("SIGINT");
  expect((await asking.done).code).toBe(130);
  const bounds = { cost_unknown: 1, uncounted: 1, costs: [], at_most: [{ currency: "CNY", amount: 12 }] };
  const total = async () => (JSON.parse((await run(["usage", "--json"], options)).stdout) as { total: object }).total;
  expect(await total()).toMatchObject(bounds);
  expect((await run(["usage"], options)).stdout).toContain(en.usage.notCounted({ requests: 1, atMost: "¥12.00" }));
  const refused = await run(["ask", "--max-tokens", "89", "-o", "json", "hi"], options);
  expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('"budget_exceeded"') as string });
  expect(server.requests).toHaveLength(1);
  expect((await run(["usage", "--rebuild"], options)).code).toBe(0);
  expect(await total()).toMatchObject(bounds);
});

test("chat --estimate says what each line costs at most, and asks nothing", async () => {
  await using server = await serve([]);
  const place = newPlace();
  put(place.configFile, `model: deepseek/deepseek-flash\ncurrency: CNY\n${prices}`);
  const input = "one\ntwo\nq\n";
  const { code, stdout } = await run(["--estimate", "--max-tokens", "7"], { place, env: askingAt(server), input });
  expect(code).toBe(0);
  const line = expect.stringContaining(en.usage.atMost({ cost: "¥7.00", tariff: null })) as string;
  expect(stdout.trimEnd().split("\n")).toEqual([line, line]);
  expect(server.requests).toHaveLength(0);
});

test("a provider that takes over is held by its own limit before the answer, and not in the midst of it", async () => {
  await using first = await serve([refusal(503, {}), { body: [text("One, ")], end: "cut" }]);
  await using second = await serve([answer("two.")]);
  const place = newPlace();
  const config = [
    "model: deepseek/deepseek-flash",
    "currency: CNY",
    "budget: { siliconflow: { day: 5 } }",
    "retries: 0",
    "models: { m: { CNY: { cached: 0, input: 0, output: 1000000 } } }",
    "failover: { deepseek/deepseek-flash: [siliconflow/m] }",
  ];
  put(place.configFile, `${config.join("\n")}\n`);
  const env = { ...askingAt(first), SILICONFLOW_API_KEY: "sk-two", SILICONFLOW_BASE_URL: second.url };
  const ask = async () => await run(["ask", "--no-thinking", "--max-tokens", "10", "-o", "json", "hi"], { place, env });
  const refused = await ask();
  expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining('"budget_exceeded"') as string });
  expect(second.requests).toHaveLength(0);
  expect(JSON.parse((await ask()).stdout)).toMatchObject({ answer: "One, two.", complete: true });
  expect([first.requests.length, second.requests.length]).toEqual([2, 1]);
});
