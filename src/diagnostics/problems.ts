import type { AppError, ErrorKind } from "../errors.ts";

/** What checks find wrong, beyond the program's errors: the code, and the facts that the words need. */
export interface ProblemDetails {
  dumb_terminal: { term: string };
  narrow_terminal: { columns: number };
  /** The terminal draws a Chinese character on so many columns. */
  wrong_width: { columns: number };
  readable_by_others: { path: string; mode: string };
  writable_by_others: { path: string; mode: string };
  foreign_owner: { path: string };
  not_writable: { path: string; reason: string };
  no_space: { path: string; megabytes: number };
  leftover_pictures: { folder: string; count: number; first: string; bytes: number };
  unreadable_transcripts: { folder: string; count: number; first: string; reason: string };
  index_damaged: { path: string };
  index_blocked: { path: string };
  malformed_proxy: { variable: string };
  unsupported_proxy: { variable: string; scheme: string };
  unreadable_certificates: { path: string; reason: string };
  certificate_ends: { days: number };
  /** Nothing listens where a server of this machine should. */
  not_running: { host: string };
  slow: { seconds: number };
  clock_off: { seconds: number };
  /** A provider's row holds what looks like a key. */
  secret_in_file: { setting: string };
  no_list: { provider: string; reason: string };
  model_unlisted: { provider: string; model: string };
  model_retired: { model: string; successor: string };
  /** The time for a question was up while its answer was still coming. */
  still_answering: { model: string; seconds: number };
  /** A stream ends without saying why, or without `[DONE]`. */
  unfinished_stream: { provider: string };
  no_usage: { provider: string };
  /** The switch that was sent so far is refused, or does nothing. */
  refused_switch: { provider: string; form: string };
  idle_switch: { provider: string; form: string };
  other_switch: { provider: string; form: string; works: string };
  other_prefix: { provider: string; form: string; works: string };
  no_json: { provider: string };
  other_schema: { provider: string; form: string; works: string };
}

export type ProblemCode = keyof ProblemDetails;

/** What fails; all else is a warning. */
const failures: { readonly [Code in ProblemCode]?: ErrorKind } = {
  not_writable: "local",
  no_space: "local",
  malformed_proxy: "config",
  unsupported_proxy: "config",
  model_retired: "refused",
};

export type Problem =
  /** `about` is what the error would be met with, where it is not met with every question: a warning then. */
  | { readonly kind: "error"; readonly error: AppError; readonly about?: string }
  | {
      [Code in ProblemCode]: { readonly kind: "problem"; readonly code: Code; readonly details: ProblemDetails[Code] };
    }[ProblemCode];

export function problem<Code extends ProblemCode>(code: Code, details: ProblemDetails[Code]): Problem {
  return { kind: "problem", code, details } as unknown as Problem;
}

/** What kind of failure a problem is; null for a warning. */
export function failureKind(found: Problem): ErrorKind | null {
  if (found.kind === "error") return found.about === undefined ? found.error.kind : null;
  return failures[found.code] ?? null;
}
