import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cost } from "../../src/chat/model.ts";
import type { AppError } from "../../src/errors.ts";
import { Calendar } from "../../src/usage/calendar.ts";
import { rebuildLedger } from "../../src/usage/ledger-rebuild.ts";
import type { LedgerRow } from "../../src/usage/ledger-row.ts";
import type { Grouping } from "../../src/usage/ledger-sums.ts";
import { Ledger } from "../../src/usage/ledger.ts";
import { waitForLock } from "../../src/usage/lock-wait.ts";
import { anyRow, ledgerPath, ledgerRow, noon, yuan } from "../support/ledger-rows.ts";

const program = join(import.meta.dirname, "../support/ledger-program.ts");

const usd = (amount: number) => ({ currency: "USD", amount });
const byId = (rows: Iterable<LedgerRow>) => [...rows].toSorted((a, b) => (a.id < b.id ? -1 : 1));
const uniqueRows = fc.uniqueArray(anyRow, { selector: ({ id }) => id, maxLength: 40 });

/** The code and the details of what a call throws. */
function failureOf(call: () => void): unknown {
  try {
    call();
  } catch (error) {
    const { code, details } = error as AppError;
    return { code, ...details };
  }
  return null;
}

/** A connection that holds the ledger as a program that writes to it does. */
function held(path: string): DatabaseSync {
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  return other;
}

describe("a ledger", () => {
  test("gives back what was booked, and takes the same row once", () => {
    const path = ledgerPath();
    const rows = [
      ledgerRow("a"),
      ledgerRow("b", { usage: null, cost: null, conversation: null, turn: null }),
      ledgerRow("c", { cost: usd(1.5), purpose: "title", sentAt: new Date(noon.getTime() - 1) }),
    ];
    using ledger = Ledger.open(path);
    ledger.book(rows);
    ledger.book([ledgerRow("a", { cost: yuan(5) })]);
    using other = Ledger.open(path);
    expect([...other.rows()].map(({ id }) => id)).toEqual(["c", "a", "b"]);
    expect(byId(other.rows())).toEqual(rows);
    expect([...other.rows({ since: noon })].map(({ id }) => id)).toEqual(["a", "b"]);
    expect([...other.rows({ until: noon })].map(({ id }) => id)).toEqual(["c"]);
    expect([...other.rows({ provider: "siliconflow" })]).toEqual([]);
    expect([...other.rows({ conversation: "c1" })].map(({ id }) => id)).toEqual(["c", "a"]);
  });

  test("is its owner's alone", () => {
    const path = ledgerPath();
    using ledger = Ledger.open(path);
    ledger.book([ledgerRow("a")]);
    const modes = [dirname(path), path, `${path}-wal`, `${path}-shm`].map((file) => statSync(file).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
  });

  test("becomes its owner's alone where others could read it", () => {
    const path = ledgerPath();
    Ledger.open(path).close();
    chmodSync(path, 0o644);
    Ledger.open(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is its owner's alone behind a link that leads nowhere yet", () => {
    const path = ledgerPath();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    symlinkSync(`${path}.target`, path);
    Ledger.open(path).close();
    expect(statSync(`${path}.target`).mode & 0o777).toBe(0o600);
  });

  test("takes counts and costs that cannot be as unknown", () => {
    using ledger = Ledger.open(ledgerPath());
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1, reasoningTokens: 0, totalTokens: 2 };
    const absurd = [-1, 0.5, Number.NaN, Infinity, 1e13];
    ledger.book(absurd.map((promptTokens, index) => ledgerRow(`u${index}`, { usage: { ...usage, promptTokens } })));
    ledger.book([-1, Number.NaN, Infinity, 1e9].map((amount, index) => ledgerRow(`c${index}`, { cost: yuan(amount) })));
    const [sum] = ledger.sums("provider", "UTC");
    expect(sum).toMatchObject({ requests: 9, uncounted: 5, unknown: 4 });
  });

  test("adds up more than its numbers hold", () => {
    using ledger = Ledger.open(ledgerPath());
    ledger.book(Array.from({ length: 5 }, (_, index) => ledgerRow(`r${index}`, { cost: yuan(9_000_000) })));
    expect(ledger.sums("provider", "UTC")[0]!.costs).toEqual([{ currency: "CNY", pico: 45n * 10n ** 18n }]);
  });

  test("keeps balances as they were said", () => {
    using ledger = Ledger.open(ledgerPath());
    const look = { at: noon, provider: "deepseek", currency: "CNY", total: "110.00" };
    ledger.recordBalance(look);
    expect(() => ledger.recordBalance({ ...look, total: "much" })).toThrow(RangeError);
    expect([ledger.balances(noon), ledger.balances(new Date())]).toEqual([[look], []]);
  });
});

/** One for each currency, in their order. */
function exactSums(costs: readonly Cost[]) {
  return ["CNY", "USD"].flatMap((currency) => {
    const amounts = costs.filter((cost) => cost.currency === currency).map(({ amount }) => amount);
    // Costs of the rows are multiples of 1e-12 below 2^53 of them.
    const pico = amounts.reduce((sum, amount) => sum + BigInt(Math.round(amount * 1e8)) * 10_000n, 0n);
    return amounts.length === 0 ? [] : [{ currency, pico }];
  });
}

/** The exact sum of some rows by a name that each has. */
function expectedSums(rows: readonly LedgerRow[], keyOf: (row: LedgerRow) => string | null) {
  return [...Map.groupBy(rows, keyOf)].map(([key, same]) => ({
    key,
    requests: same.length,
    tokens: same.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0),
    cached: same.reduce((sum, { usage }) => sum + (usage?.cachedTokens ?? 0), 0),
    uncounted: same.filter(({ usage }) => usage === null).length,
    unknown: same.filter(({ cost }) => cost === null).length,
    bounded: same.filter(({ atMost }) => atMost !== null).length,
    costs: exactSums(same.flatMap(({ cost }) => cost ?? [])),
    atMost: exactSums(same.flatMap(({ atMost }) => atMost ?? [])),
  }));
}

test("sums by day, week, month, model, provider, conversation and purpose are the sums of the rows", () => {
  using ledger = Ledger.open(ledgerPath());
  const zones = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"];
  const keys: Record<Exclude<Grouping, "day" | "week" | "month">, (row: LedgerRow) => string | null> = {
    model: ({ to }) => `${to.provider}/${to.model}`,
    provider: ({ to }) => to.provider,
    conversation: ({ conversation }) => conversation,
    purpose: ({ purpose }) => purpose,
  };
  const sorted = (sums: readonly { readonly key: string | null }[]) =>
    sums.toSorted((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : 1));
  fc.assert(
    fc.property(uniqueRows, fc.constantFrom(...zones), (rows, zone) => {
      ledger.file.run("DELETE FROM requests");
      ledger.book(rows);
      const calendar = new Calendar(zone);
      for (const by of ["day", "week", "month", "model", "provider", "conversation", "purpose"] as const) {
        const isTime = by === "day" || by === "week" || by === "month";
        const keyOf = isTime ? ({ sentAt }: LedgerRow) => calendar.nameOf(by, sentAt.getTime()) : keys[by];
        const sums = ledger
          .sums(by, zone)
          .map(({ usage: { totalTokens, cachedTokens }, ...sum }) =>
            Object.assign(sum, { tokens: totalTokens, cached: cachedTokens }),
          );
        expect(sorted(sums)).toEqual(sorted(expectedSums(rows, keyOf)));
      }
    }),
    { numRuns: 30 },
  );
});

describe("a rebuilt ledger", () => {
  test("equals the one that was lost", () => {
    fc.assert(
      fc.property(uniqueRows, (rows) => {
        const path = ledgerPath();
        rebuildLedger(path, rows);
        using ledger = Ledger.open(path);
        expect(byId(ledger.rows())).toEqual(byId(rows));
      }),
      { numRuns: 5 },
    );
  });

  test("has the rows of the conversations that are there, and keeps all others", () => {
    const path = ledgerPath();
    {
      using ledger = Ledger.open(path);
      ledger.book([
        ledgerRow("wrong", { conversation: "c1" }),
        ledgerRow("kept", { conversation: "c1", cost: yuan(1) }),
        ledgerRow("unsaved", { conversation: null }),
        ledgerRow("elsewhere", { conversation: "c2" }),
      ]);
    }
    const [kept, added] = [ledgerRow("kept", { cost: yuan(2) }), ledgerRow("added")];
    rebuildLedger(path, [kept, added, ledgerRow("added", { conversation: "a fork" })]);
    using ledger = Ledger.open(path);
    expect(byId(ledger.rows())).toEqual([
      added,
      ledgerRow("elsewhere", { conversation: "c2" }),
      kept,
      ledgerRow("unsaved", { conversation: null }),
    ]);
  });

  test("keeps what is booked while the transcripts are read", () => {
    const path = ledgerPath();
    using other = Ledger.open(path);
    other.book([ledgerRow("old")]);
    function* reading() {
      yield ledgerRow("old");
      other.book([ledgerRow("new")]);
    }
    rebuildLedger(path, reading());
    expect([...other.rows()].map(({ id }) => id)).toEqual(["new", "old"]);
  });

  test.each([
    ["no database", (path: string) => writeFileSync(path, "x".repeat(5000))],
    ["another program's", (path: string) => new DatabaseSync(path).exec("CREATE TABLE requests (id)")],
  ])("takes the place of a file that is %s, which is put aside", (_, spoil) => {
    const path = ledgerPath();
    mkdirSync(dirname(path), { mode: 0o700 });
    spoil(path);
    const before = readFileSync(path);
    expect(failureOf(() => Ledger.open(path))).toEqual({ code: "ledger_damaged", path });
    rebuildLedger(path, [ledgerRow("a")]);
    using ledger = Ledger.open(path);
    expect([...ledger.rows()]).toEqual([ledgerRow("a")]);
    expect(readFileSync(`${path}.damaged`).equals(before)).toBe(true);
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  test("takes the place of a file whose tables are others, or not whole", () => {
    for (const change of ["DROP TRIGGER request_added", "DROP TABLE requests; CREATE TABLE requests (other)"]) {
      const path = ledgerPath();
      Ledger.open(path).close();
      new DatabaseSync(path).exec(change);
      rebuildLedger(path, [ledgerRow("a")]);
      using ledger = Ledger.open(path);
      expect([...ledger.rows()]).toEqual([ledgerRow("a")]);
      expect(existsSync(`${path}.damaged`)).toBe(true);
    }
  });

  test("keeps what can be read of a damaged one", () => {
    const path = ledgerPath();
    const unsaved = Array.from({ length: 300 }, (_, index) =>
      ledgerRow(`unsaved-${String(index).padStart(3, "0")}`, { conversation: null }),
    );
    {
      using ledger = Ledger.open(path);
      ledger.book(unsaved);
      ledger.recordBalance({ at: noon, provider: "deepseek", currency: "CNY", total: "1.00" });
    }
    const bytes = readFileSync(path);
    const pages = Array.from({ length: bytes.length / 4096 }, (_, page) =>
      bytes.subarray(page * 4096, (page + 1) * 4096),
    );
    // Of the table, and not of an index.
    pages.find((page) => page.includes("unsaved-150") && page.includes("deepseek-flash"))!.fill(0xff);
    writeFileSync(path, bytes);
    const reading = () => {
      using ledger = Ledger.open(path);
      return ledger.sums("purpose", "UTC");
    };
    expect(failureOf(reading)).toEqual({ code: "ledger_damaged", path });
    rebuildLedger(path, [ledgerRow("saved")]);
    using ledger = Ledger.open(path);
    const ids = [...ledger.rows()].map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(200);
    expect(ids).toEqual(expect.arrayContaining(["saved", "unsaved-000", "unsaved-299"]));
    expect(ledger.balances(noon)).toHaveLength(1);
  });
});

describe("a ledger that cannot be used", () => {
  test("of a later version is left as it is", () => {
    const path = ledgerPath();
    Ledger.open(path).close();
    const later = new DatabaseSync(path);
    later.exec("PRAGMA user_version = 9");
    // What is left open is written when the collector comes to it.
    later.close();
    const before = readFileSync(path);
    expect(failureOf(() => Ledger.open(path))).toEqual({ code: "ledger_newer", path });
    expect(failureOf(() => rebuildLedger(path, [ledgerRow("a")]))).toEqual({ code: "ledger_newer", path });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("because another program holds it is said to be, or waited for", async () => {
    const path = ledgerPath();
    using ledger = Ledger.open(path);
    const other = held(path);
    const book = () => ledger.book([ledgerRow("a")]);
    expect(failureOf(book)).toEqual({ code: "ledger_unwritable", path, reason: "locked" });
    expect([...ledger.rows()]).toEqual([]);
    const booked = waitForLock(book);
    other.exec("COMMIT");
    other.close();
    await booked;
    expect([...ledger.rows()]).toHaveLength(1);
  });

  test("is not waited for after a stop", async () => {
    const path = ledgerPath();
    using ledger = Ledger.open(path);
    const other = held(path);
    const stop = AbortSignal.abort();
    await expect(waitForLock(() => ledger.book([ledgerRow("a")]), stop)).rejects.toMatchObject({
      details: { reason: "locked" },
    });
    other.close();
  });

  test.runIf(process.platform !== "win32")("because others can write to its folder", () => {
    const path = ledgerPath();
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o777);
    expect(failureOf(() => Ledger.open(path))).toEqual({ code: "ledger_unwritable", path, reason: "shared" });
  });

  // Root may write everywhere.
  test.runIf(process.getuid !== undefined && process.getuid() !== 0)("because its folder, or it, is read-only", () => {
    const path = ledgerPath();
    mkdirSync(dirname(path), { mode: 0o500 });
    expect(failureOf(() => Ledger.open(path))).toEqual({ code: "ledger_unwritable", path, reason: "EACCES" });
    chmodSync(dirname(path), 0o700);
    Ledger.open(path).close();
    chmodSync(path, 0o400);
    const book = () => {
      using ledger = Ledger.open(path);
      ledger.book([ledgerRow("a")]);
    };
    expect(failureOf(book)).toEqual({ code: "ledger_unwritable", path, reason: "EACCES" });
  });

  test("because a file is in the way of its folder", () => {
    const path = ledgerPath();
    writeFileSync(dirname(path), "");
    expect(failureOf(() => Ledger.open(path))).toMatchObject({ code: "ledger_unwritable", path });
  });

  test("is none that another program keeps from having a write-ahead log: each commit waits for the disk", () => {
    const path = ledgerPath();
    Ledger.open(path).close();
    const other = new DatabaseSync(path);
    other.exec("PRAGMA journal_mode = DELETE; BEGIN; SELECT count(*) FROM requests");
    const reader = other.prepare("SELECT id FROM requests UNION SELECT 'x'").iterate();
    reader.next();
    using ledger = Ledger.open(path);
    expect(ledger.file.all("PRAGMA journal_mode")).toEqual([{ journal_mode: "delete" }]);
    expect(ledger.file.all("PRAGMA synchronous")).toEqual([{ synchronous: 2n }]);
    other.close();
    ledger.book([ledgerRow("a")]);
    expect([...ledger.rows()]).toHaveLength(1);
  });
});

describe.runIf(process.platform !== "win32")("a program", () => {
  /** Runs a program that books rows one by one, and prints the id of each when it is booked. */
  const run = (path: string, act: string, shell = "") => {
    const command = `${shell} exec "${process.execPath}" "${program}" "${path}" ${act}`;
    return spawnSync("sh", ["-c", command], { encoding: "utf8" });
  };

  test("that is killed loses no row that it booked", () => {
    const path = ledgerPath();
    const { stdout, signal } = run(path, "die");
    expect(signal).toBe("SIGKILL");
    using ledger = Ledger.open(path);
    expect([...ledger.rows()].map(({ id }) => id)).toEqual(stdout.trim().split("\n"));
  });

  test("on a full disk is told so, and what was booked stays", () => {
    const path = ledgerPath();
    Ledger.open(path).close();
    const { stdout } = run(path, "fill", "ulimit -f 128;");
    const lines = stdout.trim().split("\n");
    expect(lines.at(-1)).toMatch(/^ledger_unwritable (?:EIO|ENOSPC)$/u);
    using ledger = Ledger.open(path);
    expect([...ledger.rows()].map(({ id }) => id).toSorted()).toEqual(lines.slice(0, -1).toSorted());
    expect(lines.length).toBeGreaterThan(2);
  });
});
