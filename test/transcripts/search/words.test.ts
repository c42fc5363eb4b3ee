import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { forkTranscript, renameTranscript } from "../../../src/transcripts/store/manage.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { converse, hits, say, search } from "../../support/search.ts";
import { ending, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

const quantum = "\u91cf\u5b50";
const fullWidthLinux = "\uff2c\uff49\uff4e\uff55\uff58";

describe("a search", () => {
  const texts = [
    `${quantum}\u8ba1\u7b97\u7684\u57fa\u672c\u539f\u7406`,
    `run kubectl apply -f pod.yaml on ${fullWidthLinux}`,
    "\u5b50\u7a0b\u5e8f and Quantum, GPU\u52a0\u901f x=>y",
    "apply it with kubectl, caf\u00e9",
    `${"0123456789abcdef".repeat(5)} and \u{20bb7}\u91ce\u5bb6 \u{1f600}`,
  ];

  test.each([
    [quantum, [0]],
    ["\u5b50", [0, 2]],
    ["\u7406", [0]],
    ["\u57fa\u672c\u539f", [0]],
    ["\u5b50\u91cf", []],
    ["kubectl apply", [1, 3]],
    ['"kubectl apply"', [1]],
    ['"bectl app"', [1]],
    ["ubectl", [1, 3]],
    ["linux", [1]],
    ["LINUX", [1]],
    [fullWidthLinux, [1]],
    ["\uff31uantum", [2]],
    ["\u5b50\u7a0b quantum", [2]],
    ["\u5b50 quantum \u91cf", []],
    ["gpu\u52a0", [2]],
    ["GPU\u52a0\u901f", [2]],
    ["=>", [2]],
    ["x=>y", [2]],
    [".yaml", [1]],
    ['"-f p"', [1]],
    ["cafe\u0301", [3]],
    ["CAF\u00c9", [3]],
    ["\u{20bb7}", [4]],
    ["\u{1f600}", [4]],
    ["89abcdef0123", [4]],
    ["0123456789abcdef".repeat(5), [4]],
    ["89abcdef0124", []],
    ['" "', []],
    ['"', []],
  ])("for %s finds what holds it, with and without an index", async (what, expected) => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const paths = texts.map((text) => converse(folder, ["asked", text]));
    const names = expected.map((index) => `${basename(paths[index]!)}#1`).sort();
    expect(hits(await search(folder, null, what))).toEqual(names);
    expect(hits(await search(folder, cache, what))).toEqual(names);
    expect(hits(await search(folder, cache, what))).toEqual(names);
  });

  test("finds words that stand in one exchange, in the question and the answer together", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const path = converse(folder, ["red", "green"], ["blue", "red"]);
    expect(hits(await search(folder, cache, "red green"))).toEqual([`${basename(path)}#1`]);
    expect(hits(await search(folder, cache, "green blue"))).toEqual([]);
  });

  test("marks what it found where it stands in the text", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const line = `\u{1f600} \ufb01rst ${fullWidthLinux}, linux e\u0301 \uff2cinuxLINUX`;
    converse(folder, ["asked", `before\n${line}\nafter`]);
    const { conversations } = await search(folder, cache, `linux fi e`);
    const found = conversations[0]!.exchanges[0]!.lines.find(({ text }) => text === line);
    expect(found).toMatchObject({ role: "answer", number: 2, before: "before", after: "after" });
    const marked = found!.ranges.map(({ from, to }) => line.slice(from, to));
    expect(marked).toEqual(["\ufb01", fullWidthLinux, "linux", "e\u0301", "\uff2cinuxLINUX"]);
  });

  test("keeps to a role, to what was asked since a time, and to so many conversations", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const old = new Date(noon.getTime() - 86_400_000);
    const [asked, answered] = [converse(folder, ["the sea", "yes"]), converse(folder, ["what?", "the sea"])];
    const before = say(TranscriptWriter.create(folder), [["sea of old", "no"]], old);
    const find = async (more: Parameters<typeof search>[3]) => {
      const { conversations } = await search(folder, cache, "sea", more);
      return conversations.map(({ path }) => path).sort();
    };
    expect(await find({})).toEqual([asked, answered, before].sort());
    expect(await find({ role: "question" })).toEqual([asked, before].sort());
    expect(await find({ role: "answer" })).toEqual([answered]);
    expect(await find({ since: noon })).toEqual([asked, answered].sort());
    expect(await find({ since: new Date(noon.getTime() + 1) })).toEqual([]);
    expect(await find({ limit: 2 })).toHaveLength(2);
    const { total, exact, conversations } = await search(folder, cache, "sea", { limit: 1 });
    expect({ total, exact, shown: conversations.length }).toEqual({ total: 3, exact: true, shown: 1 });
  });

  test("looks at thinking, notices and titles too, and says what was taken back", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const writer = TranscriptWriter.create(folder);
    writer.begin(turn("a question"));
    writer.reasoning("pondering", noon);
    writer.end(ending({ status: "failed", error: { code: "timeout", message: "no answer for 60 s" } }));
    const id = writer.exchangeId!;
    const rolesOf = async (what: string) => {
      const { conversations } = await search(folder, cache, what);
      return conversations.flatMap(({ exchanges }) =>
        exchanges.map(({ turn: number, withdrawn, lines }) => ({ number, withdrawn, role: lines[0]!.role })),
      );
    };
    expect(await rolesOf("pondering")).toEqual([{ number: 1, withdrawn: false, role: "thinking" }]);
    expect(await rolesOf('"60 s"')).toEqual([{ number: 1, withdrawn: false, role: "notice" }]);
    await renameTranscript(writer.path!, "Sailing");
    expect(await rolesOf("sailing")).toEqual([{ number: 0, withdrawn: false, role: "title" }]);
    await renameTranscript(writer.path!, "Rowing");
    expect(await rolesOf("sailing")).toEqual([]);
    expect(await rolesOf("rowing")).toEqual([{ number: 0, withdrawn: false, role: "title" }]);
    appendFileSync(writer.path!, `<!-- deepseek-chat undo {"id":"${id}"} -->\n\n`);
    expect(await rolesOf("pondering")).toEqual([{ number: 1, withdrawn: true, role: "thinking" }]);
  });

  test("puts what was asked before what was answered, more before less, and later before earlier", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    const mentioned = converse(folder, ["one", "about whales"]);
    const asked = converse(folder, ["whales?", "yes"]);
    const often = converse(folder, ["one", "whales"], ["two", "whales"]);
    const { conversations } = await search(folder, cache, "whales");
    expect(conversations.map(({ path }) => path)).toEqual([asked, often, mentioned]);
    const without = await search(folder, null, "whales");
    expect(without.conversations.map(({ path }) => path)).toEqual([asked, often, mentioned]);
  });

  test("reads only as many exchanges as are wanted, the most telling ones", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    converse(folder, ["1", "fox"], ["2", "fox"], ["fox", "3"]);
    for (const where of [null, cache]) {
      const { conversations } = await search(folder, where, "fox", { exchanges: 2 });
      expect(conversations[0]).toMatchObject({ exchanges: [{ turn: 1 }, { turn: 3 }], more: 1 });
    }
  });

  test("by a regular expression reads the lines themselves", async () => {
    const folder = temporaryFolder();
    const path = converse(folder, ["k8s", "run kubectl apply\nthen\twait"]);
    expect(hits(await search(folder, null, /k.bectl\s+APPLY$/iu))).toEqual([`${basename(path)}#1`]);
    expect(hits(await search(folder, null, /^then\twait$/u))).toEqual([`${basename(path)}#1`]);
    expect(hits(await search(folder, null, /apply\s+then/u))).toEqual([]);
  });
});

test.each([63, 64, 65])("a phrase with a word of %d letters is found", async (length) => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const long = "x".repeat(length - 1);
  const path = converse(folder, ["asked", `see ${long}y and z`]);
  converse(folder, ["asked", `see ${long}z and y`]);
  for (const what of [`"see ${long}y and"`, `"${long}y"`, `${long}y`, `"e ${long}"`]) {
    const found = hits(await search(folder, null, what));
    expect(hits(await search(folder, cache, what))).toEqual(found);
    expect(found).toContain(`${basename(path)}#1`);
  }
});

test("a total is called exact only where the index tells it for certain", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  converse(folder, ["kubectl apply", "yes"]);
  for (let file = 0; file < 3; file++) converse(folder, ["apply kubectl apply", "no"], ["kubectl and apply", "no"]);
  const phrase = await search(folder, cache, '"apply kubectl"', { limit: 1 });
  expect(phrase).toMatchObject({ exact: false });
  expect(phrase.conversations).toHaveLength(1);
  expect(await search(folder, cache, "kubectl", { limit: 1 })).toMatchObject({ total: 4, exact: true });
  expect(await search(folder, cache, '"apply kubectl"')).toMatchObject({ total: 3, exact: true });
});

test("a total is not called exact where a candidate that was not read may hold something else", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  converse(folder, ["asked", "no whale."]);
  // Newer, so that it comes first, and the other one is left unread.
  say(TranscriptWriter.create(folder), [["asked", "a whale here"]], new Date(noon.getTime() + 60_000));
  const first = async (what: string, more = {}) => await search(folder, cache, what, { limit: 1, ...more });
  expect(await first("whale")).toMatchObject({ total: 2, exact: true });
  // The index knows neither what stands behind a word nor more of a time than its second.
  expect(await first('"whale "')).toMatchObject({ total: 2, exact: false });
  expect(await first("whale", { since: new Date(noon.getTime() + 500) })).toMatchObject({ total: 2, exact: false });
  // Nor does it know what a run of more than 64 letters holds; it lies in a segment of its own.
  converse(folder, ["asked", "x".repeat(70)]);
  expect(await first("whale")).toMatchObject({ total: 3, exact: false });
  expect(await search(folder, cache, "whale")).toMatchObject({ total: 2, exact: true });
});

test("a total is not called exact where a fork may hold what was shown already", async () => {
  const [folder, cache] = [temporaryFolder(), temporaryFolder()];
  const path = converse(folder, ["the whale", "yes"]);
  forkTranscript(await readTranscript(path), folder, noon, null);
  expect(await search(folder, cache, "whale", { limit: 1 })).toMatchObject({ exact: false });
  for (const place of [cache, null]) {
    expect(await search(folder, place, "whale")).toMatchObject({ total: 1, exact: true });
    expect(await search(folder, place, "whale", { forks: "each" })).toMatchObject({ total: 2, exact: true });
  }
});
