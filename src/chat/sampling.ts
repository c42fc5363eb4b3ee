/** How the value of a parameter is written; config/ checks it, commands/ reads it from a flag. */
interface ParameterValues {
  readonly number: number;
  /** From 1. */
  readonly count: number;
  readonly integer: number;
  readonly texts: readonly string[];
  /** One word for a form of answers, or the whole form as the service takes it. */
  readonly form: string | Readonly<Record<string, unknown>>;
  /** How closely a model looks at pictures. */
  readonly detail: "auto" | "low" | "high";
  /** Further fields of the request's body, as somebody wrote them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export type ParameterKind = keyof ParameterValues;

export interface SamplingParameter {
  readonly kind: ParameterKind;
  /** The least and the greatest value of a `number`. */
  readonly range?: readonly [number, number];
  /** A letter that stands for its flag. */
  readonly short?: string;
}

/**
 * What a request may say about how an answer is chosen. The name is the setting's, the request's field and the one in
 * transcripts; the flag is made of it. To add one, add a row, and its words in `words/` and `scripts/setting-words.ts`.
 * The order is the one of --help and of transcripts.
 */
export const samplingParameters = {
  temperature: { kind: "number", range: [0, 2], short: "T" },
  top_p: { kind: "number", range: [0, 1] },
  top_k: { kind: "count" },
  max_tokens: { kind: "count" },
  frequency_penalty: { kind: "number", range: [-2, 2] },
  presence_penalty: { kind: "number", range: [-2, 2] },
  stop: { kind: "texts" },
  seed: { kind: "integer" },
  min_p: { kind: "number", range: [0, 1] },
  response_format: { kind: "form" },
  image_detail: { kind: "detail" },
  body: { kind: "fields" },
} as const satisfies Readonly<Record<string, SamplingParameter>>;

export type SamplingName = keyof typeof samplingParameters;
export type SamplingValue<Name extends SamplingName> = ParameterValues[(typeof samplingParameters)[Name]["kind"]];

/** Only what someone set. */
export type Sampling = { readonly [Name in SamplingName]?: SamplingValue<Name> };

export const samplingNames = Object.keys(samplingParameters) as readonly SamplingName[];

/** The parameters of a kind among named values, in the order of the table; what is undefined is absent from the result. */
export function samplingOf(
  values: { readonly [Name in SamplingName]?: SamplingValue<Name> | undefined },
  isWanted: (kind: ParameterKind) => boolean = () => true,
): Sampling {
  const names = samplingNames.filter((name) => values[name] !== undefined && isWanted(samplingParameters[name].kind));
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}
