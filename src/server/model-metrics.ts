import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Cost, ModelRef, Usage } from "../chat/model.ts";
import { LabelBound } from "./label-bound.ts";
import type { MetricsPage } from "./metrics-endpoint.ts";

/** What became of one question. */
export interface ModelOutcome {
  readonly model: ModelRef;
  /** The code of the error that it ended with; null for an answer. */
  readonly error: string | null;
  /** Null where nothing was counted. */
  readonly usage: Usage | null;
  /** Null where it is unknown. */
  readonly cost: Cost | null;
  /** Requests that were sent for it; 0 for a stored answer. */
  readonly requests: number;
  readonly firstMs: number | null;
  readonly totalMs: number;
}

/** Seconds: a short answer, one with minutes of thinking, one that nobody should wait for. */
const durations = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 180, 300, 420, 600, 900, 1800];
/** Seconds. A model that is cold or whose queue is long may take minutes to its first token. */
const firstTokens = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];
/** As the GenAI conventions ask for them, up to the largest context. */
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

/** Models, providers and codes of errors that have names of their own in labels. */
const maxModels = 50;
const maxCodes = 100;

const asked = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"] as const;

/**
 * Metrics of questions to models, in Prometheus's form. Names and labels are those of OpenTelemetry's GenAI conventions where it has
 * them, written as its exporter for Prometheus writes them; others begin with `deepseek_chat_`.
 */
export class ModelMetrics implements MetricsPage {
  readonly #registry = new Registry();
  readonly #updates: (() => void)[] = [];
  readonly #models = new LabelBound(maxModels);
  readonly #providers = new LabelBound(maxModels);
  readonly #codes = new LabelBound(maxCodes);
  readonly #duration = this.#histogram("gen_ai_client_operation_duration_seconds", durations, {
    help: "Time from the first request of a question to its answer or its last error, with retries, in seconds.",
    labels: ["error_type"],
  });
  readonly #first = this.#histogram("gen_ai_client_operation_time_to_first_chunk_seconds", firstTokens, {
    help: "Time from the request to the first piece of thinking or answer, in seconds.",
  });
  readonly #usage = this.#histogram("gen_ai_client_token_usage", tokens, {
    help: "Tokens of a question by gen_ai_token_type, input and output, as the provider counted them.",
    labels: ["gen_ai_token_type"],
  });
  readonly #tokens = this.#counter("deepseek_chat_tokens_total", {
    help: "Tokens by kind: cache_hit and cache_miss of the input, thinking and answer of the output.",
    labels: ["kind"],
  });
  readonly #requests = this.#counter("deepseek_chat_requests_total", {
    help: "Requests by outcome: ok, or the code of the error.",
    labels: ["outcome"],
  });
  readonly #retries = this.#counter("deepseek_chat_retries_total", {
    help: "Requests sent again, by the code of the error before.",
    labels: ["error_type"],
  });
  readonly #cost = this.#counter("deepseek_chat_cost_total", {
    help: "Money spent, in units of the currency, as far as prices are known.",
    labels: ["currency"],
  });
  readonly #unpriced = this.#counter("deepseek_chat_cost_unknown_total", {
    help: "Questions whose cost is unknown.",
  });
  readonly #limit = this.gauge("deepseek_chat_concurrency_limit", "Requests that may be under way at a provider.", [
    "gen_ai_provider_name",
  ]);

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  readonly text = async () => {
    for (const update of this.#updates) update();
    return await this.#registry.metrics();
  };

  /** Calls `update` before each reading: it sets gauges. */
  onRead(update: () => void): void {
    this.#updates.push(update);
  }

  /** A question has ended. `retries`: requests of it that `retry` was told of. */
  finish({ model, error, usage, cost, requests, firstMs, totalMs }: ModelOutcome, retries: number): void {
    const labels = this.#labels(model);
    const failed = error === null ? {} : { error_type: this.#codes.of(error) };
    const sent = Math.max(0, requests - retries);
    if (sent > 0) this.#requests.inc({ ...labels, outcome: error === null ? "ok" : this.#codes.of(error) }, sent);
    // A stored answer is no operation of a client.
    if (requests === 0) return;
    this.#duration.observe({ ...labels, ...failed }, totalMs / 1000);
    if (firstMs !== null) this.#first.observe(labels, firstMs / 1000);
    if (usage !== null) this.#count(labels, usage);
    if (cost === null) this.#unpriced.inc(labels);
    else if (cost.amount > 0) this.#cost.inc({ ...labels, currency: cost.currency }, cost.amount);
  }

  /** Requests failed, and are sent again. */
  retry(model: ModelRef, code: string, requests = 1): void {
    const labels = this.#labels(model);
    this.#requests.inc({ ...labels, outcome: this.#codes.of(code) }, requests);
    this.#retries.inc({ ...labels, error_type: this.#codes.of(code) }, requests);
  }

  /** So many requests may be under way at a provider from now on. */
  limit(provider: string, concurrency: number): void {
    this.#limit.set({ gen_ai_provider_name: this.#providers.of(provider) }, concurrency);
  }

  /** A number beside these in the same page. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #count(labels: Record<string, string>, usage: Usage): void {
    const { promptTokens, cachedTokens, completionTokens, reasoningTokens } = usage;
    this.#usage.observe({ ...labels, gen_ai_token_type: "input" }, promptTokens);
    this.#usage.observe({ ...labels, gen_ai_token_type: "output" }, completionTokens);
    const kinds = {
      cache_hit: cachedTokens,
      cache_miss: promptTokens - cachedTokens,
      thinking: reasoningTokens,
      answer: completionTokens - reasoningTokens,
    };
    for (const [kind, counted] of Object.entries(kinds)) {
      // A service may count more thinking than output.
      if (counted > 0) this.#tokens.inc({ ...labels, kind }, counted);
    }
  }

  #labels({ provider, model }: ModelRef): Record<string, string> {
    return {
      gen_ai_operation_name: "chat",
      gen_ai_provider_name: this.#providers.of(provider),
      gen_ai_request_model: this.#models.of(model),
    };
  }

  #histogram(name: string, buckets: number[], { help, labels = [] }: Instrument): Histogram {
    return new Histogram({ name, help, buckets, labelNames: [...asked, ...labels], registers: [this.#registry] });
  }

  #counter(name: string, { help, labels = [] }: Instrument): Counter {
    return new Counter({ name, help, labelNames: [...asked, ...labels], registers: [this.#registry] });
  }
}

interface Instrument {
  readonly help: string;
  /** Beside operation, provider and model. */
  readonly labels?: readonly string[];
}
