/** An item's answer as one row: what spreadsheets and data frames take. */
export interface FlatRow {
  readonly id: string;
  /** Null where there is none; then `error` has a code. */
  readonly answer: string | null;
  readonly reasoning: string | null;
  /** JSON, as OpenAI's API has them. */
  readonly tool_calls: string | null;
  readonly finish_reason: string | null;
  readonly model: string | null;
  readonly prompt_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly error: string | null;
  readonly message: string | null;
}

/** Columns in their order, with what they hold. */
export const flatColumns: readonly (readonly [name: keyof FlatRow, kind: "text" | "count"])[] = [
  ["id", "text"],
  ["answer", "text"],
  ["reasoning", "text"],
  ["tool_calls", "text"],
  ["finish_reason", "text"],
  ["model", "text"],
  ["prompt_tokens", "count"],
  ["cached_tokens", "count"],
  ["completion_tokens", "count"],
  ["reasoning_tokens", "count"],
  ["error", "text"],
  ["message", "text"],
];

/** The parts of a result's line that a row is made of. */
interface FlatSource {
  readonly custom_id: string;
  readonly response: { readonly body?: FlatBody } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface FlatBody {
  readonly model?: string;
  readonly choices?: readonly { readonly message: FlatMessage; readonly finish_reason: string }[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number };
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number };
  } | null;
}

interface FlatMessage {
  readonly content: string | null;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
}

/** @param line a result as `resultLine` writes it */
export function flatRow(line: string): FlatRow {
  const { custom_id: id, response, error } = JSON.parse(line) as FlatSource;
  const { model = null, choices = [], usage = null } = response?.body ?? {};
  const { message, finish_reason: finish = null } = choices[0] ?? {};
  return {
    id,
    answer: error === null ? (message?.content ?? null) : null,
    reasoning: message?.reasoning_content ?? null,
    tool_calls: message?.tool_calls === undefined ? null : JSON.stringify(message.tool_calls),
    finish_reason: finish,
    model,
    prompt_tokens: usage?.prompt_tokens ?? null,
    cached_tokens: usage?.prompt_tokens_details?.cached_tokens ?? null,
    completion_tokens: usage?.completion_tokens ?? null,
    reasoning_tokens: usage?.completion_tokens_details?.reasoning_tokens ?? null,
    error: error?.code ?? null,
    message: error?.message ?? null,
  };
}
