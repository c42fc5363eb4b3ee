/**
 * Two hundred programs ask at the same time under a budget for about half of them, at a server that counts:
 * `npm run bench -- budget`, or `node bench/budget.ts [processes]`. What is spent may never be more than the budget; who is refused
 * ends with exit code 3, and what the ledger holds is what the server billed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { rush } from "../test/support/budget-rush.ts";

const [processes = 200] = process.argv.slice(2).map(Number);
const launcher = fileURLToPath(new URL("../bin/deepseek-chat.js", import.meta.url));
const maxTokens = 10;
/** Milliseconds that an answer takes. */
const latency = 200;

/** What the answers are billed, in tokens; a token costs one yuan. */
const cases: Readonly<Record<string, { readonly limit: number; readonly tokens: (number: number) => number }>> = {
  "each billed all that it may cost": { limit: (processes * maxTokens) / 2, tokens: () => maxTokens },
  "each billed 1 to 10 of 10": { limit: (processes * 5.5) / 2, tokens: (number) => 1 + ((number * 7) % maxTokens) },
};

const columns = ["budget", "billed", "booked", "answered", "refused", "failed", "seconds"];
const line = (name: string, cells: readonly (string | number)[]) =>
  console.log(name.padEnd(38) + cells.map((cell) => String(cell).padStart(10)).join(""));
line(`${processes} programs at once; yuan`, columns);
for (const [name, { limit, tokens }] of Object.entries(cases)) {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-budget-"));
  const begun = performance.now();
  const found = await rush({
    launcher,
    home: join(folder, "home"),
    processes,
    limit,
    maxTokens,
    async answer(number) {
      await sleep(latency);
      return tokens(number);
    },
  });
  const { billed, booked, answered, refused, failures, requests, reserved } = found;
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  line(name, [limit, billed, booked, answered, refused, failures.length, seconds]);
  for (const failure of failures.slice(0, 5)) console.log(failure);
  const holds = billed <= limit && billed === booked && requests === answered && reserved === 0;
  console.log(holds && failures.length === 0 ? "  never over, all of it booked" : "  DOES NOT HOLD");
  if (!holds || failures.length > 0) process.exitCode = 1;
  rmSync(folder, { recursive: true, force: true });
}
