/**
 * Mutated transcripts through the built program: list, show, search, resume, export. No exit code 1, no run over 10 s, no key and
 * no control sequence of somebody else's may come of it: `node bench/fuzz-transcripts.ts [count] [seed] [at a time]`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeTranscript } from "../src/transcripts/format/encode.ts";
import type { Exchange } from "../src/transcripts/format/types.ts";
import { exchangeOf } from "../src/transcripts/import/messages.ts";
import { hostile } from "../test/terminal/hostile.ts";
import { Mutation } from "./fuzz/mutation.ts";
import { each, FuzzedProgram } from "./fuzz/program.ts";

const [count = 200, seed = 1, parallel = 2] = process.argv.slice(2).map(Number);
const at = new Date("2026-11-20T12:00:00Z");

function exchange(id: string, question: string, answer: string, more: Partial<Exchange> = {}): Exchange {
  const times = { askedAt: at, answeredAt: at, endedAt: at, firstTokenMs: 900 };
  const about = { provider: "deepseek", model: "deepseek-flash", system: "Be brief.", sampling: { temperature: 1 } };
  return exchangeOf({ id, question, answer, finishReason: "stop", ...times, ...about, ...more });
}

const header = { id: "abcdefgh", startedAt: at, zone: "Asia/Shanghai", title: null, origin: null };
const code = "```ts\nconst a = `${1}`;\n```\n\n| a | b |\n|---|---|\n| $x^2$ | 2 |\n";
const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 2, reasoningTokens: 0, totalTokens: 3 };
const label = "[2026-11-20 23:41:07]";
const rule = "-".repeat(40);
const failed = {
  status: "failed" as const,
  finishReason: null,
  error: { code: "no_connection", message: "reset" },
  notice: "No connection",
};

const files: readonly Buffer[] = [
  encodeTranscript(header, [
    exchange("aaaaaaaa", "\u89e3\u91ca\u91cf\u5b50\u8ba1\u7b97", code, {
      usage,
      cost: { currency: "CNY", amount: 0.1 },
    }),
    exchange("bbbbbbbb", "more", "", failed),
    exchange("cccccccc", "go on", " and more", { continues: "aaaaaaaa", reasoning: "hm" }),
  ]),
  encodeTranscript(
    { ...header, title: "A title", origin: { id: "zzzzzzzz", turns: 1 } },
    [
      ...hostile.slice(0, 12).map(([name, text], index) => exchange(`h${index}`, name, text)),
      exchange("dddddddd", "words", `${rule}\n${label} Answer:\n`, { withdrawn: true }),
    ],
    { summary: "short", through: "h1" },
  ),
  `${label} Question:\nplain words\n\n${label} Answer:\nan answer\n\n\u8bf7\u6c42\u9519\u8bef: 401\n\n${rule}\n`.repeat(
    5,
  ),
  `${label} Question:\nplain words\n\n${label} Answer:\n${code}\n`,
].map((text) => Buffer.from(text));

const begun = performance.now();
await using program = new FuzzedProgram();
await program.listen();
await each(count, parallel, async (index) => {
  const mutation = new Mutation(seed * 1_000_003 + index);
  const folder = program.folder(index);
  const path = join("transcripts", "mutated.md");
  writeFileSync(join(folder, "transcripts", "good.md"), files[3]!);
  writeFileSync(join(folder, path), mutation.mutate(mutation.choose(files), mutation.choose(files)));
  const run = async (args: readonly string[], input: string | null = null, exact = false) =>
    await program.run(index, folder, args, input, exact);
  await run(["transcripts", "list", ...(index % 2 === 0 ? ["--json"] : [])], null, index % 2 === 0);
  await run(["transcripts", "show", path, ...(index % 3 === 0 ? ["--json"] : [])], null, index % 3 === 0);
  await run(["transcripts", "search", ...(index % 2 === 0 ? ["words"] : ["--regex", "w.*s|\u91cf"])], null, true);
  await run(
    ["transcripts", "export", path, "--to", mutation.choose(["md", "html", "json", "jsonl", "txt"])],
    null,
    true,
  );
  await run(["--resume", path], "/history\nA question\n/undo\nq\n");
  program.forget(folder);
});
program.report("transcripts", count, seed, begun);
