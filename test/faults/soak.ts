import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Exchange } from "../../src/transcripts/format/types.ts";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { contentOf, type Relay, type Relayed, relayTo } from "../support/relay.ts";
import { answerTo, randomOf, startChaos, wantedBy } from "./chaos.ts";

/** One run of the program. */
export interface Launch {
  readonly args: readonly string[];
  /** What is piped in; null: nothing. */
  readonly input: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Of the config file. */
  readonly config: string;
}

export interface Launched {
  readonly code: number | null;
  readonly stdout: string;
  /** The folder that its transcript is in. */
  readonly folder: string;
}

export interface SoakOptions {
  readonly seed: number;
  /** Requests to reach; a few more are made. */
  readonly requests: number;
  /** Programs that run at a time. */
  readonly parallel: number;
  readonly launch: (launch: Launch) => Promise<Launched>;
}

/** Bytes are of the answers' text, in UTF-8. */
export interface SoakResult {
  readonly requests: number;
  readonly connections: number;
  readonly questions: number;
  /** Answers that the service said were finished, that broke off, and of which nothing came. */
  readonly answers: Readonly<Record<"whole" | "broken" | "none", number>>;
  /** How often each kind of fault was met. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly received: number;
  /** What a model that was asked to go on said again, and the program took out. */
  readonly repeated: number;
  /** The same, or not: the answer broke off before that was clear, and the program left it out. */
  readonly unclear: number;
  readonly shown: number;
  readonly saved: number;
  /** All bytes on the wire, to the program. */
  readonly wire: number;
  /** Whatever was lost, twice there, or otherwise not as it should be. */
  readonly mistakes: readonly string[];
}

/** Asks questions through a server that fails as often as not, and holds what was received against what was shown and saved. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { seed, requests, parallel } = options;
  await using chaos = await startChaos(seed);
  await using relay = await relayTo(chaos.port, (connection) => randomOf(seed, connection, "reset") < 0.3);
  const tally = new Tally(seed, relay);
  let sessions = 0;
  const work = async () => {
    while (relay.exchanges.length < requests) await runSession(options, relay, tally, sessions++);
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { ...tally.result(), kinds: chaos.kinds, mistakes: [...chaos.mistakes, ...tally.mistakes] };
}

/** A session of several questions, or one question of a script's; of DeepSeek, or of a provider without prefix completion. */
async function runSession({ seed, launch }: SoakOptions, relay: Relay, tally: Tally, number: number): Promise<void> {
  const random = (what: string) => randomOf(seed, number, what);
  const form = random("form") < 0.6 ? "chat" : random("form") < 0.8 ? "text" : "json";
  const count = form === "chat" ? 4 + Math.floor(random("count") * 8) : 1;
  const ids = Array.from({ length: count }, (_, index) => String(number * 100 + index));
  const lines = ids.flatMap((id) => [`question ${id}`, ...(random(id) < 0.3 ? ["/continue"] : [])]);
  const args = form === "chat" ? [] : ["ask", "-o", form, `question ${ids[0]}`];
  const launched = await launch({
    args: [...args, "--retries", "2", "--timeout", "4", "--quiet"],
    input: form === "chat" ? `${lines.join("\n")}\nq\n` : null,
    env: { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: `${relay.url}/v1` },
    config: configOf(relay, random("provider")),
  });
  await tally.add(ids, launched, form === "json");
}

/** DeepSeek alone, a provider without prefix completion alone, or this one where DeepSeek fails. */
function configOf({ url }: Relay, random: number): string {
  const mine = `providers: {mine: {base_url: "${url}/v1", model: m}}\n`;
  if (random < 0.4) return "provider: deepseek\n";
  return `${random < 0.7 ? "provider: mine" : "failover: {deepseek-flash: [mine/m]}"}\n${mine}`;
}

/** What came of an answer's text, once. */
interface Received {
  readonly text: string;
  /** Bytes. */
  readonly repeated: number;
  readonly unclear: number;
}

/** Characters in which a chance likeness to what was said before has long ended. */
const maxUnclear = 12;

class Tally {
  readonly #seed: number;
  readonly #relay: Relay;
  readonly mistakes: string[] = [];
  /** By question; how many of the relay's are in it. */
  readonly #exchanges = new Map<string, readonly Relayed[]>();
  #sorted = 0;
  readonly #answers = { whole: 0, broken: 0, none: 0 };
  readonly #bytes = { received: 0, repeated: 0, unclear: 0, shown: 0, saved: 0 };

  constructor(seed: number, relay: Relay) {
    this.#seed = seed;
    this.#relay = relay;
  }

  result() {
    const { connections, received: wire, exchanges } = this.#relay;
    const questions = Object.values(this.#answers).reduce((sum, count) => sum + count, 0);
    return { requests: exchanges.length, connections, questions, answers: this.#answers, ...this.#bytes, wire };
  }

  async add(ids: readonly string[], { code, stdout, folder }: Launched, asObject: boolean): Promise<void> {
    const saved = await exchangesIn(folder);
    const texts = asObject ? [(JSON.parse(stdout) as { answer: string }).answer] : saved.map(({ answer }) => answer);
    const shown = asObject ? texts.join("") : stdout;
    const expected = asObject ? saved.map(({ answer }) => answer).join("") : saved.map(printed).join("");
    if (shown !== expected) this.mistakes.push(`${ids[0]}: shown ${quote(shown)}, saved ${quote(expected)}`);
    if (code !== 0 && code !== 5 && code !== 2) this.mistakes.push(`${ids[0]}: exit code ${code}`);
    const added = asObject ? 0 : expected.length - saved.reduce((sum, { answer }) => sum + answer.length, 0);
    this.#bytes.shown += Buffer.byteLength(shown) - added;
    for (const id of ids) this.#compare(id, pieceOf(id, saved));
  }

  #compare(id: string, exchanges: readonly Exchange[]): void {
    const saved = exchanges.map(({ answer }) => answer).join("");
    const possible = this.#receivedFor(id);
    const { text, repeated, unclear } = possible.find((received) => received.text === saved) ?? possible[0]!;
    const last = exchanges.findLast(({ answer }) => answer !== "") ?? exchanges.at(-1);
    const whole = last?.status === "complete" && last.finishReason === "stop";
    this.#answers[whole ? "whole" : saved === "" ? "none" : "broken"]++;
    this.#bytes.received += Buffer.byteLength(text);
    this.#bytes.repeated += repeated;
    this.#bytes.unclear += unclear;
    this.#bytes.saved += Buffer.byteLength(saved);
    if (text !== saved) this.mistakes.push(`${id}: received ${quote(text)}, saved ${quote(saved)}`);
    const answer = answerTo(this.#seed, id);
    if (whole ? saved !== answer : !answer.startsWith(saved))
      this.mistakes.push(`${id}: not the answer: ${quote(saved)}`);
  }

  /** The text that came for a question, in all its requests: with and without what nobody can tell from a repetition. */
  #receivedFor(id: string): Received[] {
    let possible: Received[] = [{ text: "", repeated: 0, unclear: 0 }];
    for (const exchange of this.#exchangesFor(id)) {
      const wanted = wantedBy(this.#seed, bodyOf(exchange));
      const { content, finished } = contentOf(exchange);
      const again = content.slice(0, wanted.again);
      const fresh = content.slice(again.length);
      const mayBeUnclear = wanted.asked && !finished && fresh !== "" && fresh.length < maxUnclear;
      possible = possible.flatMap(({ text, repeated, unclear }) => {
        const received = { text, repeated: repeated + Buffer.byteLength(again), unclear };
        const without = { ...received, unclear: unclear + Buffer.byteLength(fresh) };
        return [{ ...received, text: text + fresh }, ...(mayBeUnclear ? [without] : [])];
      });
      // Half a character at the end of what broke off is no text.
      possible = possible.map((received) => ({ ...received, text: received.text.replace(/[\uD800-\uDBFF]$/u, "") }));
    }
    return possible;
  }

  #exchangesFor(id: string): readonly Relayed[] {
    for (; this.#sorted < this.#relay.exchanges.length; this.#sorted++) {
      const exchange = this.#relay.exchanges[this.#sorted]!;
      // A session also asks a server what it says of its model.
      if (!/^POST \S*\/chat\/completions /u.test(exchange.request.subarray(0, 200).toString("latin1"))) continue;
      const wanted = wantedBy(this.#seed, bodyOf(exchange)).id;
      this.#exchanges.set(wanted, [...(this.#exchanges.get(wanted) ?? []), exchange]);
    }
    return this.#exchanges.get(id) ?? [];
  }
}

async function exchangesIn(folder: string): Promise<Exchange[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".md"));
  const transcripts = await Promise.all(names.map((name) => readTranscript(join(folder, name))));
  return transcripts.flatMap(({ exchanges }) => exchanges);
}

/** The exchanges that a question's answer is in: its own, and those that went on with it. */
function pieceOf(id: string, exchanges: readonly Exchange[]): Exchange[] {
  const found: Exchange[] = [];
  for (const exchange of exchanges) {
    const goesOn = exchange.continues !== null && found.some((before) => before.id === exchange.continues);
    if (exchange.question === `question ${id}` || goesOn) found.push(exchange);
  }
  return found;
}

/** As it is on stdout. */
function printed({ answer }: Exchange): string {
  return answer === "" || answer.endsWith("\n") ? answer : `${answer}\n`;
}

function bodyOf({ request }: Relayed): Parameters<typeof wantedBy>[1] {
  return JSON.parse(request.subarray(request.indexOf("\r\n\r\n") + 4).toString("utf8")) as ReturnType<typeof bodyOf>;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 400 ? `\u2026${text.slice(-400)}` : text);
}
