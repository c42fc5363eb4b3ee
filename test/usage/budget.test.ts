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
import { ledgerPath, ledgerRow, noon, yuan } from "./ledger-rows.ts";

const program = join(import.meta.dirname, "budget-program.ts");
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
      details: { scope: "day", limited: null, currency: "CNY", limit: 0.3, spent: 0.1, reserved: 0.1 },
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
      { scope: "day", limited: null, currency: "CNY", limit: 1, spent: 0.25, reserved: 0, unknown: 1, foreign: 1 },
    ]);
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

test("several programs never go beyond a limit together, and refuse nothing that is within", () => {
  const limits = limitsOf({ day: 1, month: 2, conversation: 1.5 });
  const dayOf = (at: Date) => new Date(at.getTime() + 8 * hour).toISOString().slice(0, 10);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const path = ledgerPath();
      const ledgers = [0, 1, 2].map(() => Ledger.open(path));
      const budgets = ledgers.map((ledger) => new Budget(ledger, limits, "Asia/Shanghai"));
      let open: { reservation: Reservation; by: number }[] = [];
      const rows: LedgerRow[] = [];
      /** Hundredths that are spent or reserved. */
      const used = (isIn: (place: { at: Date; conversation: string | null }) => boolean) =>
        [
          ...open.map(({ reservation }) => reservation),
          ...rows.map(({ sentAt, conversation, cost }) => ({ at: sentAt, conversation, cost: cost! })),
        ]
          .filter(isIn)
          .reduce((sum, { cost }) => sum + Math.round(cost.amount * 100), 0);
      for (const [index, each] of steps.entries()) {
        if (each.act === "rebuild") rebuildLedger(path, rows);
        else if (each.act === "reserve") {
          const claim = claimOf(each.amount / 100, { at: later(each.hours), conversation: each.where });
          const fits =
            used(({ at }) => dayOf(at) === dayOf(claim.at)) + each.amount <= 100 &&
            used(({ at }) => dayOf(at).slice(0, 7) === dayOf(claim.at).slice(0, 7)) + each.amount <= 200 &&
            used(({ conversation }) => conversation === each.where) + each.amount <= 150;
          const { reservation } = budgets[each.by]!.reserve(claim);
          expect(reservation !== null).toBe(fits);
          if (reservation !== null) open.push({ reservation, by: each.by });
        } else if (open.length > 0) {
          const [taken] = open.splice(each.which % open.length, 1);
          const { reservation, by } = taken!;
          if (each.act === "release") budgets[by]!.release(reservation);
          else {
            const { at, cost, conversation } = reservation;
            const amount = Math.floor((cost.amount * 100 * each.part) / 4 + 1e-6) / 100;
            const row = ledgerRow(`r${index}`, { sentAt: at, conversation, cost: yuan(amount) });
            budgets[by]!.settle([reservation], [row]);
            rows.push(row);
          }
        }
      }
      expect([...ledgers[0]!.rows()].map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
      for (const ledger of ledgers) ledger.close();
      open = [];
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

  test("that are killed leave what they reserved until their day is over; then it is of unknown cost", () => {
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
    expect(budget.states("deepseek", null, noon)[0]).toMatchObject({ spent: 0, reserved: 0.02, unknown: 1 });
    expect([...ledger.rows()]).toMatchObject([{ usage: null, cost: null, to: { provider: "deepseek", model: "m" } }]);
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
