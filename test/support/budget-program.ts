import { writeSync } from "node:fs";
import { Budget } from "../../src/usage/budget.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import { waitForLock } from "../../src/usage/lock-wait.ts";

/**
 * A program that sends requests of at most 0.03 yuan one after another, each of which is billed 0.01, under a budget of a day; it prints
 * what was reserved and booked. With `die` it is killed after it reserved.
 */
const [path = "", day = "", requests = "", act = ""] = process.argv.slice(2);
using ledger = await waitForLock(() => Ledger.open(path));
const none = { day: null, month: null, conversation: null };
const budget = new Budget(
  ledger,
  { currency: "CNY", all: { ...none, day: Number(day) }, providers: {}, command: null },
  "UTC",
);
const to = { provider: "deepseek", model: "m" };
const at = new Date("2026-11-20T12:00:00Z");
let booked = 0;
for (let number = 0; number < Number(requests); number++) {
  const cost = { currency: "CNY", amount: 0.03 };
  const claim = { to, purpose: "question" as const, cost, atPeak: false, conversation: null, at };
  const { reservation } = await waitForLock(() => budget.reserve(claim));
  if (reservation === null) break;
  if (act === "die") {
    writeSync(1, "reserved\n");
    process.kill(process.pid, "SIGKILL");
  }
  const id = `${process.pid}-${number}`;
  const row = {
    id,
    sentAt: at,
    to,
    usage: null,
    cost: { ...cost, amount: 0.01 },
    atMost: null,
    conversation: null,
    turn: null,
  };
  await waitForLock(() => budget.settle([reservation], [{ ...row, purpose: "question" }]));
  booked++;
}
writeSync(1, `${booked}\n`);
