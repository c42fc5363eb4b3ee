import type { OnBatchEvent } from "../../batch/events.ts";
import type { AnswerItem } from "../../batch/result.ts";
import type { ModelRef } from "../../chat/model.ts";
import type { Toolbox } from "../../chat/tools.ts";
import type { Connection } from "../../providers/connection.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { startServers } from "../mcp/run-servers.ts";
import { warnOf } from "../startup.ts";
import { openTools } from "../tools/open-tools.ts";
import type { BatchPurse } from "./batch-purse.ts";
import { type ItemObserver, itemAnswer } from "./item-answer.ts";
import { ItemRequests } from "./item-request.ts";
import { openRunBooks } from "./run-books.ts";

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
  const booking = await openRunBooks(engine, console, requests, { factor: 1, failsOver: true }, onEvent);
  const answer = itemAnswer({
    engine,
    console,
    requests,
    form,
    toolbox,
    itemTimeout: itemTimeout === null ? null : itemTimeout * 1000,
    books: booking.books,
    book: booking.add,
    onEvent,
    observe,
  });
  return {
    asked,
    requests,
    answer,
    purse: booking.purse,
    [Symbol.asyncDispose]: async () => await booking[Symbol.asyncDispose](),
  };
}

/** Tools are offered where a flag or the role asks for them. */
export function wantsTools({ origins }: Pick<Engine, "origins">): boolean {
  return ["flag", "role"].includes(origins.tools?.kind ?? "");
}

/** Whether a model would need a tool of this program to search the web, as the settings want it. */
export function wantsSearcher(
  { settings }: Pick<Engine, "settings">,
  { webModels }: Pick<Connection, "webModels">,
  { model }: ModelRef,
): boolean {
  return settings.web && !webModels.includes(model);
}

async function toolboxOf(engine: Engine, console: Console, asked: ModelRef): Promise<Toolbox | null> {
  // Before the first item: a missing key ends the run, and is not the failure of each item.
  const connection = await engine.connect(asked.provider);
  const hasTools = wantsTools(engine);
  if (hasTools) await startServers(engine);
  const searcher = wantsSearcher(engine, connection, asked) ? asked : null;
  if (!hasTools && searcher === null) return null;
  return await openTools(engine, console, false).toolbox(engine.stop, searcher);
}
