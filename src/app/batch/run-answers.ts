import type { AnswerItem } from "../../batch/result.ts";
import type { ModelRef } from "../../chat/model.ts";
import { structuredForm } from "../ask/wanted-form.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { startServers } from "../mcp/run-servers.ts";
import { openTools } from "../tools/open-tools.ts";
import { Books } from "../usage/books.ts";
import { BulkBooks } from "./bulk-books.ts";
import { itemAnswer } from "./item-answer.ts";
import { ItemRequests } from "./item-request.ts";

/** What answers items with the settings of a run. */
export interface RunAnswers {
  /** The model of items that name none. */
  readonly asked: ModelRef;
  readonly answer: AnswerItem;
  /** Resolves once the ledger has what was spent. */
  readonly book: () => Promise<void>;
}

/**
 * Opens what answers items. Tools are offered only where a flag or the role asks for them; those that would have to be approved are not
 * run, as nobody is asked.
 *
 * @throws AppError for settings and credentials
 */
export async function openAnswers(engine: Engine, console: Console): Promise<RunAnswers> {
  const form = await structuredForm(engine, console, null);
  const requests = new ItemRequests(engine);
  const asked = await requests.modelOf({ model: null });
  // Before the first item: a missing key ends the run, and is not the failure of each item.
  const { webModels } = await engine.connect(asked.provider);
  const wantsTools = ["flag", "role"].includes(engine.origins.tools?.kind ?? "");
  if (wantsTools) await startServers(engine);
  const searcher = engine.settings.web && !webModels.includes(asked.model) ? asked : null;
  const tools = wantsTools || searcher !== null ? openTools(engine, console, false) : null;
  const toolbox = tools === null ? null : await tools.toolbox(engine.stop, searcher);
  const books = engine.hold(new Books(engine.folders));
  const bulk = new BulkBooks(books);
  const answer = itemAnswer({
    engine,
    console,
    requests,
    form,
    toolbox,
    itemTimeout: null,
    books,
    book: (rows) => bulk.add(rows),
    observe: null,
  });
  return { asked, answer, book: async () => await bulk.flush() };
}
