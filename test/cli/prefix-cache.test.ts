import { join } from "node:path";
import { expect, test } from "vitest";
import { askingAt, newPlace, put, run } from "../support/program.ts";
import { png } from "../support/pictures.ts";
import { type Received, serve } from "../support/raw-server.ts";
import { answer, done, event, finish, text } from "../support/wire.ts";
import { any, en, patternOf } from "../support/words.ts";

/** The messages of a request as the service's prefix cache sees them: their bytes, without what closes the list. */
function prefixOf({ text: body }: Received): string {
  const start = body.indexOf('"messages":[');
  const depth = { value: 0 };
  let inText = false;
  for (let at = start + '"messages":'.length; at < body.length; at++) {
    const character = body[at]!;
    if (character === "\\") at++;
    else if (character === '"') inText = !inText;
    else if (!inText && (character === "[" || character === "{")) depth.value++;
    else if (!inText && (character === "]" || character === "}") && --depth.value === 0) return body.slice(start, at);
  }
  throw new Error("no messages");
}

test("from turn to turn a request begins with the bytes of the one before, with files, pictures, /retry, and when resumed", async () => {
  await using server = await serve((_, index) => answer(`answer ${index + 1}, “quoted” 引号`));
  const place = newPlace();
  put(join(place.cwd, "notes.md"), "# Notes\n```\ncode\n```\n");
  put(join(place.cwd, "a.png"), png);
  const lines = ["one 你好", "/file notes.md", "/file a.png", "with files", "three", "/retry", "four"];
  const env = askingAt(server);
  expect((await run(["-s", "Be brief."], { place, env, input: `${lines.join("\n")}\n` })).code).toBe(0);
  expect((await run(["ask", "five", "-c"], { place, env })).code).toBe(0);
  expect((await run(["-c"], { place, env, input: "six\nseven\n" })).code).toBe(0);
  const prefixes = server.requests.map(prefixOf);
  expect(prefixes).toHaveLength(8);
  const [one, withFiles, three, retried, four, five, six, seven] = prefixes as [string, ...string[]];
  expect(retried).toBe(three);
  const inOrder = [one, withFiles!, three!, four!, five!, six!, seven!];
  for (const [index, prefix] of inOrder.slice(1).entries()) expect(prefix.startsWith(inOrder[index]!)).toBe(true);
});

const many = { prompt_tokens: 50_000, prompt_cache_hit_tokens: 40_000, completion_tokens: 10, total_tokens: 50_010 };
const large = { body: [text("yes"), finish(), event({ choices: [], usage: many }), done] };

test("a command that breaks the cached prefix says what that costs, once; one that does not says nothing", async () => {
  await using server = await serve([large]);
  const forfeited = patternOf(en.usage.forfeited({ tokens: any, cost: any }).split("~")[0]!);
  const said = async (...lines: string[]) => {
    const { stderr } = await run([], { env: askingAt(server), input: `${lines.join("\n")}\n` });
    return stderr.split("\n").filter((line) => forfeited.test(line));
  };
  expect(await said("a", "/system Be brief.", "/tokens")).toEqual([
    expect.stringMatching(patternOf(en.usage.forfeited({ tokens: "50k", cost: `¥0.0${any}` }))),
  ]);
  expect(await said("a", "/model deepseek-v4-pro")).toHaveLength(1);
  expect(await said("a", "/undo")).toHaveLength(1);
  expect(await said("a", "b", "/tokens", "/cost", "/title x", "/set temperature 1", "/new", "/system x")).toEqual([]);
});
