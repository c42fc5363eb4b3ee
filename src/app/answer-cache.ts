import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { AnswerStore } from "../cache/answer-store.ts";
import type { GuardedStore } from "../cache/guarded-store.ts";
import type { Layer } from "../chat/layers.ts";
import { type CacheOptions, cacheOptions, shownStore } from "../config/cache-options.ts";
import type { Folders } from "../config/folders.ts";
import type { ConfigFile, Settings } from "../config/schema.ts";
import type { AppError } from "../errors.ts";
import type { Connection } from "../providers/connection.ts";
import { isAlive, thisOwner } from "../process-identity.ts";
import { withFindings } from "./capabilities.ts";

/** What answers are stored with; the engine is one. */
export interface CacheSource {
  readonly settings: Settings;
  readonly file: ConfigFile;
  readonly folders: Folders;
}

/** The store that the settings name, as a person reads it: its path, or its URL without a password. */
export function storeName({ file, folders, settings }: CacheSource): string {
  const { store } = cacheOptions(settings.cache, file.cache);
  return store === null ? fileOf(folders) : shownStore(store);
}

/**
 * @param onDamage called where a damaged file was removed
 * @throws AppError `cache_unavailable`
 */
export async function openStore(
  { file, folders, settings }: CacheSource,
  onDamage: (error: AppError) => void,
): Promise<AnswerStore> {
  const { store: url, maxSize } = cacheOptions(settings.cache, file.cache);
  if (url !== null) {
    const { RedisStore } = await import("../cache/redis-store.ts");
    return new RedisStore({ url, shownUrl: shownStore(url) });
  }
  const { FileStore } = await import("../cache/file-store.ts");
  return new FileStore({ path: fileOf(folders), maxSize, isAlive, onDamage });
}

/** The store of a run, opened when it is first needed and left alone once it fails. */
export async function guardedStore(source: CacheSource): Promise<GuardedStore> {
  const { GuardedStore } = await import("../cache/guarded-store.ts");
  const guarded: GuardedStore = new GuardedStore(async () => await openStore(source, (error) => guarded.report(error)));
  return guarded;
}

/**
 * The layer that answers from the store what was asked before; none where the settings want no cache.
 *
 * @param model the id that the provider knows
 */
export async function cacheLayers(
  engine: CacheSource & { readonly answers: (() => Promise<GuardedStore>) | null },
  connected: Connection,
  model: string,
): Promise<readonly Layer[]> {
  const { enabled, ttl } = optionsOf(engine);
  if (!enabled || engine.answers === null) return [];
  const [{ withCache }, { requestKey }, { requestBody }, { redactedJson }, store] = await Promise.all([
    import("../cache/layer.ts"),
    import("../cache/key.ts"),
    import("../providers/wire/request-body.ts"),
    import("../providers/wire/redact.ts"),
    engine.answers(),
  ]);
  const { name: provider, baseUrl, query, headers, wire } = connected;
  // Another key for the same service is the same question.
  const beside = redactedJson({ query, headers, wire }, connected);
  const connection = withFindings(engine, connected, model);
  return [
    withCache(store, {
      to: { provider, model },
      ttl,
      keyOf: (request) => requestKey({ provider, baseUrl, beside, body: { ...requestBody(request, connection) } }),
      newOwner: () => `${thisOwner()}.${randomUUID()}`,
    }),
  ];
}

/** A wish for new answers is one for storing them. */
function optionsOf({ settings: { cache, refresh_cache: refresh }, file }: CacheSource): CacheOptions {
  const options = cacheOptions(cache, file.cache);
  return { ...options, enabled: options.enabled || (refresh === true && cache !== false) };
}

function fileOf({ cache }: Folders): string {
  return join(cache, "answers.db");
}
