/**
 * Mutated files of all forms through `transcripts import` of the built program, and what was imported through list and show. No
 * exit code 1, no run over 10 s, no key and no control sequence of somebody else's may come of it:
 * `node bench/fuzz-imports.ts [count] [seed] [at a time]`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  aichatSession,
  chatgptExport,
  deepseekExport,
  oldConversation,
  writeLlmLogs,
  writeZip,
} from "../test/support/foreign.ts";
import { Mutation } from "./fuzz/mutation.ts";
import { each, FuzzedProgram } from "./fuzz/program.ts";

const [count = 100, seed = 1, parallel = 2] = process.argv.slice(2).map(Number);
const begun = performance.now();
await using program = new FuzzedProgram();
await program.listen();

const database = join(program.root, "logs.db");
writeLlmLogs(database);
const zip = join(program.root, "export.zip");
await writeZip(zip, { "conversations.json": JSON.stringify(chatgptExport()), "user.json": "{}" });
const line = JSON.stringify({
  id: "a",
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: "q" },
    { role: "assistant", content: [{ type: "text", text: "a" }] },
  ],
});
const ours = {
  id: "abcd1234",
  title: "t",
  started_at: "2026-01-01T00:00:00Z",
  zone: "Asia/Shanghai",
  exchanges: [
    {
      id: "x",
      question: "q",
      answer: "a",
      status: "complete",
      asked_at: "2026-01-01T00:00:00Z",
      ended_at: "2026-01-01T00:00:01Z",
      first_token_ms: 5,
    },
  ],
};

const files: readonly Buffer[] = [
  Buffer.from(JSON.stringify(deepseekExport())),
  Buffer.from(JSON.stringify(chatgptExport(), null, 1)),
  readFileSync(database),
  readFileSync(zip),
  Buffer.from(aichatSession),
  Buffer.from(oldConversation()),
  Buffer.from(`${line}\n`.repeat(5)),
  Buffer.from(JSON.stringify(ours)),
];

await each(count, parallel, async (index) => {
  const mutation = new Mutation(seed * 1_000_003 + index);
  const folder = program.folder(index);
  const file = files[index % files.length]!;
  const mutated = mutation.mutate(file, mutation.choose(files));
  // What a zip packs is changed before it is packed too.
  if (file === files[3] && index % 2 === 0) {
    await writeZip(join(folder, "file"), {
      "conversations.json": mutation.mutate(files[1]!, files[0]!).toString("latin1"),
    });
  } else writeFileSync(join(folder, "file"), mutated);
  await program.run(
    index,
    folder,
    ["transcripts", "import", "file", ...(index % 2 === 0 ? ["--json"] : [])],
    null,
    index % 2 === 0,
  );
  await program.run(index, folder, ["transcripts", "list"], null, false);
  await program.run(index, folder, ["transcripts", "show", "last"], null, false);
  program.forget(folder);
});
program.report("imports", count, seed, begun);
