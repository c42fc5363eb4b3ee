import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { Ledger } from "../../src/usage/ledger.ts";
import { serve } from "./raw-server.ts";
import { done, event, finish, text } from "./wire.ts";

/** Programs that all ask at the same time, under one budget. */
export interface RushOptions {
  readonly launcher: string;
  /** An empty folder. */
  readonly home: string;
  readonly processes: number;
  /** Yuan that may be spent on a day. A token of an answer costs one, and a prompt nothing. */
  readonly limit: number;
  /** Tokens that an answer has at most, by `--max-tokens`. */
  readonly maxTokens: number;
  /** Resolves when the request of that number is to be answered: to the tokens that its answer is billed. */
  readonly answer: (number: number) => Promise<number>;
  /** Called whenever a program has ended. */
  readonly onEnded?: () => void;
}

export interface Rush {
  readonly answered: number;
  /** Those that ended with exit code 3 and `budget_exceeded`, and sent nothing. */
  readonly refused: number;
  /** What the others said. */
  readonly failures: readonly string[];
  /** Requests that the server received. */
  readonly requests: number;
  /** Yuan, by the server. */
  readonly billed: number;
  /** Yuan, by the ledger. */
  readonly booked: number;
  /** Reservations that nobody gave back. */
  readonly reserved: number;
}

export async function rush(options: RushOptions): Promise<Rush> {
  const { launcher, home, processes, maxTokens, onEnded = () => {} } = options;
  let billed = 0;
  await using server = await serve(async (_, index) => {
    const tokens = await options.answer(index);
    billed += tokens;
    const usage = { prompt_tokens: 10, completion_tokens: tokens, total_tokens: tokens + 10 };
    return { body: [text("yes"), finish(), event({ choices: [], usage }), done] };
  });
  const env = prepare(options, server.url);
  const ends = await Promise.all(
    Array.from({ length: processes }, async () => {
      const args = ["ask", "-o", "json", "--no-transcript", "--max-tokens", String(maxTokens), "hi"];
      const child = spawn(process.execPath, [launcher, ...args], { cwd: home, env, stdio: ["ignore", "pipe", "pipe"] });
      const [stdout, stderr, [code]] = await Promise.all([
        textOf(child.stdout),
        textOf(child.stderr),
        once(child, "close") as Promise<[number | null]>,
      ]);
      onEnded();
      if (code === 0) return "answered";
      return code === 3 && stdout.includes('"budget_exceeded"') ? "refused" : `${code} ${stderr}${stdout}`;
    }),
  );
  using ledger = Ledger.open(join(home, "data", "deepseek-chat", "ledger.db"));
  const costs = ledger.sums("provider", "UTC").flatMap((sum) => sum.costs);
  const count = (wanted: string) => ends.filter((end) => end === wanted).length;
  return {
    answered: count("answered"),
    refused: count("refused"),
    failures: ends.filter((end) => end !== "answered" && end !== "refused"),
    requests: server.requests.length,
    billed,
    booked: costs.reduce((sum, { pico }) => sum + Number(pico / 1_000_000_000_000n), 0),
    reserved: ledger.file.all("SELECT id FROM reservations").length,
  };
}

function prepare({ home, limit }: RushOptions, url: string): Record<string, string> {
  mkdirSync(home, { recursive: true });
  const config = join(home, "config.yaml");
  const price = "{ cached: 0, input: 0, output: 1000000 }";
  writeFileSync(
    config,
    `model: deepseek/deepseek-flash
currency: CNY
budget: { day: ${limit} }
models: { deepseek/deepseek-flash: { CNY: ${price} } }
`,
  );
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_DATA_HOME: join(home, "data"),
    LC_ALL: "C.UTF-8",
    DEEPSEEK_CHAT_CONFIG: config,
    DEEPSEEK_CHAT_KEY_STORE: "file",
    DEEPSEEK_API_KEY: "sk-rush",
    DEEPSEEK_BASE_URL: url,
  };
}
