import { type ChatCompletionRequest, type ChatMessage, type FixtureOpts, LLMock } from "@copilotkit/aimock";

/**
 * Somebody else's server with its chaos modes, told for each request what to do by a seed: the same questions meet the same
 * faults in every run, however many are asked at a time.
 */
export interface Chaos extends AsyncDisposable {
  readonly port: number;
  /** How often each kind was met. */
  readonly kinds: ReadonlyMap<string, number>;
  /** What was sent as said before and had not been said. */
  readonly mistakes: readonly string[];
}

interface Kind {
  readonly name: string;
  /** Of the sum of all weights. */
  readonly weight: number;
  readonly options?: FixtureOpts;
  readonly finishReason?: string;
  readonly error?: { readonly status: number; readonly retryAfter?: number };
}

/** Milliseconds between two chunks, longer than anybody waits. */
const tooLong = 60_000;
const sizes = [1, 3, 7, 20, 64];

/** What a request may meet. `aimock` calls a 500 a drop, and a destroyed socket a disconnect. */
const allKinds: readonly Kind[] = [
  ...sizes.map((chunkSize) => ({ name: "none", weight: 8, options: { chunkSize } })),
  { name: "slow", weight: 4, options: { chunkSize: 40, streamingProfile: { ttft: 60, tps: 400, jitter: 1 } } },
  { name: "latency before the answer", weight: 4, options: { chaos: { latencyMs: 80 } } },
  { name: "dropped (500)", weight: 5, options: { chaos: { dropRate: 1 } } },
  { name: "malformed body", weight: 5, options: { chaos: { malformedRate: 1 } } },
  { name: "disconnected at once", weight: 5, options: { chaos: { disconnectRate: 1 } } },
  { name: "rate limit, 1 s", weight: 1, options: { chaos: { rateLimitRate: 1 } } },
  { name: "rate limit, 0 s", weight: 5, error: { status: 429, retryAfter: 0 } },
  { name: "overloaded (503)", weight: 5, error: { status: 503 } },
  ...[1, 2, 3, 5, 8, 13, 21].map((truncateAfterChunks, index) => ({
    name: "cut between chunks",
    weight: 3,
    options: { truncateAfterChunks, chunkSize: sizes[index % sizes.length]! },
  })),
  ...[5, 20, 50].map((disconnectAfterMs) => ({
    name: "cut after a time",
    weight: 3,
    options: { disconnectAfterMs, latency: 2, chunkSize: 7 },
  })),
  ...[0, 1, 6].map((before) => ({
    name: "stall",
    weight: 1,
    options: { chunkSize: 20, recordedTimings: stallAfter(before) },
  })),
  { name: "insufficient_system_resource", weight: 4, finishReason: "insufficient_system_resource" },
  { name: "length", weight: 2, finishReason: "length" },
];

function stallAfter(chunks: number) {
  const after = Array.from({ length: 1000 }, () => 0);
  return { ttftMs: 1, interChunkDelaysMs: [...after.slice(0, chunks), tooLong, ...after], totalDurationMs: tooLong };
}

/** A number from 0 to below 1 that belongs to the words. */
export function randomOf(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const unit of words.join("\0")) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

const words = [
  ..."quantum bits and gates let a few states overlap until somebody looks at them".split(" "),
  ..."\u91cf\u5b50 \u8ba1\u7b97 \u5229\u7528 \u53e0\u52a0 \u4e0e \u7ea0\u7f20".split(" "),
  "\u{1f600}",
  "**bold**",
  "`code`",
  "$x^2$",
  "e\u0301",
];
const fence = "```";
const gaps = [" ", " ", " ", " ", ", ", "\uff0c", "\n", "\n\n", "\n- ", fence, fence, "\r\n", "\t"];

/**
 * The whole answer to a question: every word with its number, so that only what is repeated is a repetition; and no block of
 * code is opened inside of one.
 */
export function answerTo(seed: number, id: string): string {
  const length = 3 + Math.floor(randomOf(seed, id, "length") ** 3 * 200);
  let open = false;
  const parts = Array.from({ length }, (_, index) => {
    const word = words[Math.floor(randomOf(seed, id, index) * words.length)]!;
    const gap = gaps[Math.floor(randomOf(seed, id, index, "gap") * gaps.length)]!;
    if (gap === fence) open = !open;
    return `${word}${index}${gap === fence ? (open ? "\n\n```py\n" : "\n```\n") : gap}`;
  });
  return parts.join("") + (randomOf(seed, id, "end") < 0.5 ? "." : "");
}

/** What a request asks for. */
export interface Wanted {
  readonly id: string;
  /** What was said of the answer before; empty for a question. */
  readonly said: string;
  /** Characters of that which the model says again, where it is only asked to go on. */
  readonly again: number;
  /** Whether it is asked to go on in a message, without a prefix. */
  readonly asked: boolean;
}

type Said = Pick<ChatMessage, "role" | "content"> & { readonly prefix?: boolean };

/** @throws Error for a request without a question of the soak's */
export function wantedBy(seed: number, { messages }: { readonly messages: readonly Said[] }): Wanted {
  const asked = messages.findLastIndex(({ role, content }) => role === "user" && idOf(content) !== null);
  const id = idOf(messages[asked]?.content ?? null);
  if (id === null) throw new Error("Nobody asked for anything.");
  const { content = null } = messages[asked + 1] ?? {};
  const said = typeof content === "string" ? content : "";
  if (said === "" || messages.at(-1)?.prefix === true) return { id, said, again: 0, asked: false };
  const overlap =
    randomOf(seed, id, said.length) < 0.4 ? 0 : 12 + Math.floor(randomOf(seed, id, said.length, "again") * 60);
  const again = Math.min(overlap, said.length);
  const begins = said.charCodeAt(said.length - again);
  const halved = begins >= 0xdc00 && begins <= 0xdfff;
  return { id, said, again: again < 12 ? 0 : again - (halved ? 1 : 0), asked: true };
}

function idOf(content: ChatMessage["content"]): string | null {
  return typeof content === "string" ? (/^question (\d+)$/u.exec(content)?.[1] ?? null) : null;
}

export async function startChaos(seed: number): Promise<Chaos> {
  const mock = new LLMock({ port: 0, logLevel: "silent", journalMaxEntries: 10 });
  const plan = new Plan(seed);
  for (const kind of allKinds) {
    mock.on(
      { predicate: (request) => plan.kindOf(request) === kind },
      (request) => plan.reply(request, kind),
      kind.options,
    );
  }
  await mock.start();
  return {
    port: Number(new URL(mock.url).port),
    kinds: plan.kinds,
    mistakes: plan.mistakes,
    async [Symbol.asyncDispose]() {
      await mock.stop();
    },
  };
}

/** Which request meets what. */
class Plan {
  readonly #seed: number;
  readonly #chosen = new WeakMap<object, Kind>();
  /** Requests there were for a question. */
  readonly #attempts = new Map<string, number>();
  readonly kinds = new Map<string, number>();
  readonly mistakes: string[] = [];

  constructor(seed: number) {
    this.#seed = seed;
  }

  kindOf(request: ChatCompletionRequest): Kind {
    const known = this.#chosen.get(request);
    if (known !== undefined) return known;
    const { id, said } = wantedBy(this.#seed, request);
    const attempt = this.#attempts.get(id) ?? 0;
    this.#attempts.set(id, attempt + 1);
    let place = randomOf(this.#seed, id, attempt, "kind") * allKinds.reduce((sum, { weight }) => sum + weight, 0);
    const kind = allKinds.find(({ weight }) => (place -= weight) < 0)!;
    this.#chosen.set(request, kind);
    this.kinds.set(kind.name, (this.kinds.get(kind.name) ?? 0) + 1);
    if (!answerTo(this.#seed, id).startsWith(said)) this.mistakes.push(`${id}: ${said}`);
    return kind;
  }

  reply(request: ChatCompletionRequest, { error, finishReason }: Kind) {
    const { id, said, again } = wantedBy(this.#seed, request);
    if (error !== undefined) {
      const { status, retryAfter } = error;
      return { error: { message: `no ${status}` }, status, ...(retryAfter !== undefined && { retryAfter }) };
    }
    const thinks = said === "" && randomOf(this.#seed, id, "thinks") < 0.4;
    return {
      content: answerTo(this.#seed, id).slice(said.length - again),
      ...(thinks && { reasoning: `Thinking about ${id}.\n\u60f3\u4e00\u60f3\u3002` }),
      ...(finishReason !== undefined && { finishReason }),
    };
  }
}
