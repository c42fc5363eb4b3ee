import { writeSync } from "node:fs";
import { AppError } from "../../src/errors.ts";
import { Ledger } from "../../src/usage/ledger.ts";

/** A program that books rows one by one and prints the id of each once it is booked: `die` kills it, `fill` goes on to an error. */
const [path = "", act = ""] = process.argv.slice(2);
const ledger = Ledger.open(path);

try {
  for (let number = 0; number < 5000; number++) {
    const id = `r${number}`;
    const to = { provider: "deepseek", model: "deepseek-flash" };
    const sentAt = new Date(number);
    const unknown = { usage: null, cost: null, atMost: null };
    ledger.book([{ id, sentAt, to, purpose: "question", ...unknown, conversation: "c", turn: "t" }]);
    writeSync(1, `${id}\n`);
    if (act === "die" && number === 20) process.kill(process.pid, "SIGKILL");
  }
} catch (error) {
  writeSync(
    1,
    error instanceof AppError ? `${error.code} ${(error.details as { reason: string }).reason}\n` : String(error),
  );
}
