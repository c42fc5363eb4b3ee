import { existsSync } from "node:fs";
import type { AnswerStore, StoreStats } from "../cache/answer-store.ts";
import { cacheOptions } from "../config/cache-options.ts";
import { shortenHome } from "../config/home.ts";
import { AppError } from "../errors.ts";
import { count, shortBytes } from "../terminal/figures.ts";
import { sanitize } from "../terminal/sanitize.ts";
import { table } from "../terminal/table.ts";
import { isoWithOffset } from "../transcripts/format/times.ts";
import { type CacheSource, openStore, storeName } from "./answer-cache.ts";
import type { Console } from "./console.ts";
import { warnOf } from "./startup.ts";

const nothing: StoreStats = { answers: 0, bytes: 0, hits: 0, oldest: null };

/**
 * What `cache stats` does.
 *
 * @throws AppError `cache_unavailable`
 */
export async function stats(engine: CacheSource, console: Console, json: boolean): Promise<void> {
  const { terminal, words } = console;
  const { store: url, maxSize } = cacheOptions(engine.settings.cache, engine.file.cache);
  const { answers, bytes, hits, oldest } = await withStore(engine, console, nothing, async (store) => store.stats());
  const maxBytes = url === null ? maxSize : null;
  const since = oldest === null ? null : isoWithOffset(new Date(oldest));
  const store = storeName(engine);
  if (json) return terminal.json({ store, answers, bytes, max_bytes: maxBytes, hits, oldest: since });
  const { muted } = terminal.ink.out;
  const { cache } = words;
  const size =
    maxBytes === null ? shortBytes(bytes) : cache.sizeOf({ size: shortBytes(bytes), max: shortBytes(maxBytes) });
  const rows = [
    [cache.store, sanitize(shortenHome(store))],
    [cache.answers, count(answers)],
    [cache.size, size],
    ...(hits === null ? [] : [[cache.hits, count(hits)]]),
    ...(since === null ? [] : [[cache.oldest, since.slice(0, 16).replace("T", " ")]]),
  ];
  return terminal.out(
    table(
      rows.map(([name, value]) => [muted(name!), value!]),
      [],
      terminal.tableRoom,
    ),
  );
}

/**
 * What `cache clear` does.
 *
 * @param olderThan milliseconds; null for all answers
 * @throws AppError `cache_unavailable`; `not_a_terminal` where it must be asked and nobody can be
 */
export async function clear(
  engine: CacheSource,
  console: Console,
  { olderThan, yes }: { readonly olderThan: number | null; readonly yes: boolean },
): Promise<void> {
  const { terminal, words } = console;
  if (!yes && !terminal.interactive) throw new AppError("not_a_terminal", { what: "cache clear", instead: "--yes" });
  const { confirmed } = await import("../terminal/prompts.ts");
  const question = words.cache.reallyClear({
    store: sanitize(shortenHome(storeName(engine))),
    all: olderThan === null,
  });
  if (!yes && !(await confirmed(question, false, words.confirm))) return;
  const before = olderThan === null ? null : Date.now() - olderThan;
  const removed = await withStore(engine, console, 0, async (store) => store.clear(before));
  terminal.succeed(words.cache.cleared({ answers: removed }));
}

/** Does something with the store; a file that is not there yet is not made for it. */
async function withStore<T>(
  engine: CacheSource,
  console: Console,
  instead: T,
  work: (store: AnswerStore) => Promise<T>,
): Promise<T> {
  const { store: url } = cacheOptions(engine.settings.cache, engine.file.cache);
  if (url === null && !existsSync(storeName(engine))) return instead;
  using store = await openStore(engine, (error) => warnOf(console, error));
  return await work(store);
}
