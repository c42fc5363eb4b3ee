import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Place, newPlace, openProgram, run } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { converse } from "../support/search.ts";
import { en, wordsOf } from "../support/words.ts";

const quantum = "\u91cf\u5b50";
/** Linux in full-width letters. */
const wideLinux = "\uff2c\uff49\uff4e\uff55\uff58";

interface Hit {
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly matches: readonly {
    readonly turn: number;
    readonly role: string;
    readonly line: number;
    readonly text: string;
    readonly ranges: readonly (readonly [number, number])[];
  }[];
}

/** What the program finds in a place, as `title#turn role`. */
async function found(place: Place, ...args: readonly string[]): Promise<string[]> {
  const { stdout, code } = await run(["transcripts", "search", "--json", ...args], { place });
  expect(code).toBe(0);
  const hits = JSON.parse(stdout) as Hit[];
  return hits.flatMap(({ title, matches }) => matches.map(({ turn, role }) => `${title}#${turn} ${role}`)).toSorted();
}

function filesOf({ cwd }: Place): string {
  return join(cwd, "transcripts");
}

function indexOf({ home }: Place): string {
  const cache = join(home, ".cache", "deepseek-chat");
  return join(
    cache,
    readdirSync(cache).find((name) => /^search-.*\.db$/u.test(name))!,
  );
}

/** A place with a small archive. */
function archive(): Place {
  const place = newPlace();
  const folder = filesOf(place);
  converse(folder, ["physics", `${quantum}\u8ba1\u7b97\u5229\u7528\u53e0\u52a0\u6001`], ["more", "nothing"]);
  converse(folder, ["cluster", "First:\nkubectl apply -f a.yaml\nThen wait"], ["apply it", "kubectl get"]);
  converse(folder, ["systems", `${wideLinux} is written so`], [`${quantum} on LINUX?`, "with kubectl, yes"]);
  return place;
}

describe.skipIf(process.platform !== "linux")("a search finds", () => {
  let place: Place;
  beforeAll(() => {
    place = archive();
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["a Chinese word", [quantum], ["physics#1 answer", "systems#2 question"]],
    ["one character of it", ["\u5b50"], ["physics#1 answer", "systems#2 question"]],
    ["a stretch across words", ["\u5b50\u8ba1"], ["physics#1 answer"]],
    ["a command as it stands", ["kubectl apply"], ["cluster#1 answer"]],
    [
      "both words anywhere in an exchange",
      ["kubectl", "apply"],
      ["cluster#1 answer", "cluster#2 answer", "cluster#2 question"],
    ],
    ["full-width letters by half-width ones", ["linux"], ["systems#1 answer", "systems#2 question"]],
    ["half-width letters by full-width ones", [wideLinux], ["systems#1 answer", "systems#2 question"]],
    ["Chinese and Latin together", [quantum, "kubectl"], ["systems#2 answer", "systems#2 question"]],
    ["what stands between quotes", ['"kubectl apply" wait'], ["cluster#1 answer", "cluster#1 answer"]],
    ["questions alone", [quantum, "--role", "question"], ["systems#2 question"]],
    ["answers alone", ["apply", "--role", "answer"], ["cluster#1 answer"]],
    ["by a regular expression", ["--regex", "kube\\w+ (?:get|put)"], ["cluster#2 answer"]],
    ["nothing that was asked before a day", [quantum, "--since", "2026-11-21"], []],
    ["what was asked since a day", ["get", "--since", "2026-11-19"], ["cluster#2 answer"]],
    ["nothing where there is nothing", ["zyzzyva"], []],
  ])("%s", async (_, args, expected) => {
    expect(await found(place, ...args)).toEqual(expected);
  });

  test("the place of each match, for programs", async () => {
    const { stdout } = await run(["transcripts", "search", "--json", "--limit", "1", "kubectl apply"], { place });
    const [hit, ...more] = JSON.parse(stdout) as Hit[];
    expect(more).toEqual([]);
    expect(hit).toMatchObject({ title: "cluster", started_at: expect.any(String) as string, more: 0 });
    expect(hit!.matches).toEqual([
      expect.objectContaining({ turn: 1, role: "answer", line: 2, text: "kubectl apply -f a.yaml", ranges: [[0, 13]] }),
    ]);
  });

  test("as many conversations as are wanted, and says how many there are", async () => {
    const { stdout, stderr } = await run(["transcripts", "search", "--limit", "1", quantum], { place });
    expect(stdout).toContain(quantum);
    expect(stdout.match(/^[0-9a-z]{8} /gmu)).toHaveLength(1);
    expect(stderr).toMatch(/1 of 2 conversations.*transcripts show/u);
  });

  test("nothing, and then says so on stderr alone", async () => {
    const { code, stdout, stderr } = await run(["transcripts", "search", "zyzzyva"], { place });
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: "" });
    expect(stderr.trim()).not.toBe("");
  });

  test("no regular expression in what is none", async () => {
    const { code, stdout, stderr } = await run(["transcripts", "search", "--regex", "a("], { place });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(`${wordsOf("bad_pattern", { pattern: "a(", reason: "Unterminated group" }).whole}\n`);
  });
});

describe.skipIf(process.platform !== "linux")("a search is right after", () => {
  const both = ["physics#1 answer", "systems#2 question"];

  test.each<[string, (place: Place) => void]>([
    ["its index was deleted", (place) => rmSync(indexOf(place))],
    ["its index was overwritten", (place) => writeFileSync(indexOf(place), "no index".repeat(5000))],
    [
      "its index was cut off",
      (place) => writeFileSync(indexOf(place), readFileSync(indexOf(place)).subarray(0, 20_000)),
    ],
    ["its index was spoiled in the middle", (place) => spoil(indexOf(place))],
    ["its index cannot be had", (place) => replaceByFolder(indexOf(place))],
  ])("%s", async (_, harm) => {
    const place = archive();
    expect(await found(place, quantum)).toEqual(both);
    harm(place);
    expect(await found(place, quantum)).toEqual(both);
    expect(await found(place, "wait")).toEqual(["cluster#1 answer"]);
  });

  test("files were edited, added, moved and removed by hand", async () => {
    const place = archive();
    const folder = filesOf(place);
    expect(await found(place, quantum)).toEqual(both);
    const file = (word: string) =>
      join(
        folder,
        readdirSync(folder).find((name) => name.includes(word))!,
      );
    const physics = file("physics");
    writeFileSync(physics, readFileSync(physics, "utf8").replaceAll(quantum, "\u7535\u5b50"));
    expect(await found(place, quantum)).toEqual(["systems#2 question"]);
    expect(await found(place, "\u7535\u5b50")).toEqual(["physics#1 answer"]);
    renameSync(physics, join(folder, "moved.md"));
    expect(await found(place, "\u7535\u5b50")).toEqual(["physics#1 answer"]);
    appendFileSync(file("cluster"), `[2026-11-20 23:41:07] Question:\n${quantum}?\n\n`);
    converse(folder, ["new", quantum]);
    rmSync(file("systems"));
    expect(await found(place, quantum)).toEqual(["cluster#3 question", "new#1 answer"]);
  });
});

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function spoil(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0x55, Math.floor(bytes.length / 3), Math.floor(bytes.length * 0.8));
  writeFileSync(path, bytes);
}

describe.skipIf(process.platform === "win32")("on a terminal", () => {
  test("what is found is marked, with the lines around it, and what is hostile is harmless", async () => {
    const place = newPlace();
    converse(filesOf(place), ["shells", `one\n\u001b]0;owned\u0007 kubectl ${quantum} \u001b[2J\u202e\nthree`]);
    await using terminal = openProgram(["transcripts", "search", quantum], { place, cols: 100 });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).toMatch(new RegExp(`\u001b\\[[0-9;]+m${quantum}\u001b\\[`, "u"));
    expect(terminal.screen()).toMatch(/#1 Answer[^]*one\n[^]*kubectl[^]*\n +three/u);
    expect(terminal.raw).not.toMatch(/\u001b\]|\u001b\[2J|\u202e/u);
  });

  test("a bar shows how far the index is, and is gone afterwards", async () => {
    const place = newPlace();
    for (let file = 0; file < 40; file++) {
      const words = Array.from({ length: 40_000 }, (_, word) => ((word * 7_919 + file * 104_729) % 1e6).toString(36));
      converse(filesOf(place), [`question ${file}`, `${words.join(" ")} whale`]);
    }
    await using terminal = openProgram(["transcripts", "search", "--limit", "1", "whale"], { place });
    expect((await terminal.exit).code).toBe(0);
    expect(terminal.raw).toMatch(new RegExp(`${RegExp.escape(en.transcripts.indexing)} \\[#*-+\\] +\\d+ %`, "u"));
    expect(terminal.scrollback()).not.toContain(en.transcripts.indexing);
    expect(terminal.scrollback()).toContain("1 of 40 conversations");
  });

  test("a session finds again what other programs changed meanwhile, its own words too, and leaves nothing open", async () => {
    const place = newPlace();
    const path = converse(filesOf(place), ["sea", "a whale"]);
    await using terminal = openProgram(["-p", "demo"], { place, cols: 100, rows: 50 });
    await terminal.until(/^>$/mu);
    await say(terminal, "/search whale");
    await terminal.until("#1 Answer");
    await say(terminal, "/search shark");
    await terminal.until(en.transcripts.notFound);
    appendFileSync(path, "[2026-11-20 23:41:07] Question:\nand a shark?\n\n");
    await say(terminal, "/search shark");
    await terminal.until("and a shark?");
    rmSync(path);
    await say(terminal, "/search sea");
    await terminal.until(/No matches\.[^]*No matches\./u);
    await say(terminal, "q");
    expect((await terminal.exit).code).toBe(0);
    expect(
      readdirSync(join(place.home, ".cache", "deepseek-chat")).filter((name) => /-(?:wal|shm)$/u.test(name)),
    ).toEqual([]);
  });
});
