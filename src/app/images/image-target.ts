import type { ModelRef } from "../../chat/model.ts";
import { AppError } from "../../errors.ts";
import { findProvider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import { type ImageForm, imageFormTable } from "../../providers/images/forms.ts";
import type { Engine } from "../engine.ts";

/** A model that makes pictures, with what it is asked by. */
export interface ImageTarget {
  readonly to: ModelRef;
  readonly form: ImageForm;
  /** Providers that make pictures. */
  readonly others: readonly string[];
}

/** What somebody named for pictures. */
export interface NamedImageModel {
  readonly provider: string;
  /** Null: the provider's own. */
  readonly model: string | null;
}

/**
 * The model that makes pictures: the one that was named for that, else the setting's, else the provider's own.
 *
 * @param named null where nobody named one
 * @param provider the one in use
 * @param edits whether pictures are to be changed
 * @throws AppError `unknown_provider`, `not_offered`, `no_model`
 */
export function imageTarget(
  engine: Pick<Engine, "file" | "readModel" | "settings">,
  named: NamedImageModel | null,
  provider: string,
  edits: boolean,
): ImageTarget {
  const { image_model: set } = engine.settings;
  const read = named === null && set !== undefined ? engine.readModel(set) : null;
  const wanted = named ?? { provider: read?.provider ?? provider, model: read?.model ?? null };
  const custom = engine.file.providers ?? {};
  const form = imageFormTable[serviceOf(findProvider(wanted.provider, custom), "images", custom)];
  const model = wanted.model ?? form.models?.[edits ? "edit" : "create"] ?? null;
  if (model === null) throw new AppError("no_model", { provider: wanted.provider });
  return { to: { provider: wanted.provider, model }, form, others: providersWith("images", custom) };
}
