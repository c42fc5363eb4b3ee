import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run, start, type RunOptions } from "../support/program.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { counted, done, event, refusal } from "../support/wire.ts";
import { any, en, patternOf, wordsOf } from "../support/words.ts";

/** A chunk as DeepSeek's FIM completion streams it. */
function piece(text: string, reason: string | null = null, more: object = {}): string {
  const choice = { index: 0, text, logprobs: null, finish_reason: reason };
  return event({
    id: "c1",
    object: "text_completion",
    created: 1,
    model: "deepseek-flash",
    choices: [choice],
    ...more,
  });
}

function middle(...texts: readonly string[]): Reply {
  return { body: [...texts.map((text) => piece(text)), piece("", "stop", { usage: counted }), done] };
}

/** A config file whose provider `mine` fills gaps at `/completions`. */
function withMine(url: string, more = ""): RunOptions {
  const place = newPlace();
  put(
    place.configFile,
    `provider: mine\nproviders:\n  mine: {base_url: "${url}/v1", model: m, fill_in: suffix}\n${more}`,
  );
  return { place };
}

const chinese = "\u4f60\u597d\uff0c\u4e16\u754c\uff0c\u4f60\u597d\u5417\n";

describe.concurrent("the gap", () => {
  test("is sent to DeepSeek's /beta/completions, with what was set and nothing else", async () => {
    await using server = await serve([middle("x")]);
    const args = ["complete", "--prefix", "a(", "--suffix", ")b", "--stop", ";", "-T", "0", "--max-tokens", "9000"];
    const { code, stderr } = await run(args, { env: askingAt(server) });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /beta/completions"]);
    expect(server.body()).toEqual({
      model: "deepseek-flash",
      prompt: "a(",
      suffix: ")b",
      stop: [";"],
      temperature: 0,
      max_tokens: 4096,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(code).toBe(0);
    expect(stderr.trim()).toBe(en.fillIn.fewerTokens({ provider: "deepseek", wanted: 9000, tokens: 4096 }));
  });

  test.each([
    ["in what is piped in", ["complete", ":2:1"], "a\nb\n", "a\n", "b\n"],
    ["before what is piped in", ["complete", "--prefix", "p", "--suffix-file", "-"], "s\n", "p", "s\n"],
    ["behind it, before the text of a file", ["complete", "--suffix-file", "gbk.txt"], "x = \r\n", "x = \r\n", chinese],
  ])("is %s", async (_, args, input, prompt, suffix) => {
    await using server = await serve([middle("x")]);
    const place = newPlace();
    put(join(place.cwd, "gbk.txt"), Buffer.from("c4e3bac3a3accac0bde7a3acc4e3bac3c2f00a", "hex"));
    const { code } = await run(args, { place, input, env: askingAt(server) });
    expect({ code, ...server.body() }).toMatchObject({ code: 0, prompt, suffix });
  });

  test("must have a text around it, named once, at a place that there is", async () => {
    const place = newPlace();
    put(join(place.cwd, "a.py"), "ab\n");
    const at = { place, env: { DEEPSEEK_API_KEY: "sk-1234567890" } };
    const of = async (...args: string[]) => await run(["complete", ...args], at);
    const runs = await Promise.all([
      of(),
      of("a.py"),
      of("a.py:9:1"),
      of("a.py:1:4"),
      of("a.py:1:1", "--prefix", "x"),
      // What a completion script of an earlier version asks.
      of("--", "ask", ""),
    ]);
    const { fillIn } = en;
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual(runs.map(() => [2, ""]));
    const said = [
      fillIn.nothingAround,
      fillIn.noPlace({ place: "a.py" }),
      fillIn.lineMissing({ file: "a.py", line: 9, lines: 2 }),
      fillIn.columnMissing({ file: "a.py", line: 1, column: 4, columns: 3 }),
      fillIn.oneSource,
    ];
    for (const [index, sentence] of said.entries()) expect(runs[index]!.stderr).toContain(sentence);
  });

  test("loses what is farthest from it where the model cannot read it all, which is told", async () => {
    await using server = await serve([middle("x")]);
    const lines = (name: string) => Array.from({ length: 400 }, (_, index) => `${name} ${index}\n`).join("");
    const options = withMine(server.url, "models: {mine/m: {context: 1000}}\n");
    put(join(options.place!.cwd, "a.txt"), `${lines("before")}GAP${lines("after")}`);
    const { code, stderr } = await run(["complete", "a.txt:401:1", "--max-tokens", "100"], options);
    const { prompt, suffix } = server.body() as { prompt: string; suffix: string };
    expect(code).toBe(0);
    expect(lines("before").endsWith(prompt) && prompt.startsWith("before")).toBe(true);
    expect(`GAP${lines("after")}`.startsWith(suffix) && suffix.endsWith("\n")).toBe(true);
    expect([prompt.length, suffix.length].every((length) => length > 1000)).toBe(true);
    const [prefixCut, suffixCut] = [lines("before").length - prompt.length, lines("after").length + 3 - suffix.length];
    expect(stderr).toContain(en.fillIn.cut({ prefix: prefixCut, suffix: suffixCut, window: 1000 }));
  });

  test("is not offered by every provider, and another is named", async () => {
    const siliconflow = { SILICONFLOW_API_KEY: "sk-1234567890" };
    const known = await run(["complete", "--prefix", "a", "-p", "siliconflow"], { env: siliconflow });
    await using server = await serve([refusal(404, "<html>nothing here</html>")]);
    const found = await run(["complete", "--prefix", "a"], withMine(server.url));
    expect([known.code, found.code]).toEqual([2, 2]);
    const sentence = (provider: string) =>
      wordsOf("not_offered", { provider, service: "fillIn", others: ["deepseek"] });
    expect(known.stderr).toContain(sentence("siliconflow").what);
    expect(known.stderr).toContain("-p deepseek");
    expect(found.stderr).toContain(sentence("mine").what);
  });
});

describe.concurrent("the middle on stdout", () => {
  test.each([
    [
      "to the byte, with no newline behind it",
      ["  a\t", "<think>\r\n\u001b[31m\ud83d", "\ude00"],
      [],
      "  a\t<think>\r\n\u001b[31m\u{1f600}",
    ],
    ["also where it is blank", ["\n\n    "], [], "\n\n    "],
    ["so many lines of it", ["\r", "\n  a\r", "\nb\n", "c\n"], ["--lines", "2"], "\r\n  a\r\nb"],
    ["all where there are fewer lines", ["a\r", "\nb\r"], ["--lines", "3"], "a\r\nb\r"],
  ])("is %s", async (_, texts, more, expected) => {
    await using server = await serve([middle(...texts)]);
    const { code, stdout, stderr } = await run(["complete", "--prefix", "f(", ...more], { env: askingAt(server) });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expected, stderr: "" });
  });

  test("comes as it is streamed; Ctrl-C keeps what came, and the request is booked", async () => {
    await using server = await serve([{ body: [piece("first")], end: "stall" }]);
    const running = start(["complete", "--prefix", "f("], { env: askingAt(server) });
    await running.until(({ stdout }) => stdout === "first");
    running.kill("SIGINT");
    const { code, stdout, place } = await running.done;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "first" });
    const { stdout: usage } = await run(["usage", "--csv"], { place });
    expect(usage).toContain("completion");
  });

  test("is continued where it breaks off, from all that came", async () => {
    await using server = await serve([{ body: [piece("one ")], end: "cut" }, middle("two")]);
    const { code, stdout } = await run(["complete", "--prefix", "zero ", "--suffix", " three"], {
      env: askingAt(server),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "one two" });
    expect(server.body()).toMatchObject({ prompt: "zero one ", suffix: " three" });
  });

  test("is an object with -o json; that it was cut off is told", async () => {
    const [cut, whole] = [
      piece("x = 1", "length", { usage: counted }),
      { choices: [{ index: 0, text: "y", finish_reason: "stop" }] },
    ];
    await using server = await serve([
      { body: [cut, done] },
      { headers: { "content-type": "application/json" }, body: JSON.stringify(whole) },
    ]);
    const long = await run(["complete", "--prefix", "a", "-o", "json"], { env: askingAt(server) });
    const other = await run(["complete", "--prefix", "a", "-o", "json", "--no-stream"], withMine(server.url));
    expect(JSON.parse(long.stdout)).toMatchObject({
      provider: "deepseek",
      text: "x = 1",
      finish_reason: "length",
      complete: false,
      left_out: { prefix: 0, suffix: 0 },
      usage: { prompt_tokens: 30, cached_tokens: 20, completion_tokens: 12 },
      cost: { currency: "CNY" },
      error: null,
    });
    expect([long.code, long.stderr.trim()]).toEqual([0, en.fillIn.cutByLength]);
    expect(JSON.parse(other.stdout)).toMatchObject({ model: "m", text: "y", complete: true, usage: null, cost: null });
    expect([server.requests[1]!.path, server.body(1)["suffix"]]).toEqual(["/v1/completions", undefined]);
  });

  test("is missing where nothing comes, a budget forbids it, or the service refuses", async () => {
    await using server = await serve([middle(), refusal(400, { error: { message: "no", type: "x" } })]);
    const empty = await run(["complete", "--prefix", "a", "--max-cost", "0.5"], { env: askingAt(server) });
    const refused = await run(["complete", "--prefix", "a"], { env: askingAt(server) });
    const poor = await run(["complete", "--prefix", "a", "--max-cost", "0.000001"], { env: askingAt(server) });
    expect([empty, refused, poor].map(({ code, stdout }) => [code, stdout])).toEqual([
      [4, ""],
      [4, ""],
      [3, ""],
    ]);
    expect(empty.stderr).toContain(wordsOf("empty_answer", { came: "nothing", reason: "stop" }).what);
    expect(server.requests).toHaveLength(2);
    expect(refused.stderr).toMatch(
      patternOf(
        wordsOf("request_refused", {
          provider: any,
          status: 400,
          reason: "no",
          advice: "none",
          url: any,
          suggested: null,
          fields: [],
          setting: "",
        }).what.slice(0, 12),
      ),
    );
  });
});
