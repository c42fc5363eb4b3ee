import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { deflateRawSync, crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { loadSqlite } from "../../src/sqlite.ts";
import { newPlace, type Place, put, run, start } from "../support/program.ts";

/** A conversation of ChatGPT's export with one answer. */
function chatGpt(content: object): string {
  const mapping = {
    a: {
      parent: null,
      children: ["b"],
      message: { author: { role: "user" }, content: { content_type: "text", parts: ["hi"] } },
    },
    b: { parent: "a", children: [], message: { author: { role: "assistant" }, content } },
  };
  return JSON.stringify([{ title: "t", create_time: 1_700_000_000, current_node: "b", mapping }]);
}

/** A zip of one file, whose text is made of one piece again and again. */
function zipOf(name: string, piece: string, times: number): Buffer {
  const bytes = Buffer.from(piece.repeat(times));
  const packed = deflateRawSync(bytes);
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(8, 4);
  facts.writeUInt32LE(crc32(bytes), 10);
  facts.writeUInt32LE(packed.length, 14);
  facts.writeUInt32LE(bytes.length, 18);
  facts.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), facts, Buffer.from(name)]);
  const central = Buffer.concat([
    Buffer.from("PK\u0001\u0002"),
    Buffer.from([20, 0]),
    facts,
    Buffer.alloc(14),
    Buffer.from(name),
  ]);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + packed.length, 16);
  return Buffer.concat([local, packed, central, end]);
}

function database(place: Place, name: string, statements: string): void {
  const { DatabaseSync } = loadSqlite();
  const made = new DatabaseSync(join(place.cwd, name));
  made.exec(statements);
  made.close();
}

const count = (from: number, to: number) =>
  `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${to})`;

const ours = (more: object) =>
  JSON.stringify({
    id: "abcd1234",
    title: "t",
    started_at: "2026-01-01T00:00:00Z",
    exchanges: [{ question: "q", answer: "a", status: "complete", asked_at: "2026-01-01T00:00:00Z", ...more }],
  });

test.each([
  ["citations that never end", chatGpt({ content_type: "text", parts: ["\ue200".repeat(400_000)] }), 0],
  ["very many backticks", chatGpt({ content_type: "code", language: "python", text: "` ".repeat(300_000) }), 0],
  ["many small values", `[{"x":[${"{},".repeat(6_000_000)}{}]}]`, 2],
  ["values deep in each other", `[${"[".repeat(500_000)}${"]".repeat(500_000)}]`, 2],
  ["a time no calendar has", ours({ asked_at: "+275760-09-13T00:00:00.000Z" }), 2],
  ["an end no calendar has", ours({ ended_at: "-271821-04-20T00:00:00.000Z", first_token_ms: 1e300 }), 0],
  ["what YAML takes long for", "? ".repeat(400_000), 2],
  ["lines that may be YAML", "- a\n".repeat(3_000_000), 2],
  ["YAML of comments", "#\n".repeat(3_000_000), 2],
  ["a zip of blanks", zipOf("conversations.json", " ".repeat(1 << 16), 2048), 2],
])(
  "a file of %s is imported or refused in time that grows with its size alone",
  { timeout: 120_000 },
  async (...[, text, code]) => {
    const place = newPlace();
    put(join(place.cwd, "file"), text);
    const imported = await run(["transcripts", "import", "file"], { place });
    expect({ code: imported.code, stderr: imported.stderr.length < 1000 }).toEqual({ code, stderr: true });
  },
);

test("of a database that somebody sent nothing is computed", { timeout: 120_000 }, async () => {
  const place = newPlace();
  const columns = "id text, model text, system text, response text, conversation_id text, datetime_utc text";
  database(
    place,
    "generated.db",
    `create table responses(${columns}, prompt text as (printf('%.20000000c', 'x')), duration_ms real);
     ${count(1, 2000)} insert into responses(id, response, conversation_id, duration_ms) select i, 'a', 'c', 1e300 from n;`,
  );
  database(
    place,
    "view.db",
    `create view responses as ${count(1, 100_000_000)} select i as id, 'm' as model, 'q' as prompt, 'a' as response, 'c' as conversation_id from n;`,
  );
  database(
    place,
    "chain.db",
    `create table threads(id text, name text);
     create table messages(hash text primary key, parent_hash text, role text);
     create table parts(message_hash text, type text, text text, payload text, position int);
     create table turns(id text, thread_id text, parent_message_hash text, tip_message_hash text, model text);
     ${count(0, 6000)} insert into messages select i, case when i > 0 then i - 1 end, 'user' from n;
     ${count(1, 6000)} insert into turns select printf('%05d', i), 't', i, i, 'm' from n;`,
  );
  const generated = await run(["transcripts", "import", "generated.db", "--json"], { place });
  expect(generated.code).toBe(0);
  expect(JSON.parse(generated.stdout)).toMatchObject({ imported: 1, files: [{ conversations: [{ turns: 2000 }] }] });
  expect(await run(["transcripts", "import", "view.db"], { place })).toMatchObject({ code: 2 });
  const chain = await run(["transcripts", "import", "chain.db"], { place });
  expect(chain.code).toBe(2);
  expect(chain.stderr).toContain("takes too long");
});

test.skipIf(process.platform === "win32")(
  "a device or a folder is no file to import, and a pipe is not waited for behind Ctrl-C",
  async () => {
    const place = newPlace();
    execFileSync("mkfifo", [join(place.cwd, "pipe")]);
    for (const file of ["/dev/zero", "."]) {
      expect(await run(["transcripts", "import", file], { place })).toMatchObject({ code: 2 });
    }
    const running = start(["transcripts", "import", "pipe"], { place });
    await running.until(({ stderr }) => stderr !== "");
    running.kill("SIGINT");
    expect((await running.done).code).toBe(130);
  },
);

/** Says on stderr when a thread is asked to work. */
const asked = `data:text/javascript,${encodeURIComponent(
  `const { Worker } = process.getBuiltinModule("node:worker_threads"); const { postMessage } = Worker.prototype; Worker.prototype.postMessage = function (...given) { process.stderr.write("asked\\n"); return postMessage.apply(this, given); };`,
)}`;

test.skipIf(process.platform === "win32").each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "%s ends an import and a search that would take for ever",
  { timeout: 120_000 },
  async (signal, exitCode) => {
    const place = newPlace();
    put(join(place.cwd, "session.yaml"), `messages:\n- role: user\n  content: a\n${"? ".repeat(400_000)}`);
    const question = `[2026-11-20 23:41:07] Question:\n${"x".repeat(60)}\n\n`;
    put(
      join(place.cwd, "transcripts", "x.md"),
      `${question}[2026-11-20 23:41:09] Answer:\nfine\n\n${"-".repeat(40)}\n`,
    );
    for (const args of [
      ["import", "session.yaml"],
      ["search", "--regex", "(x+x+)+y"],
    ]) {
      const running = start(["transcripts", ...args], { place, node: ["--import", asked] });
      await running.until(({ stderr }) => stderr.includes("asked"));
      running.kill(signal);
      const { code, stdout } = await running.done;
      expect({ args, code, stdout }).toEqual({ args, code: exitCode, stdout: "" });
    }
  },
);

test("a regular expression finds what it means beside the program", { timeout: 120_000 }, async () => {
  const place = newPlace();
  const question = `[2026-11-20 23:41:07] Question:\n${"x".repeat(60)}\n\n`;
  put(join(place.cwd, "transcripts", "x.md"), `${question}[2026-11-20 23:41:09] Answer:\nfine\n\n${"-".repeat(40)}\n`);
  const found = await run(["transcripts", "search", "--regex", "--json", "^f.ne$"], { place });
  expect(JSON.parse(found.stdout)).toMatchObject([{ matches: [{ role: "answer", text: "fine", ranges: [[0, 4]] }] }]);
});

test.skipIf(process.platform === "win32")(
  "times without a zone are UTC in llm's logs, whatever the zone here",
  async () => {
    const place = newPlace();
    database(
      place,
      "logs.db",
      `create table responses(id text, model text, prompt text, response text, conversation_id text, datetime_utc text);
     insert into responses values('1', 'm', 'q', 'a', 'c', '2026-01-02T03:04:05.000000');`,
    );
    const env = { TZ: "Asia/Shanghai" };
    expect(await run(["transcripts", "import", "logs.db"], { place, env })).toMatchObject({ code: 0 });
    const { stdout } = await run(["transcripts", "list", "--json"], { place, env });
    expect(JSON.parse(stdout)).toMatchObject([{ started_at: "2026-01-02T11:04:05.000+08:00" }]);
  },
);
