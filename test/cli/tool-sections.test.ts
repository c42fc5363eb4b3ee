import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const call = (city: string, id: string) => `{"id":"${id}","name":"weather"}\n{"city": "${city}"}`;
const body = `[2026-11-20 23:41:08] Thinking:
I look it up.

[2026-11-20 23:41:08] Call:
${call("上海", "call_1")}

[2026-11-20 23:41:08] Call:
${call("北京", "call_2")}

[2026-11-20 23:41:09] Result:
{"id":"call_1","ok":true}
drizzle, 12 °C
[2026-11-20 23:41:09] Result:\\

[2026-11-20 23:41:09] Result:
{"id":"call_2","ok":false}
no such place: sleetville

[2026-11-20 23:41:10] Thinking:
Good.

[2026-11-20 23:41:10] Later:
of a later version

[2026-11-20 23:41:10] Answer:
It rains in **Shanghai**.

----------------------------------------
`;
/** What a program of tomorrow may have written. */
const file = `<!-- deepseek-chat conversation {"v":1,"id":"toolfile","started":"2026-11-20T23:41:07.123+08:00","zone":"Asia/Shanghai"} -->

<!-- deepseek-chat turn {"id":"aaaaaaaa","at":"2026-11-20T23:41:07.123+08:00","provider":"deepseek","model":"deepseek-flash","system":null,"tools":["weather"]} -->
[2026-11-20 23:41:07] Question:
What is the weather?

${body}<!-- deepseek-chat end {"status":"complete","finish_reason":"stop","answered":"2026-11-20T23:41:10.000+08:00","ended":"2026-11-20T23:41:10.500+08:00"} -->

`;
const texts = ["I look it up.", '{"city": "上海"}', "drizzle, 12 °C", "sleetville", "Good.", "of a later version"];

describe("a file with calls of tools and their results", () => {
  let place: Place;
  const inZone = { TZ: "Asia/Shanghai" };
  const transcripts = (...args: string[]) => run(["transcripts", ...args], { place, env: inZone });
  const path = () => join(place.cwd, "transcripts", "tools.md");

  beforeAll(() => {
    place = newPlace();
    put(path(), file);
  });

  test("is listed and shown, everything in its order, under its own labels", async () => {
    expect((await transcripts("list")).stdout).toContain("What is the weather?");
    const { stdout } = await transcripts("show", "toolfile");
    const places = [...texts, "It rains in **Shanghai**."].map((text) => stdout.indexOf(text));
    expect(places.every((at) => at >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout.match(/\] Tool (?:call|result)$/gmu)).toHaveLength(4);
    const chinese = await run(["transcripts", "show", "toolfile", "--lang", "zh"], { place });
    expect(chinese.stdout.match(/\] 工具(?:调用|结果)$/gmu)).toHaveLength(4);
    expect((await transcripts("show", "toolfile", "--raw")).stdout).toBe(file);
  });

  test.each(["上海", "drizzle", "sleetville", "Shanghai", "weather"])("is found by %s", async (word) => {
    const { stdout } = await transcripts("search", word, "--json");
    expect(JSON.parse(stdout)).toMatchObject([{ id: "toolfile" }]);
  });

  test.each(["md", "html"])("is exported whole to %s", async (form) => {
    const { stdout } = await transcripts("export", "toolfile", "--to", form);
    for (const text of texts) expect(stdout).toContain(form === "html" ? text.replaceAll('"', "&quot;") : text);
    const [first = -1, second = -1] = ["Tool call", "Tool result"].map((label) => stdout.indexOf(label));
    expect([first > 0, second > first]).toEqual([true, true]);
  });

  test("is exported to JSONL with the messages of its tools", async () => {
    const { stdout } = await transcripts("export", "toolfile", "--to", "jsonl");
    const { messages } = JSON.parse(stdout) as { messages: object[] };
    expect(messages).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_1", function: { name: "weather" } }, { id: "call_2" }],
      },
      { role: "tool", tool_call_id: "call_1", content: expect.stringContaining("drizzle") as string },
      { role: "tool", tool_call_id: "call_2" },
      { role: "assistant", content: "It rains in **Shanghai**." },
    ]);
  });

  test("is exported to plain text as question and answer", async () => {
    const { stdout } = await transcripts("export", "toolfile", "--to", "txt");
    expect(stdout).toContain("It rains in **Shanghai**.");
    expect(stdout).not.toContain("drizzle");
  });

  test("comes back from JSON as it was", async () => {
    const { stdout } = await transcripts("export", "toolfile", "--to", "json");
    const other = newPlace();
    put(join(other.cwd, "tools.json"), stdout);
    await run(["transcripts", "import", "tools.json"], { place: other, env: inZone });
    expect(transcriptsOf(other).join("")).toContain(`What is the weather?\n\n${body}`);
  });

  test("loses nothing when it is resumed and branched off; requests hold the calls and their results", async () => {
    const own = newPlace();
    const at = join(own.cwd, "transcripts", "tools.md");
    put(at, file);
    await using server = await serve([answer("Yes.")]);
    const env = { ...askingAt(server), ...inZone };
    await run(["chat", "--resume", "toolfile"], { place: own, env, input: "/fork\nSure?\nq\n" });
    expect(readFileSync(at, "utf8")).toBe(file);
    expect(transcriptsOf(own).find((text) => text !== file)).toContain(`What is the weather?\n\n${body}`);
    expect(server.body()["messages"]).toEqual([
      { role: "user", content: "What is the weather?" },
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city": "上海"}' } },
          { id: "call_2", type: "function", function: { name: "weather", arguments: '{"city": "北京"}' } },
        ],
        reasoning_content: "I look it up.",
      },
      { role: "tool", tool_call_id: "call_1", content: "drizzle, 12 °C\n[2026-11-20 23:41:09] Result:" },
      { role: "tool", tool_call_id: "call_2", content: "no such place: sleetville" },
      { role: "assistant", content: "It rains in **Shanghai**.", reasoning_content: "Good." },
      { role: "user", content: "Sure?" },
    ]);
  });
});
