/**
 * Somebody else's service (aimock) in a process of its own, for the benches of batches. It counts requests by prompt.
 *
 * node service.ts <share of faults> <milliseconds to the first token>
 */
import { type ChatCompletionRequest, type FixtureOpts, LLMock } from "@copilotkit/aimock";

/** What a bench is told of a service, when it starts and when it asks. */
export type ServiceReport = { readonly url: string } | ServiceCount;

export interface ServiceCount {
  readonly requests: number;
  /** Prompts that were asked for. */
  readonly prompts: number;
  /** How often each kind of answer was given. */
  readonly kinds: Readonly<Record<string, number>>;
}

const [share = 0, latency = 0] = process.argv.slice(2).map(Number);
const tooLong = 120_000;

interface Fault {
  readonly name: string;
  readonly error?: { readonly status: number; readonly retryAfter?: number };
  readonly options?: FixtureOpts;
}

const faults: readonly Fault[] = [
  { name: "429", error: { status: 429, retryAfter: 1 } },
  { name: "500", error: { status: 500 } },
  { name: "cut", options: { truncateAfterChunks: 2, chunkSize: 4 } },
  {
    name: "stall",
    options: { recordedTimings: { ttftMs: 1, interChunkDelaysMs: [0, tooLong, 0], totalDurationMs: tooLong } },
  },
];

const kinds: Record<string, number> = {};
const chosen = new WeakMap<object, string>();
const asked = new Map<string, number>();
let requests = 0;
let state = 1;

/** A number from 0 to below 1; the same ones in each run. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

function promptOf({ messages }: ChatCompletionRequest): string {
  const content = messages.findLast(({ role }) => role === "user")?.content;
  return typeof content === "string" ? content : "";
}

function kindOf(request: ChatCompletionRequest): string {
  const known = chosen.get(request);
  if (known !== undefined) return known;
  requests++;
  const prompt = promptOf(request);
  asked.set(prompt, (asked.get(prompt) ?? 0) + 1);
  // Nobody's answers are cut while they are continued: that would be another matter.
  const isContinued = request.messages.at(-1)?.role === "assistant";
  const kind = random() < share && !isContinued ? faults[Math.floor(random() * faults.length)]!.name : "answer";
  kinds[kind] = (kinds[kind] ?? 0) + 1;
  chosen.set(request, kind);
  return kind;
}

const mock = new LLMock({ port: 0, logLevel: "silent", journalMaxEntries: 1 });
for (const { name, error, options = {} } of faults) {
  mock.on(
    { predicate: (request) => kindOf(request) === name },
    (request) =>
      error === undefined ? { content: `The answer to ${promptOf(request)}.` } : { ...error, error: { message: name } },
    options,
  );
}
mock.on(
  { predicate: () => true },
  (request) => ({ content: `The answer to ${promptOf(request)}.` }),
  latency > 0 ? { chunkSize: 40, streamingProfile: { ttft: latency, tps: 10_000, jitter: 0.5 } } : { chunkSize: 40 },
);
await mock.start();
process.on("message", () => process.send!({ requests, prompts: asked.size, kinds } satisfies ServiceReport));
process.send!({ url: `${mock.url}/v1` } satisfies ServiceReport);
