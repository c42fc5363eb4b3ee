import { dirname } from "node:path";
import { expect, test } from "vitest";
import { Books } from "../../../src/app/usage/books.ts";
import { budgetOf } from "../../../src/app/usage/budget-layers.ts";
import { Spending } from "../../../src/app/usage/cost-meter.ts";
import { TurnPlace } from "../../../src/app/usage/turn-place.ts";
import { userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import type { ConfigFile, Settings } from "../../../src/config/schema.ts";
import { connection } from "../../providers/wire/connection.ts";
import { gather } from "../../support/transcripts.ts";
import { ledgerPath } from "../../support/ledger-rows.ts";
import { usageOf } from "../../support/usage.ts";

const to = { provider: "deepseek", model: "deepseek-flash" };

test("rounds of tools are booked one behind the other while the turn goes on, with their purpose", async () => {
  const engine = {
    file: { budget: { day: 100 } } as ConfigFile,
    settings: { currency: "CNY" } as Settings,
    reported: new Map(),
  };
  using books = new Books({ data: dirname(ledgerPath()) });
  const spending = new Spending(engine, books);
  const metering = { spending, books, purpose: "question", place: new TurnPlace(null), mayExceed: false } as const;
  const budgeted = await budgetOf(engine, { ...connection, name: "deepseek" }, [to], metering);
  const model = budgeted!(
    () =>
      async function* (sent) {
        yield { type: "request", to, sent, sentAt: new Date(), why: "first", error: null };
        yield { type: "call", index: 0, name: "look" };
        yield { type: "usage", usage: usageOf(10, 0, 5) };
        yield { type: "finish", reason: "tool_calls" };
      },
  );
  const request: ChatRequest = {
    model: to.model,
    messages: [userMessage("q")],
    sampling: {},
    thinking: null,
    stream: true,
  };
  for (let round = 0; round < 3; round++) await gather(model(request, new AbortController().signal));
  const rows = [...(await books.ledger()).rows()];
  expect(rows.map(({ id, purpose }) => [id.split(".")[1], purpose])).toEqual([
    ["0", "question"],
    ["1", "tools"],
    ["2", "tools"],
  ]);
});
