/**
 * Everything that can go wrong and that a person is told about, as one table: the code, the facts the words need, and the
 * kind, from which the exit code follows. The words themselves, in two languages, are in `words/`; nobody decides anything by reading a message.
 */
export interface ErrorDetails {
  /** An internal error: anything unexpected. */
  internal: { message: string };

  /**
   * Bad usage; `message` is commander's or the command's own sentence. `command`: whose help says more, `deepseek-chat batch run`; absent
   * for the program's own.
   */
  usage: { message: string; command?: string };
  /** What was asked for makes sense, and not now; `message` says why. */
  not_possible: { message: string };
  no_question: Record<string, never>;
  /** `reason`: the system's name, or ours as in the words; `limit`: what it exceeds, or what else the reason is about. */
  input_unreadable: { path: string; reason: string; limit?: string };
  /** Pictures for a model that is known to read none; `other`: one that does. */
  no_vision: { model: string; other: string };
  /** A model whose service does not search, where there is no tool that does. */
  no_web_search: { provider: string; model: string };
  /** `reason` as in the words; `detail`: the address, the status, the limit that it is about. */
  url_unreadable: { url: string; reason: UrlRefusal; detail?: string };
  /** A picture of an answer. `url`: where it was; empty where it came with the answer. `detail`: as for `url_unreadable`, or a form. */
  picture_lost: { provider: string; url: string; reason: UrlRefusal | PictureRefusal; detail: string };
  /** A file whose import takes more time or memory than it may. */
  input_too_heavy: { path: string; why: "time" | "memory" };
  /** An imported file with nothing in it that the program understands. */
  not_a_conversation: { path: string };
  /** `inSession`: nothing is replaced there. */
  output_exists: { path: string; inSession?: true };
  /** Several conversations that would need a folder. */
  output_needed: { count: number; form: string };
  /** `turns` as they were typed; `count`: how many the conversation has. */
  no_such_turns: { turns: string; title: string; count: number };
  nothing_named: { option: string; what: "conversation" | "file" };
  /** `instead`: the option that makes a terminal unnecessary. */
  not_a_terminal: { what: string; instead?: string };
  unknown_provider: { name: string; known: readonly string[] };
  /** `nearest`: the profile that may have been meant. */
  unknown_profile: { name: string; known: readonly string[]; nearest: string | null };
  /** `ended`: its exit code or the signal; null where it cannot be run. */
  editor_failed: { editor: string; ended: string | null };
  not_a_log: { path: string };
  /** A regular expression that took longer than a search may. */
  slow_pattern: { pattern: string; seconds: number };
  /** `source`: the path, or what it was given with. `at`: line and column, or a path in the schema; empty where it is not known. */
  schema_unusable: { source: string; at: string; why: SchemaMistake; said: string };
  /** `reason` in the words of the engine. */
  bad_pattern: { pattern: string; reason: string };
  /** It was removed. */
  no_working_folder: Record<string, never>;
  /** Neither the environment nor the account names a home folder. */
  no_home: Record<string, never>;
  unknown_setting: { name: string; nearest: string | null };
  /** A setting that `/set` does not change; `instead`: the command that does. */
  setting_fixed: { name: string; instead: string };
  /** `longest`: characters that a tag may have. */
  bad_tag: { tag: string; longest: number };
  too_many_tags: { title: string; max: number };
  /** `nearest`: what may have been meant. */
  bad_value: { name: string; value: string; expected: string; nearest?: string | null };
  /** Variables of a role's template that have no value. */
  missing_variable: { role: string; names: readonly string[] };

  /** Where nothing can listen. `reason`: the system's name of the failure. */
  address_unusable: { address: string; reason: string };

  /** Settings and credentials. */
  no_key: { provider: string; variable: string };
  /** A secret that `auth` names is nowhere; `variable`: the one that would hold it, null where none is named. */
  no_secret: { provider: string; secret: string; variable: string | null };
  /** `origin`: where a key is that is not stored by the program; null for nowhere. */
  no_stored_key: { provider: string; origin: string | null };
  /** Nothing that was approved has this path or digest. */
  not_trusted: { name: string };
  key_malformed: { provider: string; origin: string };
  key_command_failed: {
    provider: string;
    command: string;
    why: "missing" | "timeout" | "failed" | "empty" | "flooded";
    /** The system's name of the failure, the exit code, or seconds; what it said on stderr. */
    reason: string;
    said: string;
  };
  /** `reason` is null where there is no keyring. */
  keyring_failed: { provider: string; keyring: string; reason: string | null };
  /** `isSigned`: whether requests are signed or sent with tokens, by the provider's `auth`. */
  key_rejected: { provider: string; status: number; origin: string; reason: string; isSigned?: boolean };
  /** The service wants a key, and was asked without one; `variable` would hold it, null where none is known. */
  key_wanted: { provider: string; status: number; reason: string; variable: string | null };
  /**
   * Who asks cannot be proved. `why`: the service of tokens refused (`reason`: its status, `said`: its words) or gave none; a program
   * printed no headers, or a header that may not be set; the key is no key of the algorithm; or the body is no JSON to put fields into.
   */
  auth_failed: {
    provider: string;
    why: "token" | "no_token" | "program" | "header" | "key" | "body";
    reason: string;
    said: string;
  };
  /** A token that the service refuses because its time is over, or not there yet; `at`: ISO 8601. */
  token_untimely: { provider: string; origin: string; why: "expired" | "early"; at: string };
  /** Calls that nobody could be asked about, and nothing came of the question. */
  tool_not_allowed: { names: readonly string[] };
  /**
   * A file of tools; the rest is used. `key` with `value` and `expected`, which is null for an unknown key; else `reason`: the system's
   * name of the failure, ours, or the parser's sentence.
   */
  tools_unreadable: {
    path: string;
    line: number | null;
    key: string | null;
    value: string;
    expected: string | null;
    reason: string;
  };
  no_balance: { provider: string; reason: string };
  forbidden: { provider: string; origin: string; reason: string };
  no_model: { provider: string };
  /** `role`: whose file it is; the config file where there is none. */
  /** A project's role that nobody approved. */
  role_unapproved: { role: string; path: string };
  /** `reason`: the system's or the YAML parser's name of what is wrong, or ours; `said`: the parser's sentence, English or empty. */
  config_broken: { path: string; line: number | null; key: string | null; reason: string; said: string; role?: string };
  config_misfit: { path: string; line: number | null; key: string; value: string; expected: string; role?: string };
  /** `nearest`: the setting that may have been meant. */
  config_unknown: { path: string; line: number | null; key: string; nearest: string | null; role?: string };
  /** `setting`: the row of a provider that names an environment variable that is not set. */
  unset_variable: { setting: string; variable: string };
  untrusted_endpoint: { provider: string; url: string; origin: string; keyOrigin: string };
  insecure_endpoint: { provider: string; url: string };
  /** `variable` names the proxy, which could read what plain http carries. */
  insecure_proxy: { provider: string; url: string; variable: string };

  /** No MCP server of that name is configured. */
  mcp_unknown: { name: string; known: readonly string[] };
  mcp_login_needed: { server: string };
  /**
   * An entry that cannot be used. `why`: it names a `variable` that is not set, or one with a `key` in a project's file; it has not the
   * `form` of an entry; or its `url` is none. `value`: what is wrong.
   */
  mcp_entry: { server: string; path: string; why: "variable" | "key" | "form" | "url"; value: string };

  /** Nothing is at the address that `setting` gives, and a service at `better`. */
  wrong_base_url: { provider: string; url: string; better: string; setting: string };

  /**
   * What the next request could cost goes beyond a limit. `limited`: the provider that the limit is for; null for all of them.
   * Amounts in units of `currency`; `uncounted` is what requests can have cost that were not counted, `reserved` what those could cost
   * that run, or whose program was killed today. `atPeak`: whether `amount` is at the peak rate.
   */
  budget_exceeded: {
    scope: "day" | "month" | "conversation" | "command";
    limited: string | null;
    currency: string;
    limit: number;
    spent: number;
    uncounted: number;
    reserved: number;
    amount: number;
    atPeak: boolean;
  };
  /** There is a budget, and nobody knows what the next request could cost in its currency. */
  budget_unpriced: { provider: string; model: string; currency: string };

  /** The provider refused this request and would refuse it again. */
  /**
   * `advice`: what is to be looked at. `url`: what was asked, where the address is; `suggested`: the base URL that may be meant.
   * `fields`: those of the request that the service names; `setting`: the one that put the first of them there.
   */
  request_refused: {
    provider: string;
    status: number;
    reason: string;
    advice: RefusalAdvice;
    url: string;
    suggested: string | null;
    fields: readonly string[];
    setting: string;
  };
  model_not_found: { provider: string; model: string; reason: string };
  content_refused: { provider: string; reason: string };
  /** The service calls the answer finished, and there is none: `came` is what came of it, `calls` the names of tools. */
  empty_answer: { came: "nothing" | "thinking" | "tool_call"; reason: string; calls: string };
  /** The model keeps calling tools where it may not any more; `rounds` is how often it could. */
  tool_rounds: { rounds: number };
  /** `transcript`: where the whole answer is; null where it is not saved. */
  nothing_extracted: { form: "code" | "json"; transcript: string | null };
  /** An answer that does not fit its schema. `errors` in the words of the validator; `transcript`: where the whole answer is. */
  schema_misfit: { errors: readonly string[]; transcript: string | null };
  context_too_long: { provider: string; model: string; limit: number | null; reason: string };
  /** A summary that is cut short, filtered, empty, or longer than what it stands for. */
  summary_unusable: { provider: string; why: "cut" | "filtered" | "empty" | "longer" };

  /** `others`: providers that have the service. */
  not_offered: { provider: string; service: ServiceName; others: readonly string[] };
  /** `id`: of a batch, or of a file of results. */
  batch_not_found: { provider: string; id: string };
  /** No file of that id lies at the service. */
  file_not_found: { provider: string; id: string };
  /** Items whose batches ended without results of theirs. */
  batch_left: { provider: string; left: number; statuses: readonly string[] };
  /** Batches of this output run at another provider. */
  batch_elsewhere: { provider: string; running: string };
  /** Of fine-tuning. */
  job_not_found: { provider: string; id: string };
  /** A job that ended without a model; `code` and `message` in the service's words, empty where it says nothing. */
  job_unsuccessful: { provider: string; id: string; outcome: "failed" | "cancelled"; code: string; message: string };
  /** Jobs of the same file; none is named where an earlier request for one got no answer. */
  job_exists: { provider: string; file: string; ids: readonly string[] };

  /** The service failed. */
  /** `start`: of the JSON that came in place of what the service documents. */
  service_unreadable: { provider: string; service: ServiceName; start: string };
  /** What it said was printed. */
  tool_failed: { name: string };
  /**
   * `variable`: the one that names the proxy. `start`: the command that starts the server, where it is one of this machine that
   * does not run and the command is known.
   */
  no_connection: {
    host: string;
    proxy: string | null;
    variable: string | null;
    cause: string;
    reason: string;
    start: string | null;
  };
  timeout: { host: string; seconds: number };
  /** Nothing came of any request for so long; `last`: the code of the last failure. */
  no_answers: { provider: string; seconds: number; last: string };
  /** One prompt of many took longer than it may. */
  item_timeout: { seconds: number };
  /** `wait`: seconds that the service asks for; null where it names none. */
  rate_limited: { provider: string; reason: string; wait: number | null };
  model_loading: { provider: string; status: number; reason: string };
  service_failed: { provider: string; status: number; reason: string };
  stream_failed: { provider: string; reason: string };
  not_a_stream: { provider: string; contentType: string; start: string };
  /**
   * An answer of another form than the provider's rows say. `expected`: where its text was looked for, or what was awaited; `came`: the
   * start of what came; `row`: the row that would read it, null where none can be told.
   */
  unexpected_shape: { provider: string; expected: string; came: string; row: string | null };
  /** `start`: of the JSON that came instead of a list of models. */
  not_a_list: { provider: string; start: string };
  incomplete_answer: { provider: string };
  /** A stream that ended before it began. */
  empty_stream: { provider: string };
  /** An unknown finish reason: the answer may be incomplete. */
  finish_unknown: { provider: string; reason: string };
  redirected: { provider: string; status: number; location: string };
  flooded: { provider: string; limit: string };

  /**
   * An MCP server that cannot be started or reached, or that ended. `reason`: its exit code or signal, seconds, the system's name, or
   * the server's answer; `said`: the end of what it wrote to stderr.
   */
  mcp_failed: {
    server: string;
    why: "ended" | "slow" | "flooded" | "missing" | "answer";
    reason: string;
    said: string;
  };

  /** `queue`: the URL, without a password; `reason` as in `cache_unavailable`. */
  queue_unavailable: { queue: string; reason: string };
  /** Another program submits the run: `owner` as in process-identity.ts. It is given up after `seconds` without a sign of it. */
  queue_busy: { owner: string; seconds: number };
  /** The run was submitted by another version of the program. */
  queue_version: { theirs: string; ours: number };
  /** A worker that cannot ask what a run asks; `message`: the words of why. */
  worker_unfit: { message: string };
  /** An item's job that no worker finished: several died over it, or it is damaged. */
  queue_job_failed: { why: "stalled" | "unreadable" };

  /** Local storage. */
  transcript_unwritable: { path: string; reason: string };
  /** The copy of a picture was not written to the folder `path`; the transcript has all the rest. */
  picture_unwritable: { path: string; reason: string };
  transcript_unreadable: { path: string; reason: string };
  transcript_not_found: { reference: string };
  transcript_busy: { path: string };
  transcript_ambiguous: { reference: string; candidates: readonly string[] };
  storage_failed: { path: string; reason: string };
  /** `reason`: the system's name of the failure; `locked` by another program, `shared`: others can write to its folder. */
  ledger_unwritable: { path: string; reason: string };
  ledger_damaged: { path: string };
  /** A later version of the program made it. */
  ledger_newer: { path: string };
  /** `store`: the path or the URL, without a password; `reason`: a name of ours or the system's, or what the server says. */
  cache_unavailable: { store: string; reason: string };
  /** It was removed, and an empty one made. */
  cache_damaged: { path: string };
  /** stdout takes nothing more. `reason`: the system's name of the failure; `transcript`: where the whole answer is all the same. */
  output_unwritable: { reason: string; transcript: string | null };

  /** So many lines of a batch's input are no prompts; which was said. */
  batch_input_bad: { path: string; bad: number };
  /** Nothing is asked in it. */
  batch_input_empty: { path: string };
  /** So many lines of a training file are no examples; which was printed. */
  training_file_bad: { path: string; bad: number };
  training_file_empty: { path: string };
  /** No example came of so many conversations. */
  training_nothing: { conversations: number };
  /** While it was read. */
  batch_input_changed: { path: string; line: number };
  /** An output without a journal beside it. */
  batch_unknown: { path: string };
  /** A file in the place of a journal that this version can't read: of a newer one, or of something else. */
  batch_journal_foreign: { path: string };
  /** Another run writes to that output. */
  batch_busy: { path: string };
  /** An output of an earlier run whose input, parameters or lines are not as they were. */
  batch_changed: { path: string; changes: readonly BatchChange[] };
  /** An output with lines of something else; `line`: the first of them, null where there is no journal beside it. */
  batch_output_foreign: { path: string; line: number | null };
  /** An output that is the input, or no file that can be written and read again: a pipe, a terminal, a folder. */
  batch_output_unfit: { path: string; why: "input" | "not_a_file" };

  /** The person stopped it (Ctrl-C, a signal); not a failure, but it ends a turn. */
  interrupted: Record<string, never>;
}

/** What is not as it was when a batch was begun: more lines of input, other lines, a parameter with its values as JSON, the output. */
export type BatchChange =
  | { readonly what: "grown"; readonly lines: number }
  | { readonly what: "input" }
  | { readonly what: "parameter"; readonly name: string; readonly before: string; readonly after: string }
  | { readonly what: "output" };

/**
 * What is wrong with a schema: neither JSON nor YAML; not an object; not a schema; of a version that is not known; in the short form,
 * a field without a name, of an unknown type, or there twice.
 */
export type SchemaMistake = "syntax" | "not_object" | "invalid" | "dialect" | "no_name" | "unknown_type" | "duplicate";

/**
 * What of a refused request is to be looked at: the address, where there is nothing; its scheme, where the port speaks TLS; a
 * field that a setting of the person's put there; the tools that were offered; or what the service says.
 */
type RefusalAdvice = "none" | "route" | "https" | "field" | "tools";

/** What a provider may offer beside chat. */
export type ServiceName = "batches" | "images" | "files" | "ocr" | "fineTuning" | "fillIn";

/** What came in the place of a picture: nothing, a web page, half of one, something else, one of another form, or one with too many pixels. */
export type PictureRefusal = "empty" | "page" | "broken" | "other" | "form" | "huge";

/** Why a web page cannot be read: `detail` is the address of `private`, the proxy of `unresolved`, the status of `status`. */
type UrlRefusal =
  | "malformed"
  | "scheme"
  | "credentials"
  | "private"
  | "unresolved"
  | "redirects"
  | "status"
  | "too_large"
  | "too_slow"
  | "empty"
  | "type";

export type ErrorCode = keyof ErrorDetails;

/**
 * Kind of an error, which decides what comes next: an internal error, wrong usage, settings and credentials,
 * a request that the service would refuse again, a service or a way to it that may work later, this machine's disk and streams,
 * or the person's own stop.
 */
export type ErrorKind = "internal" | "usage" | "config" | "refused" | "service" | "local" | "interrupted";

const kinds: Readonly<Record<ErrorCode, ErrorKind>> = {
  internal: "internal",
  usage: "usage",
  not_possible: "usage",
  no_question: "usage",
  input_unreadable: "usage",
  no_vision: "usage",
  no_web_search: "config",
  url_unreadable: "usage",
  picture_lost: "service",
  input_too_heavy: "usage",
  not_a_conversation: "usage",
  output_exists: "usage",
  output_needed: "usage",
  nothing_named: "usage",
  not_a_terminal: "usage",
  unknown_provider: "usage",
  unknown_profile: "usage",
  editor_failed: "usage",
  not_a_log: "usage",
  slow_pattern: "usage",
  schema_unusable: "usage",
  bad_pattern: "usage",
  no_working_folder: "usage",
  unknown_setting: "usage",
  setting_fixed: "usage",
  no_such_turns: "usage",
  bad_tag: "usage",
  too_many_tags: "usage",
  bad_value: "usage",
  missing_variable: "usage",
  transcript_not_found: "usage",
  transcript_ambiguous: "usage",
  address_unusable: "usage",
  no_key: "config",
  no_secret: "config",
  no_stored_key: "config",
  not_trusted: "usage",
  key_malformed: "config",
  key_command_failed: "config",
  keyring_failed: "config",
  key_rejected: "config",
  key_wanted: "config",
  auth_failed: "config",
  token_untimely: "config",
  tool_not_allowed: "config",
  tools_unreadable: "config",
  no_balance: "config",
  forbidden: "config",
  no_model: "config",
  role_unapproved: "config",
  config_broken: "config",
  config_misfit: "config",
  config_unknown: "config",
  unset_variable: "config",
  untrusted_endpoint: "config",
  insecure_endpoint: "config",
  insecure_proxy: "config",
  wrong_base_url: "config",
  budget_exceeded: "config",
  budget_unpriced: "config",
  mcp_unknown: "usage",
  mcp_login_needed: "config",
  mcp_entry: "config",
  request_refused: "refused",
  model_not_found: "refused",
  content_refused: "refused",
  context_too_long: "refused",
  summary_unusable: "refused",
  empty_answer: "refused",
  tool_rounds: "refused",
  nothing_extracted: "refused",
  tool_failed: "service",
  schema_misfit: "refused",
  no_connection: "service",
  timeout: "service",
  item_timeout: "service",
  no_answers: "service",
  rate_limited: "service",
  model_loading: "service",
  service_failed: "service",
  stream_failed: "service",
  not_a_stream: "service",
  unexpected_shape: "service",
  not_a_list: "service",
  service_unreadable: "service",
  batch_left: "service",
  batch_not_found: "refused",
  file_not_found: "refused",
  batch_elsewhere: "usage",
  job_not_found: "refused",
  job_unsuccessful: "refused",
  job_exists: "usage",
  not_offered: "usage",
  incomplete_answer: "service",
  empty_stream: "service",
  finish_unknown: "service",
  redirected: "service",
  flooded: "service",
  mcp_failed: "service",
  queue_unavailable: "service",
  queue_busy: "usage",
  queue_version: "config",
  worker_unfit: "config",
  queue_job_failed: "service",
  no_home: "local",
  transcript_unwritable: "local",
  picture_unwritable: "local",
  transcript_unreadable: "local",
  transcript_busy: "local",
  storage_failed: "local",
  ledger_unwritable: "local",
  ledger_damaged: "local",
  ledger_newer: "local",
  cache_unavailable: "local",
  cache_damaged: "local",
  output_unwritable: "local",
  batch_input_bad: "usage",
  batch_input_empty: "usage",
  training_file_bad: "usage",
  training_file_empty: "usage",
  training_nothing: "usage",
  batch_input_changed: "usage",
  batch_unknown: "usage",
  batch_journal_foreign: "usage",
  batch_busy: "usage",
  batch_changed: "usage",
  batch_output_foreign: "usage",
  batch_output_unfit: "usage",
  interrupted: "interrupted",
};

/** The kind of an error that only its code is known of. */
export function kindOf(code: string): ErrorKind {
  return Object.hasOwn(kinds, code) ? kinds[code as ErrorCode] : "service";
}

/** Exit codes as promised to scripts. */
const exitCodes: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  usage: 2,
  config: 3,
  refused: 4,
  service: 5,
  local: 6,
  interrupted: 130,
};

/** The exit code of a kind of failure; 0 where nothing failed. */
export function exitCodeOf(kind: ErrorKind | null): number {
  return kind === null ? 0 : exitCodes[kind];
}

export interface AppErrorOptions {
  cause?: unknown;
  /** Milliseconds the service asked to wait before another attempt; null when it did not say. */
  retryAfter?: number | null;
  /** The service's own name for the request, to quote to its support. */
  traceId?: string | null;
}

/** An error the program foresaw: a code, the facts behind it, and its kind. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = "AppError";
  readonly code: Code;
  readonly details: ErrorDetails[Code];
  readonly retryAfter: number | null;
  readonly traceId: string | null;

  constructor(code: Code, details: ErrorDetails[Code], options: AppErrorOptions = {}) {
    super(`${code} ${JSON.stringify(details)}`, { cause: options.cause });
    this.code = code;
    this.details = details;
    this.retryAfter = options.retryAfter ?? null;
    this.traceId = options.traceId ?? null;
  }

  get kind(): ErrorKind {
    return kinds[this.code];
  }
}

/**
 * The error as one of ours; what was not foreseen becomes `internal`, with the original as its cause.
 */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    "internal",
    { message: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
}

/** The system's short name of a failure (`ENOSPC`, `EACCES`), or the message where there is none. */
export function systemReason(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
