import { describe, expect, test } from "vitest";
import { askingAt, newPlace, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, done, finish, text, usage } from "../support/wire.ts";
import { en, wordsOf } from "../support/words.ts";

const code = "  if (a) {\n\tb();  \n  }";
const full = `Here:\n\n\`\`\`js\n${code}\n\`\`\`\n\nAnd:\n\`\`\`json\n{"a": 1}\n\`\`\`\n`;

describe.concurrent("ask --extract", () => {
  test("prints the first block of code alone, exactly; the transcript has the whole answer", async () => {
    await using server = await serve([answer(full.slice(0, 15), full.slice(15))]);
    const place = newPlace();
    const ran = await run(["ask", "--extract", "code", "hi"], { place, env: askingAt(server) });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, `${code}\n`, ""]);
    expect(transcriptsOf(place)[0]).toContain('{"a": 1}');
  });

  test("gives it beside the answer with -o json, and as a line with -o jsonl", async () => {
    await using server = await serve([answer(full), answer(full)]);
    const env = askingAt(server);
    const json = await run(["ask", "--extract", "json", "-o", "json", "hi"], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({ answer: full, extracted: '{"a": 1}', error: null });
    const lines = await run(["ask", "--extract", "json", "-o", "jsonl", "hi"], { env });
    expect(JSON.parse(lines.stdout.trim().split("\n").at(-1)!)).toEqual({ type: "extracted", text: '{"a": 1}' });
  });

  test("fails where there is none, and loses nothing of the answer", async () => {
    await using server = await serve([answer("No code."), answer("No code.")]);
    const env = askingAt(server);
    const place = newPlace();
    const saved = await run(["ask", "--extract", "code", "hi"], { place, env });
    expect([saved.code, saved.stdout]).toEqual([4, ""]);
    expect(saved.stderr).toMatch(/transcripts.+\.md/u);
    expect(transcriptsOf(place)[0]).toContain("No code.");
    const unsaved = await run(["ask", "--extract", "code", "--no-transcript", "hi"], { env });
    expect([unsaved.code, unsaved.stdout]).toEqual([4, ""]);
    expect(unsaved.stderr).toContain("No code.");
    expect(unsaved.stderr).toContain(wordsOf("nothing_extracted", { form: "code", transcript: null }).whole);
  });

  test("takes no block that the limit of tokens cut off", async () => {
    await using server = await serve([{ body: [text("```js\nlet a"), finish("length"), usage, done] }]);
    const ran = await run(["ask", "--extract", "code", "-o", "json", "hi"], { env: askingAt(server) });
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({ extracted: null, error: { code: "nothing_extracted" } });
  });

  test("says what is wrong with its use, and asks nothing", async () => {
    await using server = await serve([]);
    const env = askingAt(server);
    const unknown = await run(["ask", "--extract", "yaml", "hi"], { env });
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain("yaml");
    const detached = await run(["ask", "--extract", "code", "--detach", "hi"], { env });
    expect([detached.code, server.requests.length]).toEqual([2, 0]);
    expect(detached.stderr).toContain(en.help.usage.detachExtract);
  });
});
