import { createWriteStream, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { loadSqlite } from "../../src/sqlite.ts";

/** Files as other programs write them, with the same small conversation or two in each. */

const liangzi = "\u91cf\u5b50\u662f\u4ec0\u4e48\uff1f";

/** chat.deepseek.com: a question answered twice, of which the second answer was gone on from; and one of the older form. */
export function deepseekExport(): object[] {
  const at = (second: number) => `2026-01-02T08:00:${String(second).padStart(2, "0")}.250000+08:00`;
  const node = (id: string, parent: string, children: string[], message: object | null) => ({
    id,
    parent,
    children,
    message,
  });
  const said = (type: string, content: string) => ({ type, content });
  return [
    {
      id: "5a1c9f00-0000-4000-8000-000000000001",
      title: "\u91cf\u5b50\u5165\u95e8",
      inserted_at: at(0),
      updated_at: at(9),
      mapping: {
        root: { id: "root", parent: null, children: ["1"], message: null },
        1: node("1", "root", ["2", "3"], {
          files: [],
          model: "deepseek-chat",
          inserted_at: at(1),
          fragments: [said("REQUEST", liangzi)],
        }),
        2: node("2", "1", [], {
          files: [],
          model: "deepseek-chat",
          inserted_at: at(3),
          fragments: [said("RESPONSE", "first try")],
        }),
        3: node("3", "1", ["4"], {
          files: [],
          model: "deepseek-reasoner",
          inserted_at: at(5),
          fragments: [said("THINK", "hm"), { type: "SEARCH", results: [] }, said("RESPONSE", "second try")],
        }),
        4: node("4", "3", ["5"], {
          files: [{ file_name: "notes.pdf", file_size: 3 }],
          model: "deepseek-reasoner",
          inserted_at: at(7),
          fragments: [said("REQUEST", "and this?")],
        }),
        5: node("5", "4", [], {
          files: [],
          model: "deepseek-reasoner",
          inserted_at: at(9),
          fragments: [said("TEMPLATE_RESPONSE", "no")],
        }),
      },
    },
    {
      id: "5a1c9f00-0000-4000-8000-000000000002",
      title: "old",
      inserted_at: "2025-02-03T04:05:06+00:00",
      mapping: {
        root: { id: "root", parent: null, children: ["1"], message: null },
        1: node("1", "root", ["2"], {
          model: "deepseek-chat",
          content: "hi",
          reasoning_content: null,
          inserted_at: "2025-02-03T04:05:07+00:00",
        }),
        2: node("2", "1", [], {
          model: "deepseek-chat",
          content: "hello",
          reasoning_content: "greet",
          inserted_at: "2025-02-03T04:05:08+00:00",
        }),
      },
    },
  ];
}

/** ChatGPT: a hidden system message, thinking before the answer, a tool, an answer that was taken back, a picture. */
export function chatgptExport(): object[] {
  const message = (id: string, role: string, second: number, content: object, more: object = {}) => ({
    id,
    author: { role, name: null, metadata: {} },
    create_time: 1_764_000_000 + second + 0.5,
    content,
    recipient: "all",
    metadata: {},
    ...more,
  });
  const text = (...parts: unknown[]) => ({ content_type: "text", parts });
  const node = (id: string, parent: string | null, message: object | null) => ({ id, parent, children: [], message });
  return [
    {
      title: "Deploy timeout",
      conversation_id: "c0ffee00-0000-4000-8000-000000000001",
      create_time: 1_764_000_000.5,
      current_node: "answer",
      mapping: {
        root: node("root", null, null),
        system: node(
          "system",
          "root",
          message("system", "system", 0, text(""), { metadata: { is_visually_hidden_from_conversation: true } }),
        ),
        about: node(
          "about",
          "system",
          message("about", "user", 0, { content_type: "user_editable_context", user_profile: "secret" }),
        ),
        ask: node(
          "ask",
          "about",
          message("ask", "user", 1, {
            content_type: "multimodal_text",
            parts: [{ content_type: "image_asset_pointer", asset_pointer: "file-service://x" }, "why the timeout?"],
          }),
        ),
        other: node("other", "ask", message("other", "assistant", 2, text("taken back"))),
        think: node(
          "think",
          "ask",
          message("think", "assistant", 3, {
            content_type: "thoughts",
            thoughts: [{ summary: "Logs", content: "look" }],
          }),
        ),
        call: node(
          "call",
          "think",
          message(
            "call",
            "assistant",
            4,
            { content_type: "code", language: "unknown", text: "print(1)" },
            { recipient: "python" },
          ),
        ),
        result: node("result", "call", message("result", "tool", 5, { content_type: "execution_output", text: "1" })),
        answer: node(
          "answer",
          "result",
          message("answer", "assistant", 6, text("Retry \ue200cite\ue202turn0search0\ue201with backoff."), {
            metadata: { model_slug: "gpt-5", finish_details: { type: "stop" } },
          }),
        ),
      },
    },
  ];
}

/** aichat: a session with a role prompt and pictures by their digest. */
export const aichatSession = `model: deepseek:deepseek-chat
temperature: 0.5
compressed_messages:
- role: system
  content: Be brief.
- role: user
  content: one?
- role: assistant
  content: |-
    first
    line
messages:
- role: system
  content: 'Summary: one'
- role: user
  content:
  - type: text
    text: two?
  - type: image_url
    image_url:
      url: abc123
- role: assistant
  content: second
data_urls:
  abc123: data:image/gif;base64,R0lGODlh
`;

/** The older program's file. */
export function oldConversation(): string {
  const rule = "-".repeat(40);
  const failed = "\u8bf7\u6c42\u9519\u8bef: 401 Unauthorized";
  const exchange = (minute: number, question: string, answer: string) =>
    `[2025-05-06 07:0${minute}:00] Question:\n${question}\n\n[2025-05-06 07:0${minute}:05] Answer:\n${answer}\n\n${rule}\n\n`;
  return exchange(1, liangzi, "small") + exchange(2, "and?", failed);
}

/** llm: one conversation of the older tables that went on in the newer ones, and one of the newer alone. */
export function writeLlmLogs(path: string): void {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path);
  database.exec(`
    create table conversations (id text primary key, name text, model text);
    create table responses (id text primary key, model text, prompt text, system text, prompt_json text, options_json text,
      response text, response_json text, conversation_id text, duration_ms integer, datetime_utc text, input_tokens integer,
      output_tokens integer, token_details text, schema_id text, resolved_model text, reasoning text);
    create table fragments (id integer primary key, hash text, content text, datetime_utc text, source text);
    create table prompt_fragments (response_id text, fragment_id integer, "order" integer);
    create table system_fragments (response_id text, fragment_id integer, "order" integer);
    create table messages (hash text primary key, parent_hash text, role text, provider_metadata text);
    create table parts (id integer primary key, message_hash text, position integer, type text, tool_name text, text text, payload text);
    create table threads (id text primary key, name text, tip_message_hash text, forked_from text, datetime_utc text);
    create table turns (id text primary key, thread_id text, parent_message_hash text, tip_message_hash text, model text,
      resolved_model text, options_json text, schema_id text, input_tokens integer, output_tokens integer, token_details text,
      duration_ms integer, datetime_utc text, response_json text);
    insert into conversations values ('01a', 'Names of pelicans', 'gpt-4o');
    insert into fragments values (1, 'h', 'from a file', null, 'a.txt');
    insert into prompt_fragments values ('r1', 1, 0);
    insert into responses values ('r1', 'gpt-4o', 'two names?', 'Be brief.', null, '{"temperature": 0.2}', 'Percy, Pepper', '{}',
      '01a', 1500, '2025-03-04T05:06:07.123456', 10, 4, '{"completion_tokens_details": {"reasoning_tokens": 2}}', null, 'gpt-4o-2024', null);
    insert into responses values ('r2', 'gpt-4o', 'one more', null, null, '{}', 'Paul', '{}', '01a', 500, '2025-03-04T05:07:07+00:00', null, null, null, null, null, 'hm');
    insert into threads values ('01a', 'Names of pelicans', 'm5', null, null);
    insert into messages values ('m1', null, 'system', null), ('m2', 'm1', 'user', null), ('m3', 'm2', 'assistant', null),
      ('m4', 'm3', 'user', null), ('m5', 'm4', 'assistant', null), ('n1', null, 'user', null), ('n2', 'n1', 'assistant', null);
    insert into parts values (1, 'm1', 0, 'text', null, 'Be brief.', null), (2, 'm2', 0, 'text', null, 'one more', null),
      (3, 'm3', 0, 'text', null, 'Paul', null), (4, 'm4', 0, 'text', null, null, '{"text_ref":[{"fragment":1},{"literal":" and?"}]}'),
      (5, 'm5', 0, 'reasoning', null, 'think', null), (6, 'm5', 1, 'text', null, 'Pim', null),
      (7, 'n1', 0, 'text', null, 'hello', null), (8, 'n2', 0, 'text', null, 'hi', null);
    insert into turns values ('r2', '01a', 'm2', 'm3', 'gpt-4o', null, null, null, null, null, null, 500, '2025-03-04T05:07:07+00:00', null);
    insert into turns values ('r3', '01a', 'm4', 'm5', 'gpt-5', null, null, null, 20, 2, null, 700, '2026-08-01T00:00:00+00:00', null);
    insert into turns values ('r4', '01b', 'n1', 'n2', 'gpt-5', null, null, null, null, null, null, null, '2026-08-02T00:00:00+00:00', null);
  `);
  database.close();
}

/** A zip as the services send it. */
export async function writeZip(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
