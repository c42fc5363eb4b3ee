import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { ending, turn } from "../support/transcripts.ts";
import { answer, delta, done, finish, text } from "../support/wire.ts";

const hour = 3_600_000;

/** Writes a conversation of one turn that ended so many hours ago; gives its path. */
function conversation({ cwd }: Place, hours: number, question: string, model = "deepseek/deepseek-flash"): string {
  const at = new Date(Date.now() - hours * hour);
  const writer = TranscriptWriter.create(join(cwd, "transcripts"));
  const [provider = "", ...id] = model.split("/");
  writer.begin(turn(question, { at, provider, model: id.join("/") }));
  writer.text("an answer", at);
  writer.end(ending({ at }));
  return writer.path!;
}

test("what was used last is told by what the files hold, whenever they were touched", async () => {
  const place = newPlace();
  const [old, recent] = [conversation(place, 1000, "old"), conversation(place, 1, "recent")];
  utimesSync(old, new Date(), new Date());
  utimesSync(recent, 1_000_000_000, 1_000_000_000);
  await using server = await serve([answer("two")]);
  const list = JSON.parse((await run(["transcripts", "list", "--json"], { place })).stdout) as {
    title: string;
    updated_at: string;
  }[];
  expect(list.map(({ title }) => title)).toEqual(["recent", "old"]);
  expect(Date.now() - Date.parse(list[1]!.updated_at)).toBeGreaterThan(999 * hour);
  const search = await run(["transcripts", "search", "answer", "--json"], { place });
  expect((JSON.parse(search.stdout) as { title: string }[]).map(({ title }) => title)).toEqual(["recent", "old"]);
  expect((await run(["ask", "-c", "more"], { place, env: askingAt(server) })).code).toBe(0);
  expect(readFileSync(recent, "utf8")).toContain("more");
});

test("a file that names a time to come, or none, is as old as the file", async () => {
  const place = newPlace();
  const path = conversation(place, -1_000_000, "from the future");
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  const { stdout } = await run(["transcripts", "list", "--json"], { place });
  const [row] = JSON.parse(stdout) as { updated_at: string }[];
  expect(Date.parse(row!.updated_at)).toBe(1_700_000_000_000);
});

test("turns are counted in one way everywhere", async () => {
  const place = newPlace();
  await using server = await serve([
    { body: [text("cut "), delta({}), finish("length"), done] },
    answer("and whole"),
    answer("second"),
    answer("third"),
  ]);
  const input = "first question\n/continue\nsecond question\nthird question\n/undo\n/history\nq\n";
  const session = await run(["--no-stream"], { place, input, env: askingAt(server) });
  expect(session.stderr + session.stdout).toMatch(/2\. second question/u);
  expect(session.stderr + session.stdout).not.toMatch(/3\. /u);
  const json = JSON.parse((await run(["transcripts", "list", "--json"], { place })).stdout) as { turns: number }[];
  expect(json.map(({ turns }) => turns)).toEqual([2]);
  const page = await run(["transcripts", "export", "last", "--to", "html"], { place });
  expect(page.stdout).toContain("2 turns");
  const markdown = await run(["transcripts", "export", "last", "--to", "md"], { place });
  expect(markdown.stdout.match(/^## Question/gmu)).toHaveLength(2);
  const resumed = await run(["-c"], { place, input: "q\n", env: askingAt(server) });
  expect(resumed.stderr).toMatch(/\(2 (?:turns|exchanges)\)/u);
});

test("a search shows what a fork shares with its conversation once", async () => {
  const place = newPlace();
  await using server = await serve([answer("walrus here"), answer("another walrus")]);
  const input = "first\n/fork\nsecond\nq\n";
  await run([], { place, input, env: askingAt(server) });
  expect(transcriptsOf(place)).toHaveLength(2);
  const { stdout } = await run(["transcripts", "search", "walrus", "--json"], { place });
  const found = JSON.parse(stdout) as { matches: { text: string }[] }[];
  expect(found.flatMap(({ matches }) => matches.map(({ text: line }) => line)).sort()).toEqual([
    "another walrus",
    "walrus here",
  ]);
  const limited = await run(["transcripts", "search", "here", "--limit", "1"], { place });
  expect(limited.stderr).toMatch(/1 of (?:up to 2|1) /u);
});

test.each([80, 60, 40, 25])("a list of %d columns has one row for each conversation", async (cols) => {
  const place = newPlace();
  conversation(
    place,
    3,
    "A question that is much longer than there is room for in a row of a list on a terminal",
    "siliconflow/Qwen/Qwen3-Coder-480B-A35B-Instruct",
  );
  conversation(
    place,
    2,
    "\u89e3\u91ca\u91cf\u5b50\u8ba1\u7b97\u7684\u57fa\u672c\u539f\u7406\uff0c\u4ee5\u53ca\u5b83\u4e0e\u7ecf\u5178\u8ba1\u7b97\u7684\u5dee\u522b",
    "siliconflow/Pro/deepseek-ai/DeepSeek-V3",
  );
  for (const lang of ["en", "zh"]) {
    await using terminal = openProgram(["--lang", lang, "transcripts", "list"], { place, cols });
    await terminal.exit;
    const rows = terminal.screen().split("\n");
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(cols);
    expect(rows[1]).toContain("\u89e3\u91ca");
    expect(rows[2]).toMatch(cols >= 80 ? /\d {2}Qwen\S*…\S*ct {2}(?=.{35})/u : /^\S{8} /u);
  }
});

test("what is missing is told in words", async () => {
  const place = newPlace();
  await using server = await serve([]);
  const goOn = await run(["-c"], { place, input: "q\n", env: askingAt(server) });
  expect(goOn).toMatchObject({ code: 2, stderr: "No saved conversations yet.\n" });
  conversation(place, 1, "one");
  const remove = await run(["transcripts", "remove", "last"], { place });
  expect(remove.code).toBe(2);
  expect(remove.stderr).toContain("--yes");
});

test("/export in a session replaces no file", async () => {
  const place = newPlace();
  await using server = await serve([answer("one")]);
  put(join(place.cwd, "mine.md"), "mine");
  const { stderr } = await run([], { place, input: "hi\n/export md mine.md\nq\n", env: askingAt(server) });
  expect(stderr).toContain("mine.md");
  expect(readFileSync(join(place.cwd, "mine.md"), "utf8")).toBe("mine");
});
