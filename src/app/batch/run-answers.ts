import type { OnBatchEvent } from "../../batch/events.ts";
import type { AnswerItem } from "../../batch/result.ts";
import type { ModelRef } from "../../chat/model.ts";
import type { Toolbox } from "../../chat/tools.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { startServers } from "../mcp/run-servers.ts";
import { warnOf } from "../startup.ts";
import { openTools } from "../tools/open-tools.ts";
import { Books } from "../usage/books.ts";
import { type BatchPurse, openPurse } from "./batch-purse.ts";
import { BulkBooks } from "./bulk-books.ts";
import { type ItemObserver, itemAnswer } from "./item-answer.ts";
import { ItemRequests } from "./item-request.ts";

export interface AnswersOptions {
  /** Seconds that an item may take; null for no limit. */
  readonly itemTimeout: number | null;
  readonly onEvent: OnBatchEvent;
  /** What is told of the events of each item; null for nothing. */
  readonly observe: ItemObserver | null;
}

/** What answers items with the settings of a run, on this machine or of a queue. Disposed, it books what is not booked yet. */
export interface RunAnswers extends AsyncDisposable {
  /** The model of items that name none. */
  readonly asked: ModelRef;
  readonly requests: ItemRequests;
  readonly answer: AnswerItem;
  /** What items may cost; null where nothing limits it. */
  readonly purse: BatchPurse | null;
}

/**
 * Opens what answers items. Tools are offered only where a flag or the role asks for them; those that would have to be approved are not
 * run, as nobody is asked.
 *
 * @throws AppError for settings and credentials, and as the ledger where there is a budget
 */
export async function openAnswers(
  engine: Engine,
  console: Console,
  { itemTimeout, onEvent, observe }: AnswersOptions,
): Promise<RunAnswers> {
  for (const mistake of engine.failoverMistakes) warnOf(console, mistake);
  const form = await structuredForm(engine, console, null);
  const requests = new ItemRequests(engine);
  const asked = await requests.modelOf({ model: null });
  const toolbox = await toolboxOf(engine, console, asked);
  const books = engine.hold(new Books(engine.folders));
  const purse = await openPurse(engine, requests, books, onEvent);
  const bulk = new BulkBooks(purse ?? books);
  const answer = itemAnswer({
    engine,
    console,
    requests,
    form,
    toolbox,
    itemTimeout: itemTimeout === null ? null : itemTimeout * 1000,
    books,
    book(rows) {
      purse?.spend(rows);
      bulk.add(rows);
    },
    onEvent,
    observe,
  });
  return {
    asked,
    requests,
    answer,
    purse,
    async [Symbol.asyncDispose]() {
      await bulk.flush();
      await purse?.close();
      const failure = books.takeFailure();
      if (failure !== null) warnOf(console, failure);
    },
  };
}

async function toolboxOf(engine: Engine, console: Console, asked: ModelRef): Promise<Toolbox | null> {
  // Before the first item: a missing key ends the run, and is not the failure of each item.
  const { webModels } = await engine.connect(asked.provider);
  const wantsTools = ["flag", "role"].includes(engine.origins.tools?.kind ?? "");
  if (wantsTools) await startServers(engine);
  const searcher = engine.settings.web && !webModels.includes(asked.model) ? asked : null;
  if (!wantsTools && searcher === null) return null;
  return await openTools(engine, console, false).toolbox(engine.stop, searcher);
}
