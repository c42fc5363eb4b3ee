import { userMessage } from "../../chat/message-text.ts";
import type { ChatEvent } from "../../chat/events.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { samplingOf } from "../../chat/sampling.ts";
import { runTurn, timingOf } from "../../chat/turn.ts";
import type { Answer } from "../../chat/answer.ts";
import { AppError } from "../../errors.ts";
import { findProvider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { AnswerView, type AnswerWriter, plainWriter, silentWriter } from "../../terminal/answer.ts";
import { sayBudget, sayParts, sayUnbooked, sayUncached, sayUnknownCost } from "../../terminal/answer-notes.ts";
import { summarise } from "../../terminal/figures.ts";
import { describe, type Terminal } from "../../terminal/terminal.ts";
import { usageJson } from "../../transcripts/format/metadata-write.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { factsOf, learnFacts, modelInUse } from "../model-facts.ts";
import { Books } from "../usage/books.ts";
import { meteringOf, Spending } from "../usage/cost-meter.ts";
import { maxBetaTokens } from "../usage/request-bound.ts";
import { textCounter } from "../usage/text-tokens.ts";
import { TurnPlace } from "../usage/turn-place.ts";
import { type GapOptions, readGap } from "./gap-source.ts";
import { fitGap, type Gap } from "./gap-window.ts";
import { LineLimit } from "./line-limit.ts";

export interface CompleteOptions extends GapOptions {
  /** Lines that are wanted; null for all. */
  readonly lines: number | null;
  readonly output: "text" | "json";
}

/** Tokens kept free for the middle where nobody says how long it may be, and for what stands around the parts of the prompt. */
const usualMiddle = 4096;
const frameTokens = 64;
/** Bytes that fit every window: of a model whose window nobody knows, the server is asked only for more. */
const smallBytes = 4096;

/**
 * Fills a gap in a text: prints what the model puts between what stands before it and behind it.
 *
 * @throws AppError `not_offered`, as `readGap`; whatever kept the middle from being whole, after all that came was printed
 */
export async function runComplete(engine: Engine, console: Console, options: CompleteOptions): Promise<void> {
  const gap = await readGap(engine, console, options);
  const { file, settings } = engine;
  const custom = file.providers ?? {};
  const form = serviceOf(findProvider(settings.provider, custom), "fillIn", custom);
  const connection = await engine.connect(settings.provider);
  const model = settings.model ?? (await modelInUse(engine, connection));
  const maxTokens = form === "beta" ? betaTokens(console, connection, settings.max_tokens) : settings.max_tokens;
  const fitted = await fittedGap(engine, console, connection, { gap, model, maxTokens });
  const request: ChatRequest = {
    model,
    messages: [userMessage(fitted.prefix)],
    suffix: fitted.suffix,
    sampling: samplingOf({ ...settings, max_tokens: maxTokens, response_format: undefined }),
    thinking: null,
    stream: settings.stream,
    refresh: settings.refresh_cache ?? false,
  };
  const filled = await fillGap(engine, console, connection, request, options);
  if (options.output === "json") console.terminal.json(asObject(console, filled, fitted.cut));
  report(engine, console, filled);
  // A reader of stdout that is gone is no error.
  if (filled.failure !== null && engine.stop.reason !== "closed") throw filled.failure;
}

/** The tokens to ask DeepSeek for, which takes no more than 4,096; undefined where nobody set any. */
function betaTokens({ terminal, words }: Console, { name }: Connection, wanted: number | undefined) {
  if (wanted === undefined || wanted <= maxBetaTokens) return wanted;
  terminal.say(words.fillIn.fewerTokens({ provider: name, wanted, tokens: maxBetaTokens }));
  return maxBetaTokens;
}

interface WantedGap {
  readonly gap: Gap;
  readonly model: string;
  readonly maxTokens: number | undefined;
}

/** The gap with as much around it as the model can read; what is left out is told. */
async function fittedGap(
  engine: Engine,
  { terminal, words }: Console,
  connection: Connection,
  { gap, model, maxTokens = usualMiddle }: WantedGap,
): ReturnType<typeof fitGap> {
  const { name: provider } = connection;
  if (Buffer.byteLength(gap.prefix) + Buffer.byteLength(gap.suffix) > smallBytes) {
    await learnFacts(engine, connection, model);
  }
  const { context } = factsOf(engine, provider, model);
  if (context === undefined) return { ...gap, cut: { prefix: 0, suffix: 0 } };
  const room = Math.max(1, context - Math.min(maxTokens, Math.floor(context / 2)) - frameTokens);
  const fitted = await fitGap(gap, room, await textCounter({ provider, model }));
  const { prefix, suffix } = fitted.cut;
  if (prefix + suffix > 0) terminal.warn(words.fillIn.cut({ prefix, suffix, window: context }));
  return fitted;
}

/** What came of a gap. */
interface FilledGap extends Omit<Answer, "unsaved"> {
  /** What was printed. */
  readonly middle: string;
  /** Whether it was ended here, as so many lines were wanted. */
  readonly hasLines: boolean;
  /** What the exit code follows from; null where all went well. */
  readonly failure: AppError | null;
}

async function fillGap(
  engine: Engine,
  console: Console,
  connection: Connection,
  request: ChatRequest,
  { lines, output }: CompleteOptions,
): Promise<FilledGap> {
  const to = { provider: connection.name, model: request.model };
  const books = engine.hold(new Books(engine.folders));
  const spending = new Spending(engine, books);
  const place = new TurnPlace(null, true);
  const mayExceed = engine.settings.over_budget;
  const model = await engine.openModel(to, connection, meteringOf({ spending, books }, "completion", place, mayExceed));
  const limit = new LineLimit(lines ?? Infinity);
  const enough = new AbortController();
  const view = viewOf(console, output);
  let middle = "";
  const show = (text: string) => {
    middle += text;
    if (text !== "") view.onEvent({ type: "text", text });
  };
  const onEvent = (event: ChatEvent) => {
    if (event.type !== "text") view.onEvent(event);
    else if (!enough.signal.aborted) show(limit.push(event.text));
    if (limit.isReached) enough.abort();
  };
  using _prepared = spending.prepare();
  const result = await runTurn(model, request, [onEvent], AbortSignal.any([engine.stop, enough.signal]), to);
  show(limit.end());
  await view.end();
  const bill = await spending.add(result, "completion");
  await spending.book(bill.billed, place);
  const hasLines = enough.signal.aborted;
  const isFiltered = result.finishReason === "content_filter";
  const refused = new AppError("content_refused", { provider: to.provider, reason: "content_filter" });
  const error = withoutRoute(engine, result.error);
  const failure = hasLines ? null : (error ?? (isFiltered ? refused : null));
  return { ...result, ...bill, unbooked: spending.takeUnbooked(), middle, hasLines, failure };
}

/** A server that has no such path does not fill gaps. */
function withoutRoute({ file }: Pick<Engine, "file">, error: AppError | null): AppError | null {
  if (error?.code !== "request_refused") return error;
  const { provider, advice } = (error as AppError<"request_refused">).details;
  if (advice !== "route") return error;
  const others = providersWith("fillIn", file.providers ?? {}).filter((name) => name !== provider);
  return new AppError("not_offered", { provider, service: "fillIn", others }, { cause: error });
}

function viewOf({ terminal, words }: Console, output: CompleteOptions["output"]): AnswerView {
  const writer =
    output === "json" ? silentWriter() : terminal.outIsTerminal ? plainWriter(terminal) : bareWriter(terminal);
  return new AnswerView(terminal, words, writer, "never");
}

/** The text to the byte, and nothing behind it. */
function bareWriter(terminal: Terminal): AnswerWriter {
  return { push: (text) => terminal.out(text), gap() {}, endBlock: async () => {}, end: async () => {} };
}

/** The object of `complete -o json`, as promised in docs. */
function asObject(
  { words }: Console,
  filled: FilledGap,
  cut: { readonly prefix: number; readonly suffix: number },
): object {
  const { answeredBy, middle, hasLines, finishReason, usage, cost, cached, startedAt, endedAt, failure } = filled;
  const { firstMs, totalMs } = timingOf(filled);
  return {
    provider: answeredBy.provider,
    model: answeredBy.model,
    text: middle,
    finish_reason: hasLines ? "lines" : finishReason,
    complete: hasLines || (failure === null && finishReason === "stop"),
    left_out: cut,
    usage: usageJson(usage) ?? null,
    cost,
    ...(cached && { cached: true }),
    timing: { first_token_ms: firstMs, total_ms: totalMs },
    started_at: isoWithOffset(startedAt),
    ended_at: isoWithOffset(endedAt),
    error: failure === null ? null : { code: failure.code, message: describe(failure, words.errors) },
  };
}

/** What is left to say. */
function report(engine: Pick<Engine, "stop">, { terminal, words }: Console, filled: FilledGap): void {
  if (engine.stop.reason === "closed") return;
  const parts = filled.hasLines ? { ...filled, error: null } : filled;
  sayParts(terminal, words, parts);
  if (filled.finishReason === "length") terminal.say(terminal.ink.err.warning(words.fillIn.cutByLength));
  if (terminal.errIsTerminal && (parts.error === null || filled.usage !== null)) {
    terminal.say(terminal.ink.err.muted(summarise(words.answer, { ...filled, ...timingOf(filled) }, terminal.columns)));
  }
  if (terminal.errIsTerminal) sayUnknownCost(terminal, words, filled);
  sayBudget(terminal, words, filled);
  sayUncached(terminal, words, filled);
  sayUnbooked(terminal, words, filled);
}
