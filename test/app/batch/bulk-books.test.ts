import { expect, test } from "vitest";
import { BulkBooks } from "../../../src/app/batch/bulk-books.ts";
import type { LedgerRow } from "../../../src/usage/ledger-row.ts";

const row = { id: "r" } as LedgerRow;

test("rows of many answers are booked together, in order, all of them by the time that somebody waits for it", async () => {
  const booked: number[] = [];
  const first = Promise.withResolvers<void>();
  const bulk = new BulkBooks({
    async book(rows) {
      if (booked.length === 0) await first.promise;
      booked.push(rows.length);
    },
  });
  for (let count = 0; count < 520; count++) bulk.add([row]);
  bulk.add([]);
  const all = bulk.flush();
  first.resolve();
  await all;
  expect(booked).toEqual([500, 20]);
  await bulk.flush();
  expect(booked).toEqual([500, 20]);
});
