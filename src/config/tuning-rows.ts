import * as v from "valibot";
import { variablesIn } from "../template.ts";
import { mapping } from "./mapping-schema.ts";
import { isMapping } from "./tool-entries.ts";
import { pathPattern, places } from "./wire-schema.ts";

/**
 * How a provider of the config file is told to fine-tune a model: OpenAI's `/fine_tuning/jobs`, or the older `POST /fine_tune/create` with
 * a request for the status. What is otherwise at a gateway of the older form is a row: `providers.<name>.fine_tuning`.
 */
const forms = ["openai", "fine_tune", "none"] as const;

/** Variables of the request; those without a value are left out. */
const orderVariables = [
  "model",
  "training_file",
  "validation_file",
  "suffix",
  "method",
  "epochs",
  "batch_size",
  "learning_rate",
  "seed",
  "label",
] as const;

/** A template with no other variables than these. */
function using(known: readonly string[]) {
  return v.rawCheck<unknown>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const unknown = variablesIn(dataset.value).find(({ name }) => !known.includes(name));
    if (unknown === undefined) return;
    addIssue({ expected: known.map((name) => `\${${name}}`).join(" "), input: `\${${unknown.name}}` });
  });
}

/** Behind the base URL. */
const path = v.pipe(v.string(), v.regex(pathPattern), using([]) as v.RawCheckAction<string>);
const pathOfJob = v.pipe(v.string(), v.regex(/^[/?].*\$\{id\}/u), using(["id"]) as v.RawCheckAction<string>);
const request = v.pipe(
  mapping(v.string(), v.unknown()),
  using(orderVariables) as v.RawCheckAction<Readonly<Record<string, unknown>>>,
);
const statuses = v.array(v.pipe(v.string(), v.nonEmpty()));

const rows = v.strictObject({
  form: v.literal("fine_tune"),
  create: v.optional(path),
  status: v.optional(pathOfJob),
  cancel: v.optional(pathOfJob),
  request: v.optional(request),
  /** Where an answer has what; several places: the first one that has it. */
  job: v.optional(
    v.strictObject({
      id: v.optional(places),
      status: v.optional(places),
      model: v.optional(places),
      base_model: v.optional(places),
      error: v.optional(places),
      trained_tokens: v.optional(places),
      step: v.optional(places),
      steps: v.optional(places),
      train_loss: v.optional(places),
      valid_loss: v.optional(places),
    }),
  ),
  /** Statuses in which nothing changes any more. */
  succeeded: v.optional(statuses),
  failed: v.optional(statuses),
  cancelled: v.optional(statuses),
});
export const tuningSchema = v.lazy((input) => (isMapping(input) ? rows : v.picklist(forms))) as v.GenericSchema<
  (typeof forms)[number] | v.InferOutput<typeof rows>
>;
