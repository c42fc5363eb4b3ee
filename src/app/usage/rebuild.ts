import { setImmediate } from "node:timers/promises";
import { shortenHome } from "../../config/home.ts";
import { AppError, asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { readTranscript } from "../../transcripts/store/read.ts";
import { rebuildLedger } from "../../usage/ledger-rebuild.ts";
import type { LedgerRow } from "../../usage/ledger-row.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { listConversations, passOver } from "../library/conversations.ts";
import { ledgerPath } from "./ledger-place.ts";
import { rowsOfTranscript } from "./transcript-rows.ts";

/**
 * What `usage --rebuild` does: takes the requests of the saved conversations from their transcripts. Those of conversations that are
 * not in the folder stay as they are.
 *
 * @throws AppError `interrupted`, `ledger_unwritable`, `ledger_newer`
 */
export async function rebuildUsage(engine: Engine, console: Console): Promise<void> {
  const { terminal, words } = console;
  const rows: LedgerRow[] = [];
  // Of a conversation and its forks, which share turns, the oldest one had them first.
  const conversations = (await listConversations(engine, console)).toReversed();
  for (const { path } of conversations) {
    await setImmediate();
    if (engine.stop.aborted) throw new AppError("interrupted", {});
    try {
      rows.push(...rowsOfTranscript(await readTranscript(path, engine.stop)));
    } catch (error) {
      passOver(console, asAppError(error));
    }
  }
  rebuildLedger(ledgerPath(engine.folders), rows);
  // Forks share turns, which are booked once.
  const requests = new Set(rows.map(({ id }) => id)).size;
  const folder = sanitize(shortenHome(engine.transcripts));
  terminal.succeed(words.usage.rebuilt({ requests, conversations: conversations.length, folder }));
}
