import type { AuthFacts, CheckFacts, CheckId } from "../../diagnostics/subject.ts";
import { problems } from "./doctor-problems.ts";
import { services } from "./errors.ts";

/** What `doctor` calls its checks. */
const titles = {
  program: "Program",
  terminal: "Terminal",
  settings: "Settings",
  folders: "Files and folders",
  transcripts: "Transcripts",
  index: "Search index",
  provider: "Provider",
  key: "API key",
  proxy: "Proxy",
  lookup: "Name lookup",
  connect: "Connection",
  tls: "TLS",
  answer: "First byte",
  clock: "Clock",
  models: "Models",
  balance: "Balance",
  failover: "Failover",
  findings: "Model findings",
  streaming: "Streaming",
  usage: "Token counts",
  thinking: "Thinking switch",
  prefix: "Prefix completion",
  json: "JSON mode",
  schema: "Answers by schema",
};

const colors = { 0: "no colours", 1: "16 colours", 2: "256 colours", 3: "16 million colours" };
const places = { config: "settings", keys: "keys", data: "data", cache: "cache", transcripts: "transcripts" };

/** One line for each check: what was seen. */
const facts: { readonly [Id in CheckId]: (seen: CheckFacts[Id]) => string } = {
  program: (seen) =>
    `deepseek-chat ${seen.version}, Node ${seen.node}, ${seen.platform} ${seen.arch} (${seen.executable})`,
  terminal: (seen) =>
    [
      [seen.term, seen.program].filter(Boolean).join(", ") || "TERM isn't set",
      `${seen.columns}×${seen.rows}`,
      colors[seen.colors],
      can("Unicode", seen.unicode),
      ...(seen.wideColumns === null
        ? []
        : [`Chinese ${seen.wideColumns} ${seen.wideColumns === 1 ? "column" : "columns"} wide`]),
      can("hyperlinks", seen.hyperlinks),
      can("bracketed paste", seen.bracketedPaste),
      can("synchronized output", seen.synchronizedOutput),
      ...(seen.background === null ? [] : [`${seen.background} background`]),
    ].join(", "),
  settings: (seen) => {
    const lines = seen.set.map(({ name, value, origin }) => `${name} = ${value} (${origin})`);
    return [`${seen.path}${seen.exists ? "" : " (doesn't exist; optional)"}`, ...lines].join("\n");
  },
  folders: (seen) =>
    seen.places
      .map(
        ({ what, path, exists, mode }) =>
          `${places[what]}: ${path} (${exists ? (mode ?? "exists") : "not created yet"})`,
      )
      .join("\n"),
  transcripts: (seen) =>
    `${seen.count} ${seen.count === 1 ? "conversation" : "conversations"}, ${(seen.bytes / 1e6).toFixed(1)} MB, in ${seen.folder}`,
  index: (seen) =>
    [
      `${seen.files} ${seen.files === 1 ? "conversation" : "conversations"}, ${(seen.bytes / 1e6).toFixed(1)} MB, in ${seen.path}`,
      ...(seen.state === "outdated" ? ["built by another version; the next search rebuilds it"] : []),
      ...(seen.pending > 0 ? [`the next search reads ${seen.pending} more`] : []),
    ].join("; "),
  provider: (seen) =>
    `${seen.provider} at ${seen.baseUrl}${seen.origin === "" ? "" : ` (${seen.origin})`}, ${seen.model === null ? "no model set" : `model ${seen.model}`}${seen.services.length === 0 ? "" : `\nalso: ${seen.services.map((name) => services[name].name).join(", ")}`}`,
  key: (seen) =>
    seen.auth === null ? `from ${seen.origin}; new ones go to: ${seen.store}` : authText(seen.auth, seen.store),
  proxy: (seen) =>
    [
      seen.proxy === "" ? "none" : `${seen.proxy} (${seen.variable})`,
      ...(seen.certificates === null ? [] : [`further certificates: ${seen.certificates}`]),
    ].join(", "),
  lookup: (seen) => `${seen.name} is ${seen.addresses.join(", ")} (${seen.ms} ms)`,
  connect: (seen) =>
    `${seen.host}${seen.proxy === null ? "" : ` through ${seen.proxy}`} at ${seen.address} (${seen.ms} ms)`,
  tls: (seen) =>
    `${seen.protocol}, certificate by ${seen.issuer}, good for ${seen.days} ${seen.days === 1 ? "day" : "days"}`,
  answer: (seen) => `after ${seen.ms} ms (status ${seen.status})`,
  clock: (seen) =>
    seen.seconds === 0
      ? "agrees with the service's"
      : `${Math.abs(seen.seconds)} s ${seen.seconds > 0 ? "fast" : "slow"}`,
  models: (seen) => `${seen.count} offered; ${seen.model} is ${seen.listed ? "one of them" : "not among them"}`,
  balance: (seen) => seen.balances.map(({ currency, total }) => `${total} ${currency}`).join(", "),
  failover: (seen) =>
    seen.routes.map(({ name, works }) => `${name} ${works ? "can take over" : "cannot take over"}`).join("\n"),
  findings: (seen) =>
    `asked on ${seen.at.slice(0, 10)}: ${[
      ...(seen.thinking === null ? [] : [`thinking switch ${seen.thinking}`]),
      ...(seen.prefix === null ? [] : [`prefix ${seen.prefix}`]),
      ...(seen.stream_usage === null ? [] : [can("usage in streams", seen.stream_usage)]),
      ...(seen.json === null ? [] : [can("JSON mode", seen.json)]),
      ...(seen.schema === null ? [] : [`answers by schema ${seen.schema}`]),
    ].join(", ")}`,
  streaming: (seen) =>
    seen.finishReason === null && !seen.done
      ? `answered in ${seen.firstMs} ms, not ended after ${seen.totalMs} ms`
      : `answered in ${seen.firstMs} ms, whole after ${seen.totalMs} ms; finish reason ${seen.finishReason ?? "missing"}, ${can("[DONE]", seen.done)}`,
  usage: (seen) =>
    [
      { end: "once, at the end", every: "on every chunk", none: "none" }[seen.where],
      seen.asked ? "takes stream_options" : "refuses stream_options",
      seen.cache === null ? "cache hits not reported" : `cache hits in ${seen.cache}`,
      can("reasoning tokens", seen.reasoning),
    ].join(", "),
  thinking: (seen) =>
    [
      seen.byDefault ? "thinks by default" : "does not think by default",
      seen.form === "none" ? "no switch works" : `switched by ${seen.form}`,
      ...(seen.field === null ? [] : [`thinking in ${seen.field}`]),
    ].join(", "),
  prefix: (seen) => (seen.form === "none" ? "not supported; the model is asked to continue instead" : seen.form),
  schema: (seen) => (seen.form === "prompt" ? "not supported; the schema goes into the prompt" : seen.form),
  json: (seen) =>
    seen.accepted
      ? seen.valid
        ? "answers with an object"
        : "accepted, but the answer is not a JSON object"
      : "refused",
};

function authText({ type, details, sign, places, secrets }: AuthFacts, store: string): string {
  return [
    details.length === 0 ? type : `${type}, ${details.join(", ")}`,
    ...(sign === null ? [] : [`signs ${JSON.stringify(sign)}`]),
    ...(places.length === 0 ? [] : [`sent in ${places.join(", ")}`]),
    ...secrets.map(({ name, origin }) => `${name} from ${origin}`),
    `new ones go to: ${store}`,
  ].join("\n");
}

function can(what: string, possible: boolean | null): string {
  return possible === null ? `${what} unknown` : possible ? what : `no ${what}`;
}

const skipped = {
  no_terminal: "not a terminal",
  no_index: "none yet; the first search builds it",
  no_proxy: "none is set",
  is_address: "the base URL is an IP address",
  no_tls: "plain http",
  no_key: "none is needed",
  no_clock: "the service doesn't report its time",
  no_balance: "not reported by the provider",
  no_failover: "none is set for this model",
  too_slow: "not asked: the model is too slow",
  not_probed: "not tested yet; run deepseek-chat doctor --probe",
};

type Strange = "key" | "rejected" | "signed" | "websocket" | "refused" | "strange" | "nothing";

const strange: Readonly<Record<Strange, string>> = {
  key: "It wants a key. Name the environment variable that holds one: --key-variable NAME.",
  rejected: "It refused the key in every form that was tried.",
  signed:
    "It wants signed requests, which can't be guessed: see the rows for hmac, jwt and others in docs/gateways.md.",
  websocket: "It is a WebSocket: see the rows for it in docs/gateways.md.",
  refused: "It refused the question.",
  strange: "It answered in a form in which no text was found.",
  nothing: "No chat endpoint was found there.",
};

/** What `doctor --probe <url>` says. */
const endpoint = {
  plan: ({ host, variable, requests }: { host: string; variable: string | null; requests: number }) =>
    `Asking ${host}: at most ${requests} requests for its form, then at most 20 tiny questions to one model (about 5,000 tokens together). ${variable === null ? "No key is sent." : `The key from ${variable} goes to this address alone.`}`,
  noKey: ({ variable }: { variable: string }) => `${variable} is not set.`,
  found: ({ url, models, requests }: { url: string; models: number | null; requests: number }) =>
    `Found at ${url} after ${requests} requests: ${models === null ? "no list of models" : models === 1 ? "1 model" : `${models} models`}`,
  auth: ({ form }: { form: string }) => (form === "" ? "Needs no key" : `Takes the key as ${form}`),
  streams: ({ streams, envelope }: { streams: boolean; envelope: boolean }) =>
    `Answers ${streams ? "in a stream" : "as a whole"}, ${envelope ? "in a form of its own" : "as chat completions"}`,
  asking: ({ model }: { model: string }) => `Asking ${model} about thinking, prefixes, JSON, schemas and tools…`,
  slow: "The model is too slow to find out the rest.",
  failed: ({ reason }: { reason: string }) => `The questions ended early: ${reason}`,
  rows: ({ path }: { path: string }) => `Rows for ${path}:`,
  saved: ({ name, path }: { name: string; path: string }) =>
    `Saved as ${name} in ${path}. Ask it with deepseek-chat ask -p ${name} "…"`,
  strange: ({ kind, url, status, said }: { kind: Strange; url: string; status: number; said: string }) =>
    `${url}: ${strange[kind]}${said === "" ? "" : ` It said (${status}): ${said}`}`,
};

export const doctor = {
  endpoint,
  titles,
  facts,
  problems,
  skipped,
  /** `by` is the title of the check that is out of order. */
  blocked: (by: string) => `skipped because of: ${by}`,
  asking: ({ model }: { model: string }) => `Testing ${model} with a few tiny requests…`,
  askingNow: ({ model, seconds }: { model: string; seconds: number }) =>
    `Testing ${model}… ${seconds} s (Ctrl-C stops)`,
  kept: ({ path }: { path: string }) => `Findings saved to ${path} and used from now on.`,
  allFine: "All checks passed",
  warned: (warnings: number) => (warnings === 1 ? "1 warning" : `${warnings} warnings`),
  failed: (failures: number) => (failures === 1 ? "1 problem found" : `${failures} problems found`),
};
