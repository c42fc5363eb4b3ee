import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaWords as enSchema } from "../../src/words/en/schema.ts";
import type { SchemaMisfit } from "../../src/words/types.ts";
import { schemaWords as zhSchema } from "../../src/words/zh/schema.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { type Reply, type Script, serve } from "../support/raw-server.ts";
import { answer, delta, done, finish, refusal, text, usage } from "../support/wire.ts";
import { en, prompts, wordsOf } from "../support/words.ts";

const fits = { name: "Li", age: 30 };
const wrong = '{"name": "Li", "age": "thirty"}';
const misfit: SchemaMisfit = { path: "/age", keyword: "type", params: { type: "integer" }, message: "" };
const notJson: SchemaMisfit = { path: "", keyword: "not_json", params: {}, message: "" };
const fields = ["--schema", "name, age int"] as const;

/** A server of the config file's provider `here`, and a place that has it. */
async function service(form: string, script: Script) {
  const server = await serve(script);
  const place = newPlace();
  put(
    place.configFile,
    JSON.stringify({ provider: "here", providers: { here: { base_url: server.url, model: "m", schema: form } } }),
  );
  return Object.assign(server, { place });
}

async function ask(place: Place, ...args: readonly string[]) {
  return await run(["ask", ...args, "hi"], { place });
}

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly schema: object } };
}

/** An answer that is a call's arguments, behind some text. */
function called(before: string, ...pieces: readonly string[]): Reply {
  const part = (call: object) => delta({ tool_calls: [{ index: 0, ...call }] });
  const begun = part({ id: "c", type: "function", function: { name: "answer", arguments: "" } });
  const rest = pieces.map((json) => part({ function: { arguments: json } }));
  return { body: [...(before === "" ? [] : [text(before)]), begun, ...rest, finish("tool_calls"), usage, done] };
}

describe.concurrent("ask --schema", () => {
  test("has the service keep to the schema where it can, and prints the JSON alone", async () => {
    await using server = await service("json_schema", [answer('{"name": "Li",', ' "age": 30}')]);
    const ran = await ask(server.place, ...fields);
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, `${JSON.stringify(fits)}\n`, ""]);
    const { messages, response_format: format } = server.body() as unknown as Body;
    expect(messages).toMatchObject([{ content: "hi" }]);
    expect(format).toMatchObject({ type: "json_schema", json_schema: { schema: { required: ["name", "age"] } } });
  });

  test("asks once more with what is wrong, and the wrong answer before it", async () => {
    const right = '```json\n{"name": "Li", "age": 30, "id": 12345678901234567890}\n```';
    await using server = await service("json", [answer(wrong), answer(right)]);
    const ran = await ask(server.place, ...fields, "--no-history", "-o", "json");
    const errors = enSchema.misfit(misfit);
    expect([ran.code, ran.stderr]).toEqual([0, `${en.answer.misfit({ errors: [errors] })}\n`]);
    // A number that JavaScript would round.
    expect(ran.stdout).toMatch(/"data": ?\{"name": ?"Li", ?"age": ?30, ?"id": ?12345678901234567890\}/u);
    expect(JSON.parse(ran.stdout)).toMatchObject({ question: "hi", usage: { total_tokens: 84 }, error: null });
    const { messages, response_format: format } = server.body() as unknown as Body;
    expect(format).toEqual({ type: "json_object" });
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]!.content).toBe(wrong);
    expect(messages[2]!.content.startsWith(prompts.misfit({ errors }))).toBe(true);
    expect(messages[2]!.content).toMatch(/\bjson\b.*"required":\["name","age"\]/su);
    expect(transcriptsOf(server.place)[0]).toContain(right);
  });

  test("forces a call at DeepSeek, strict and without thinking, and takes its arguments for the answer", async () => {
    const strict = [
      called("Here you are:", '{"name": "Li", "note"', ': null, "age": "x"}'),
      called("", '{"name":"Li","note":null,"age":30}'),
      answer('{"name":"Li","age":30}'),
    ];
    await using server = await serve(strict);
    const place = newPlace();
    const schema =
      '{"properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "note": {"type": "string"}}, "type": "object", "required": ["name", "age"]}';
    const ran = await run(["ask", "--schema", schema, "-o", "jsonl", "hi"], { place, env: askingAt(server) });
    expect(ran.code).toBe(0);
    const lines = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; text?: string });
    const texts = lines.filter(({ type }) => type === "text").map(({ text: piece }) => piece);
    expect(texts.join("")).toBe('{"name": "Li", "note": null, "age": "x"}{"name":"Li","note":null,"age":30}');
    expect(lines.at(-1)).toEqual({ type: "data", data: { name: "Li", age: 30 } });
    const [first, second] = server.requests;
    expect([first!.path, second!.path]).toEqual(["/beta/chat/completions", "/beta/chat/completions"]);
    expect(first!.body).toMatchObject({
      thinking: { type: "disabled" },
      tool_choice: { type: "function", function: { name: "answer" } },
      tools: [
        { function: { strict: true, parameters: { required: ["name", "age", "note"], additionalProperties: false } } },
      ],
    });
    expect(second!.body!["messages"]).toMatchObject([
      {},
      { role: "assistant", content: expect.stringContaining('"x"') as string },
      {},
    ]);
    expect(transcriptsOf(place)[0]).toContain('{"name":"Li","note":null,"age":30}');
    const thinking = await run(["ask", "--schema", schema, "--thinking", "hi"], { place, env: askingAt(server) });
    expect([thinking.code, server.body()["response_format"]]).toEqual([0, { type: "json_object" }]);
  });

  test("gives up where it is wrong again: nothing on stdout, all of it in the transcript", async () => {
    await using server = await service("prompt", [answer(wrong), answer("Li is 30.")]);
    const ran = await ask(server.place, ...fields, "--lang", "zh");
    expect([ran.code, ran.stdout, server.requests.length]).toEqual([4, "", 2]);
    expect(ran.stderr).toContain(zhSchema.misfit(notJson));
    expect(ran.stderr).toMatch(/transcripts.+\.md/u);
    expect(transcriptsOf(server.place)[0]).toContain("Li is 30.");
    const lines = await ask(server.place, ...fields, "-o", "jsonl", "--no-transcript");
    const events = lines.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    const errors = [enSchema.misfit(notJson)];
    expect(events.filter(({ type }) => ["misfit", "data", "error"].includes(type))).toEqual([
      { type: "misfit", errors },
      { type: "data", data: null },
      { type: "error", code: "schema_misfit", message: wordsOf("schema_misfit", { errors, transcript: null }).whole },
    ]);
  });

  test("asks for no correction of what the limit of tokens cut off", async () => {
    await using server = await service("json", [{ body: [text('{"name": "L'), finish("length"), usage, done] }]);
    const ran = await ask(server.place, ...fields, "-o", "json");
    expect([ran.code, server.requests.length]).toEqual([4, 1]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ data: null, error: { code: "schema_misfit" } });
  });

  test("asks once more where nothing came", async () => {
    await using server = await service("json", [answer(""), answer(JSON.stringify(fits))]);
    const ran = await ask(server.place, ...fields);
    expect([ran.code, ran.stdout]).toEqual([0, `${JSON.stringify(fits)}\n`]);
    const { messages } = server.body() as unknown as Body;
    expect(messages).toEqual((server.body(0) as unknown as Body).messages);
  });

  test("shows the JSON on a terminal as it grows, laid out, and the correction below", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = { body: [text('{"name":"Li","tags":[],'), promise, text('"age":"x, [1]"}'), finish(), usage, done] };
    await using server = await service("json", [first, answer(JSON.stringify(fits))]);
    await using terminal = openProgram(["ask", ...fields, "hi"], { place: server.place, cols: 100 });
    await terminal.until(/^\{\n {2}"name": "Li",\n {2}"tags": \[\],$/mu);
    resolve();
    expect((await terminal.exit).code).toBe(0);
    const errors = enSchema.misfit(misfit);
    expect(terminal.screen()).toContain(
      `"age": "x, [1]"\n}\n${en.answer.misfit({ errors: [errors] })}\n{\n  "name": "Li",\n  "age": 30\n}\n`,
    );
  });

  test("goes to an easier form where the service refuses one", async () => {
    const refused = (name: string) => refusal(400, { error: { message: `'${name}' is not supported`, param: name } });
    const script = [refused("response_format.json_schema"), refused("response_format"), answer(JSON.stringify(fits))];
    await using server = await service("json_schema", script);
    const ran = await ask(server.place, ...fields);
    expect([ran.code, ran.stdout]).toEqual([0, `${JSON.stringify(fits)}\n`]);
    const forms = server.requests.map(({ body }) => (body as unknown as Body).response_format?.type);
    expect(forms).toEqual(["json_schema", "json_object", undefined]);
  });

  test("takes a file, a list of what it describes, and the schema of a role", async () => {
    await using server = await service("json", [
      answer('{"items": [{"n": 1}, {"n": 2}]}'),
      answer('{"answer": [1, 2]}'),
    ]);
    const { place } = server;
    put(join(place.cwd, "n.yaml"), "type: object\nproperties: {n: {type: integer}}\nrequired: [n]\n");
    const list = await ask(place, "--schema", "n.yaml", "--schema-multi");
    expect([list.code, list.stdout]).toEqual([0, '{"items":[{"n":1},{"n":2}]}\n']);
    put(
      place.configFile,
      `provider: here
providers: {here: {base_url: "${server.url}", model: m}}
roles: {numbers: {system: Count., schema: {type: array, items: {type: integer}}}}
`,
    );
    const role = await ask(place, "-r", "numbers");
    expect([role.code, role.stdout]).toEqual([0, "[1,2]\n"]);
    expect(server.body()).toMatchObject({ response_format: { json_schema: { schema: { required: ["answer"] } } } });
  });

  test("says what is wrong with a schema, and where, and asks nothing", async () => {
    await using server = await service("json", []);
    const mistakes = [
      ["name, age years", { at: "age years", why: "unknown_type", said: "years" }],
      ["name, : what", { at: ": what", why: "no_name", said: "" }],
      ["[1]", { at: "", why: "not_object", said: "" }],
      ['{"type": "strng"}', { at: "/type", why: "invalid", said: "" }],
      ['{"$ref": "#/$defs/a"}', { at: "", why: "invalid", said: "" }],
      ['{"$schema": "http://json-schema.org/draft-04/schema#"}', { at: "", why: "dialect", said: "" }],
      ['{"type": "object",', { at: "1:19", why: "syntax", said: "" }],
    ] as const;
    await Promise.all(
      mistakes.map(async ([schema, { at, why, said }]) => {
        const ran = await ask(server.place, "--schema", schema);
        const { what } = wordsOf("schema_unusable", { source: "--schema", at, why, said });
        expect([ran.code, ran.stdout]).toEqual([2, ""]);
        expect(ran.stderr).toContain(what.slice(0, said === "" ? what.indexOf(at) + at.length : undefined));
      }),
    );
    const missing = await ask(server.place, "--schema", "person.json");
    expect(missing.stderr).toContain(wordsOf("input_unreadable", { path: "person.json", reason: "ENOENT" }).what);
    const both = await ask(server.place, ...fields, "--extract", "json");
    expect(both.stderr).toContain(en.help.usage.schemaExtract);
    const none = await ask(server.place, "--schema-multi");
    expect(none.stderr).toContain(en.help.usage.multiOfNothing);
    expect([missing.code, both.code, none.code, server.requests.length]).toEqual([2, 2, 2, 0]);
  });
});
