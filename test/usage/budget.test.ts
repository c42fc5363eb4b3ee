import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget, type BudgetLimits, type SpendingLimits } from "../../src/usage/budget.ts";
import { rebuildLedger } from "../../src/usage/ledger-rebuild.ts";
import type { LedgerRow } from "../../src/usage/ledger-row.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import type { Reservation } from "../../src/usage/reservation.ts";
import { ledgerPath, ledgerRow, noon, yuan } from "../support/ledger-rows.ts";

const program = join(import.meta.dirname, "../support/budget-program.ts");
const none: SpendingLimits = { day: null, month: null, conversation: null };
const hour = 3_600_000;
const later = (hours: number) => new Date(noon.getTime() + hours * hour);

function limitsOf(all: Partial<SpendingLimits>, more: Partial<BudgetLimits> = {}): BudgetLimits {
  return { currency: "CNY", all: { ...none, ...all }, providers: {}, command: null, ...more };
}

const claimOf = (amount: number, more: { at?: Date; conversation?: string | null; provider?: string } = {}) => ({
  to: { provider: more.provider ?? "deepseek", model: "m" },
  purpose: "question" as const,
  cost: yuan(amount),
  atPeak: true,
  conversation: more.conversation === undefined ? "c1" : more.conversation,
  at: more.at ?? noon,
});

/** A budget over a ledger of its own, which holds some rows. */
function budgetOf(limits: BudgetLimits, rows: readonly LedgerRow[] = []) {
  const path = ledgerPath();
  const ledger = Ledger.open(path);
  ledger.book(rows);
  return { path, ledger, budget: new Budget(ledger, limits, "Asia/Shanghai") };
}

describe("a budget", () => {
  test("counts what is spent and what is reserved, to the last unit", () => {
    const { budget } = budgetOf(limitsOf({ day: 0.3 }), [ledgerRow("a", { cost: yuan(0.1) })]);
    const { reservation } = budget.reserve(claimOf(0.1));
    expect(reservation).not.toBeNull();
    const { exceeded } = budget.reserve(claimOf(0.100000000001));
    expect(exceeded).toMatchObject({
      code: "budget_exceeded",
      kind: "config",
      details: { scope: "day", limited: null, currency: "CNY", limit: 0.3, spent: 0.1, reserved: 0.1, atPeak: true },
    });
    // In binary fractions 0.1 + 0.1 + 0.1 is more than 0.3.
    expect(budget.reserve(claimOf(0.1)).exceeded).toBeNull();
    budget.release(reservation!);
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ spent: 0.1, reserved: 0.1 });
  });

  test.each([
    ["day", later(3.9), 0],
    // Midnight in Shanghai is 16 o'clock UTC.
    ["day", later(4), 1],
    ["month", later(10 * 24), 0],
    ["month", later(11 * 24), 1],
    // A clock that jumps back finds what was spent that day.
    ["day", later(-21), 1],
  ] as const)("of a %s holds at %s as much as %d", (scope, at, left) => {
    const { budget } = budgetOf(limitsOf({ [scope]: 1 }), [ledgerRow("a", { cost: yuan(1) })]);
    expect(budget.reserve(claimOf(left, { at })).exceeded).toBeNull();
    expect(budget.reserve(claimOf(0.01, { at })).exceeded).not.toBeNull();
  });

  test("of a conversation holds there alone, of a provider for its requests alone", () => {
    const providers = { deepseek: { ...none, month: 1 } };
    const limits = limitsOf({ conversation: 2 }, { providers });
    const { budget } = budgetOf(limits, [ledgerRow("a", { cost: yuan(1) })]);
    const details = (claim: ReturnType<typeof claimOf>) => budget.reserve(claim).exceeded?.details ?? null;
    expect(details(claimOf(0.5))).toMatchObject({ scope: "month", limited: "deepseek" });
    expect(details(claimOf(1.5, { provider: "siliconflow" }))).toMatchObject({ scope: "conversation", limited: null });
    expect(details(claimOf(1.5, { provider: "siliconflow", conversation: "c2" }))).toBeNull();
  });

  test("of a command, and of a conversation that is not saved, counts what this run sends", () => {
    const limits = limitsOf({ conversation: 1 }, { command: 1.5 });
    const { budget, ledger } = budgetOf(limits, [ledgerRow("a", { cost: yuan(5), conversation: null })]);
    const unsaved = (amount: number) => budget.reserve(claimOf(amount, { conversation: null }));
    const { reservation } = unsaved(0.9);
    expect(unsaved(0.2).exceeded?.details).toMatchObject({ scope: "conversation", spent: 0, reserved: 0.9 });
    budget.settle([reservation!], [ledgerRow("b", { cost: yuan(0.5), conversation: null })]);
    expect(unsaved(0.6).exceeded?.details).toMatchObject({ scope: "conversation", spent: 0.5, reserved: 0 });
    expect(budget.reserve(claimOf(1, { conversation: "c3" })).exceeded).toBeNull();
    expect(budget.reserve(claimOf(0.1, { conversation: "c3" })).exceeded?.details).toMatchObject({ scope: "command" });
    const other = new Budget(ledger, limits, "UTC");
    expect(other.reserve(claimOf(1, { conversation: null })).exceeded).toBeNull();
  });

  test("says what does not count: unknown costs, and those in another currency", () => {
    const { budget } = budgetOf(limitsOf({ day: 1 }), [
      ledgerRow("a", { cost: null }),
      ledgerRow("b", { cost: { currency: "USD", amount: 9 } }),
      ledgerRow("c", { cost: yuan(0.25) }),
    ]);
    expect(budget.states("deepseek", null, noon)).toEqual([
      {
        scope: "day",
        limited: null,
        currency: "CNY",
        limit: 1,
        spent: 0.25,
        uncounted: 0,
        reserved: 0,
        unknown: 1,
        foreign: 1,
      },
    ]);
  });

  test("keeps the most that uncounted requests can have cost, apart from what is known", () => {
    const uncounted = (id: string, amount: number) => ledgerRow(id, { usage: null, cost: null, atMost: yuan(amount) });
    const { budget, ledger } = budgetOf(limitsOf({ day: 1, conversation: 1 }, { command: 0.5 }), [
      uncounted("a", 0.3),
      ledgerRow("b", { cost: yuan(0.25) }),
    ]);
    const { reservation } = budget.reserve(claimOf(0.45));
    const facts = { spent: 0.25, uncounted: 0.3, reserved: 0.45 };
    const states = () => budget.states("deepseek", "c1", noon);
    expect(states().slice(1)).toMatchObject([facts, facts]);
    expect(budget.reserve(claimOf(0.01)).exceeded?.details).toMatchObject({ scope: "conversation", ...facts });
    expect(budget.settle([reservation!], [uncounted("c", 0.4)])).toMatchObject([
      { scope: "conversation", uncounted: 0.7 },
      { scope: "day", uncounted: 0.7 },
      { scope: "command", uncounted: 0.4 },
    ]);
    ledger.file.run("DELETE FROM requests");
    expect(ledger.file.all("SELECT sum(requests + high + low) AS sum FROM spent")).toEqual([{ sum: 0n }]);
  });

  test("sets aside in any case what is to go out in any case", () => {
    const { budget } = budgetOf(limitsOf({ day: 1 }));
    expect(budget.reserve(claimOf(5), true).reservation).not.toBeNull();
    expect(budget.reserve(claimOf(0)).exceeded?.details).toMatchObject({ reserved: 5 });
  });

  test("warns once, of each limit, when four fifths of it are used", () => {
    const { budget } = budgetOf(limitsOf({ day: 1, month: 10 }, { command: 1 }));
    const spend = (id: string, amount: number) => {
      const { reservation } = budget.reserve(claimOf(amount), true);
      const warnings = budget.settle([reservation!], [ledgerRow(id, { cost: yuan(amount) })]);
      return warnings.map(({ scope, spent }) => [scope, spent]);
    };
    expect([spend("a", 0.79), spend("b", 0.01), spend("c", 0.1)]).toEqual([
      [],
      [
        ["day", 0.8],
        ["command", 0.8],
      ],
      [],
    ]);
    expect(spend("d", 7.1)).toEqual([["month", 8]]);
  });

  test("books what was billed in place of what was reserved, and both or nothing", () => {
    const { budget, ledger } = budgetOf(limitsOf({ day: 1 }));
    const [first, second] = [budget.reserve(claimOf(0.4)).reservation!, budget.reserve(claimOf(0.4)).reservation!];
    ledger.file.run("CREATE TRIGGER fails BEFORE INSERT ON requests BEGIN SELECT raise(ABORT, 'no'); END");
    expect(() => budget.settle([first, second], [ledgerRow("a")])).toThrow("ledger_damaged");
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ spent: 0, reserved: 0.8 });
    ledger.file.run("DROP TRIGGER fails");
    budget.settle([first, second], [ledgerRow("a", { cost: yuan(0.1) })]);
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ spent: 0.1, reserved: 0 });
  });
});

type Step =
  | {
      readonly act: "reserve";
      readonly by: number;
      readonly amount: number;
      readonly hours: number;
      readonly where: string;
    }
  | { readonly act: "settle" | "release"; readonly which: number; readonly part: number }
  | { readonly act: "rebuild" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("reserve"),
      by: fc.nat(2),
      amount: fc.nat(40),
      hours: fc.integer({ min: -60, max: 60 }),
      where: fc.constantFrom("c1", "c2"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("settle", "release"), which: fc.nat(9), part: fc.nat(4) }) },
  fc.record({ act: fc.constant("rebuild") }),
);

/** Three programs with one ledger, and what is spent and reserved in it by a list of all. */
class SeveralPrograms {
  readonly #path = ledgerPath();
  readonly #ledgers = [0, 1, 2].map(() => Ledger.open(this.#path));
  readonly #open: { readonly reservation: Reservation; readonly budget: Budget }[] = [];
  readonly #booked: LedgerRow[] = [];
  readonly #limits = limitsOf({ day: 1, month: 2, conversation: 1.5 });
  readonly #budgets = this.#ledgers.map((ledger) => new Budget(ledger, this.#limits, "Asia/Shanghai"));

  /** @returns whether the step was taken as the limits want it */
  take(step: Step): boolean {
    if (step.act === "reserve") return this.#reserve(step);
    if (step.act === "rebuild") rebuildLedger(this.#path, this.#booked);
    else if (this.#open.length > 0) this.#close(step);
    return true;
  }

  /** Ids of the rows: of the list, and of the ledger. */
  close(): [expected: string[], found: string[]] {
    const found = [...this.#ledgers[0]!.rows()].map(({ id }) => id);
    for (const ledger of this.#ledgers) ledger.close();
    return [this.#booked.map(({ id }) => id).toSorted(), found.toSorted()];
  }

  #reserve({ by, amount, hours, where }: Extract<Step, { act: "reserve" }>): boolean {
    const claim = claimOf(amount / 100, { at: later(hours), conversation: where });
    const day = shanghaiDay(claim.at);
    const fits =
      this.#used(({ at }) => shanghaiDay(at) === day) + amount <= 100 &&
      this.#used(({ at }) => shanghaiDay(at).slice(0, 7) === day.slice(0, 7)) + amount <= 200 &&
      this.#used(({ conversation }) => conversation === where) + amount <= 150;
    const { reservation } = this.#budgets[by]!.reserve(claim);
    if (reservation !== null) this.#open.push({ reservation, budget: this.#budgets[by]! });
    return (reservation !== null) === fits;
  }

  #close({ act, which, part }: Extract<Step, { act: "settle" | "release" }>): void {
    const [{ reservation, budget } = this.#open[0]!] = this.#open.splice(which % this.#open.length, 1);
    if (act === "release") return budget.release(reservation);
    const { id, at, cost, conversation } = reservation;
    const amount = Math.floor((cost.amount * 100 * part) / 4 + 1e-6) / 100;
    const row = ledgerRow(id, { sentAt: at, conversation, cost: yuan(amount) });
    budget.settle([reservation], [row]);
    this.#booked.push(row);
  }

  /** Hundredths that are spent or reserved. */
  #used(isIn: (place: Pick<Reservation, "at" | "conversation">) => boolean): number {
    const booked = this.#booked.map(({ sentAt, conversation, cost }) => ({ at: sentAt, conversation, cost: cost! }));
    return [...booked, ...this.#open.map(({ reservation }) => reservation)]
      .filter(isIn)
      .reduce((sum, { cost }) => sum + Math.round(cost.amount * 100), 0);
  }
}

function shanghaiDay(at: Date): string {
  return new Date(at.getTime() + 8 * hour).toISOString().slice(0, 10);
}

test("several programs never go beyond a limit together, and refuse nothing that is within", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const programs = new SeveralPrograms();
      expect(steps.filter((each) => !programs.take(each))).toEqual([]);
      const [expected, found] = programs.close();
      expect(found).toEqual(expected);
    }),
    { numRuns: 25 },
  );
});

describe.runIf(process.platform !== "win32")("programs", () => {
  test("at the same time spend all of a budget, and not a fen more", async () => {
    const path = ledgerPath();
    const programs = Array.from({ length: 4 }, () => spawn(process.execPath, [program, path, "0.5", "20"]));
    const booked = await Promise.all(programs.map(async ({ stdout }) => Number(await text(stdout))));
    using ledger = Ledger.open(path);
    const [sum] = ledger.sums("purpose", "UTC");
    expect(sum).toMatchObject({ requests: booked.reduce((all, each) => all + each) });
    const spent = Number(sum!.costs[0]!.pico) / 1e12;
    expect(spent).toBeLessThanOrEqual(0.5);
    // The last requests may be refused for what it could have cost.
    expect(spent).toBeGreaterThanOrEqual(0.48);
    expect(ledger.file.all("SELECT * FROM reservations")).toEqual([]);
  });

  test("that are killed leave what they reserved, as the most that a request can have cost once their day is over", () => {
    const { path, budget, ledger } = budgetOf(limitsOf({ day: 0.05 }));
    const { stdout } = spawnSync(process.execPath, [program, path, "1", "1", "die"], { encoding: "utf8" });
    expect(stdout).toBe("reserved\n");
    expect(budget.reserve(claimOf(0.03)).exceeded?.details).toMatchObject({ spent: 0, reserved: 0.03 });
    // The same, by a clock that jumped back.
    expect(budget.reserve(claimOf(0.06, { at: later(-24) })).exceeded).not.toBeNull();
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ reserved: 0.03, unknown: 0 });
    // What a program that runs reserved stays on the next day too.
    expect(budget.reserve(claimOf(0.02)).reservation).not.toBeNull();
    expect(budget.reserve(claimOf(0.04, { at: later(24) })).exceeded).toBeNull();
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({
      spent: 0,
      uncounted: 0.03,
      reserved: 0.02,
      unknown: 0,
    });
    expect([...ledger.rows()]).toMatchObject([
      { usage: null, cost: null, atMost: yuan(0.03), to: { provider: "deepseek", model: "m" } },
    ]);
  });

  test("that are killed free what they reserved for a conversation once it is rebuilt", () => {
    const { path, budget, ledger } = budgetOf(limitsOf({ day: 0.05 }));
    spawnSync(process.execPath, [program, path, "1", "1", "die"]);
    const own = budget.reserve(claimOf(0.01)).reservation;
    ledger.file.run("UPDATE reservations SET conversation = 'c1'");
    rebuildLedger(path, [ledgerRow("a", { cost: yuan(0.02) })]);
    expect(own).not.toBeNull();
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ spent: 0.02, reserved: 0.01 });
  });
});
