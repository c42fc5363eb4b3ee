import type { documentForms, fillInForms, imageForms, ProviderConfig, recognitionForms } from "../config/schema.ts";
import type { ServiceName } from "../errors.ts";
import { type BatchRules, batchRulesOf } from "./batches/rules.ts";
import { type TuningRules, tuningRulesOf } from "./fine-tuning/rules.ts";

/** What a provider offers beside chat; null for what it does not. */
export interface Services extends Readonly<Record<ServiceName, unknown>> {
  /** What it takes as a batch of its own. */
  readonly batches: BatchRules | null;
  /** How it makes pictures. */
  readonly images: Offered<typeof imageForms>;
  /** Whose Files API it has, for documents that go with questions. */
  readonly files: Offered<typeof documentForms>;
  /** Whose text recognition it has. */
  readonly ocr: Offered<typeof recognitionForms>;
  /** How it is told to fine-tune a model. */
  readonly fineTuning: TuningRules | null;
  /** Where it fills in the middle. */
  readonly fillIn: Offered<typeof fillInForms>;
}

type Offered<Forms extends readonly string[]> = Exclude<Forms[number], "none"> | null;

export const noServices: Services = {
  batches: null,
  images: null,
  files: null,
  ocr: null,
  fineTuning: null,
  fillIn: null,
};

export const serviceNames = Object.keys(noServices) as readonly ServiceName[];

/** The services of the catalogue's row, as the config file's entry changes them. */
export function servicesOf(entry: ProviderConfig | undefined, row: Services): Services {
  const { batches, images, files, ocr, fine_tuning: fineTuning, fill_in: fillIn } = entry ?? {};
  return {
    batches: batchRulesOf(batches, row.batches),
    images: offered(images, row.images),
    files: offered(files, row.files),
    ocr: offered(ocr, row.ocr),
    fineTuning: tuningRulesOf(fineTuning, row.fineTuning),
    fillIn: offered(fillIn, row.fillIn),
  };
}

function offered<Form extends string>(set: Form | "none" | undefined, known: Form | null): Form | null {
  if (set === undefined) return known;
  return set === "none" ? null : set;
}
