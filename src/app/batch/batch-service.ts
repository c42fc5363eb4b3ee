import { OpenAIBatches } from "../../providers/batches/openai-batches.ts";
import type { BatchService } from "../../providers/batches/provider-batch.ts";
import type { BatchRules } from "../../providers/batches/rules.ts";
import { type Provider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import type { Engine } from "../engine.ts";

/** @throws AppError `not_offered` */
export function rulesOf({ file }: Pick<Engine, "file">, provider: Provider): BatchRules {
  return serviceOf(provider, "batches", file.providers ?? {});
}

/** The batches of a provider. */
export function batchService({ file }: Pick<Engine, "file">, connection: Connection): BatchService {
  return new OpenAIBatches(connection, providersWith("batches", file.providers ?? {}));
}
