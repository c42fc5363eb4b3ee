import type { Usage } from "../../chat/model.ts";
import { isRecord } from "../wire/json.ts";

/** What a service made. */
export interface MadePictures {
  readonly pictures: readonly MadePicture[];
  /** Null where it does not count tokens. */
  readonly usage: Usage | null;
}

interface MadePicture {
  /** A data URL, or an address that lives for a while. */
  readonly url: string;
  /** The prompt as the service had it rewritten; null where it did not. */
  readonly prompt: string | null;
  readonly seed: number | null;
}

/** Pictures of one answer that are looked at. */
const mostPictures = 64;

/**
 * The pictures in an answer: SiliconFlow's `{images: [{url}], seed}`, and OpenAI's `{data: [{b64_json | url, revised_prompt}], usage}`.
 *
 * @returns null where there are none
 */
export function readPictures(json: unknown): MadePictures | null {
  if (!isRecord(json)) return null;
  const list = [json["images"], json["data"]].find((each) => Array.isArray(each)) as readonly unknown[] | undefined;
  const pictures = (list ?? []).slice(0, mostPictures).flatMap((item) => readPicture(item, json["seed"]));
  return pictures.length === 0 ? null : { pictures, usage: readTokens(json["usage"]) };
}

function readPicture(item: unknown, seed: unknown): MadePicture[] {
  const fields: Record<string, unknown> = isRecord(item) ? item : { url: item };
  const { b64_json: base64, url, revised_prompt: prompt } = fields;
  const isData = typeof base64 === "string" && base64 !== "";
  const address = isData ? `data:image/*;base64,${base64}` : url;
  if (typeof address !== "string" || address === "") return [];
  const own = fields["seed"] ?? seed;
  return [
    {
      url: address,
      prompt: typeof prompt === "string" && prompt !== "" ? prompt : null,
      seed: typeof own === "number" && Number.isSafeInteger(own) ? own : null,
    },
  ];
}

/** OpenAI's names differ from those of chat. */
function readTokens(usage: unknown): Usage | null {
  if (!isRecord(usage)) return null;
  const { input_tokens: input, output_tokens: output } = usage;
  if (!isCount(input) || !isCount(output)) return null;
  return {
    promptTokens: input,
    cachedTokens: 0,
    completionTokens: output,
    reasoningTokens: 0,
    totalTokens: input + output,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= 1e9;
}
