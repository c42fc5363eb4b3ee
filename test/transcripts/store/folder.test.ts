import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  filesIn,
  folderKey,
  isTranscriptName,
  linkedStateOf,
  memberOf,
  namesIn,
  stateOf,
  wholeFile,
  withBytes,
} from "../../../src/transcripts/store/folder.ts";
import { releaseSideFiles } from "../../../src/transcripts/store/side-files.ts";
import { temporaryFolder } from "../../support/transcripts.ts";

/** Making links takes a right on Windows. */
const posix = process.platform !== "win32";

const stateNow = (path: string) => {
  const { size, mtimeMs, ctimeMs } = statSync(path);
  return { size, mtimeMs, ctimeMs };
};

test.each([
  ["a.md", true],
  ["A.MD", true],
  ["a.txt", true],
  ["a.b.Txt", true],
  ["a.md.txt", true],
  [".a.md", false],
  [".md", false],
  ["a.txt.bak", false],
  ["a.mdx", false],
  ["md", false],
  ["txt", false],
  ["a\n.md", false],
  ["a\r.md", false],
  ["a\u2028.md", false],
  ["a\u2029.txt", false],
  ["", false],
])("a file of the name %j may be a transcript: %s", (name, expected) => {
  expect(isTranscriptName(name)).toBe(expected);
});

describe("a folder", () => {
  test("has the names that may be transcripts, none where it is missing, and cannot be read where it is a file", () => {
    const folder = temporaryFolder();
    for (const name of ["b.md", "a.txt", ".c.md", "d.json"]) writeFileSync(join(folder, name), "");
    expect(namesIn(folder).sort()).toEqual(["a.txt", "b.md"]);
    expect(namesIn(join(folder, "nowhere"))).toEqual([]);
    const path = join(folder, "b.md");
    expect(() => namesIn(path)).toThrow(
      expect.objectContaining({
        code: "transcript_unreadable",
        details: { path, reason: "ENOTDIR" },
        cause: expect.objectContaining({ code: "ENOTDIR" }),
      }),
    );
  });

  test.skipIf(!posix)("has its files and what leads to files within it, and nothing that leads elsewhere", () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(folder, "file.md"), "five.");
    writeFileSync(join(other, "other.md"), "other");
    mkdirSync(join(folder, "folder.md"));
    symlinkSync("file.md", join(folder, "within.md"));
    symlinkSync("nowhere", join(folder, "dangling.md"));
    symlinkSync("folder.md", join(folder, "to-folder.md"));
    symlinkSync(join(other, "other.md"), join(folder, "out.md"));
    const files = [...filesIn(folder)].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(files.map(({ name, path }) => [name, path])).toEqual([
      ["file.md", join(folder, "file.md")],
      ["within.md", join(folder, "within.md")],
    ]);
    for (const { state } of files) expect(state).toMatchObject(stateNow(join(folder, "file.md")));
    expect(
      ["file.md", "within.md", "out.md", "nowhere.md", "/elsewhere/file.md"].map((name) => memberOf(folder, name)),
    ).toEqual([join(folder, "file.md"), join(folder, "within.md"), folder, folder, join(folder, "file.md")]);
  });

  test("has a key that stays, of its real path", () => {
    expect(folderKey("/nowhere/at/all")).toBe("1cf84d0e2a8ea54c");
    const folder = temporaryFolder();
    expect(folderKey(folder)).toMatch(/^[0-9a-f]{16}$/);
    expect(folderKey(`${folder}/.`)).toBe(folderKey(folder));
    expect(folderKey("/nowhere/at/../at/all")).toBe("1cf84d0e2a8ea54c");
    if (!posix) return;
    const link = join(temporaryFolder(), "link");
    symlinkSync(folder, link);
    expect(folderKey(link)).toBe(folderKey(realpathSync(folder)));
  });
});

describe("a file", () => {
  test("has its size and times as its state, and anything else none", () => {
    const folder = temporaryFolder();
    const path = join(folder, "a.md");
    writeFileSync(path, "abc");
    expect(stateOf(path)).toEqual(stateNow(path));
    expect([stateOf(folder), stateOf(join(folder, "nowhere")), stateOf(join(path, "below")), stateOf("\0")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test.skipIf(!posix)("is known to have other names where it is a link, or several lead to it", () => {
    const folder = temporaryFolder();
    const [path, link, hard] = [join(folder, "a.md"), join(folder, "link.md"), join(folder, "hard.md")];
    writeFileSync(path, "abc");
    symlinkSync(path, link);
    expect(linkedStateOf(path)).toEqual({ state: stateNow(path), linked: false });
    expect(linkedStateOf(link)).toEqual({ state: stateNow(path), linked: true });
    linkSync(path, hard);
    expect(linkedStateOf(path)).toEqual({ state: stateNow(path), linked: true });
    expect(linkedStateOf(folder).state).toBeNull();
    expect(linkedStateOf(join(folder, "nowhere"))).toEqual({ state: null, linked: false });
    expect(linkedStateOf(join(path, "below")).state).toBeNull();
    expect(linkedStateOf("\0")).toEqual({ state: null, linked: true });
  });

  test("is read as far as was said, however long the one before was", () => {
    const folder = temporaryFolder();
    const [short, long] = [join(folder, "short.md"), join(folder, "long.md")];
    writeFileSync(short, "short");
    writeFileSync(long, "long ".repeat(60_000));
    const text = (path: string, size: number) => withBytes(path, size, (bytes) => bytes.toString());
    expect(text(short, 5)).toBe("short");
    expect(text(long, 300_000) === "long ".repeat(60_000)).toBe(true);
    expect([text(short, 3), text(short, 5), text(short, 9), text(short, 0)]).toEqual(["sho", "short", "short", ""]);
    expect(() => text(join(folder, "nowhere"), 1)).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(wholeFile(long).equals(readFileSync(long))).toBe(true);
    expect(() => wholeFile(folder)).toThrow(expect.objectContaining({ code: "EISDIR" }));
  });
});

describe("what an older version left beside a conversation", () => {
  const name = (id: string) => `2026-11-20.4711.host.${id}.md`;

  /** A conversation and such files beside it. */
  function leftover(names: readonly string[]): { folder: string; path: string; waiting: string } {
    const folder = temporaryFolder();
    const [path, waiting] = [join(folder, "talk.md"), join(folder, ".talk.md.waiting")];
    writeFileSync(path, "talk");
    mkdirSync(waiting);
    for (const each of names) writeFileSync(join(waiting, each), `text of ${each}`);
    return { folder, path, waiting };
  }

  test("becomes transcripts next to it, and its folder goes", () => {
    const { folder, path } = leftover([name("abc"), name("x9")]);
    releaseSideFiles(path);
    expect(readdirSync(folder).sort()).toEqual(["talk-abc.md", "talk-x9.md", "talk.md"]);
    expect(readFileSync(join(folder, "talk-x9.md"), "utf8")).toBe(`text of ${name("x9")}`);
    expect(readFileSync(path, "utf8")).toBe("talk");
    releaseSideFiles(path);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test("stays where its name says nothing, or the place is taken, while the rest moves", () => {
    const others = ["notes.md", "2026.UPPER.md", `x${name("abc")}`, `${name("abc")}x`, "2026-11-20.abc.md"];
    const { folder, path, waiting } = leftover([...others, name("abc"), name("x9")]);
    writeFileSync(join(folder, "talk-abc.md"), "taken");
    releaseSideFiles(path);
    expect(readdirSync(waiting).sort()).toEqual([...others, name("abc")].sort());
    expect(readFileSync(join(folder, "talk-abc.md"), "utf8")).toBe("taken");
    expect(readdirSync(folder).sort()).toEqual([".talk.md.waiting", "talk-abc.md", "talk-x9.md", "talk.md"]);
  });

  test.skipIf(!posix)("is left alone where a link leads to it, or a link or folder is in it", () => {
    const { folder, path, waiting } = leftover([]);
    mkdirSync(join(waiting, name("abc")));
    symlinkSync(path, join(waiting, name("def")));
    releaseSideFiles(path);
    expect(readdirSync(waiting)).toHaveLength(2);
    const other = join(folder, "other.md");
    writeFileSync(other, "");
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, name("ghi")), "");
    symlinkSync(elsewhere, join(folder, ".other.md.waiting"));
    releaseSideFiles(other);
    expect(readdirSync(elsewhere)).toEqual([name("ghi")]);
    // A link to the conversation itself is followed.
    const link = join(temporaryFolder(), "link.md");
    symlinkSync(path, link);
    writeFileSync(join(waiting, name("jkl")), "");
    releaseSideFiles(link);
    expect(readdirSync(folder)).toContain("talk-jkl.md");
  });

  test("that is missing, as the conversation may be, troubles nobody", () => {
    const folder = temporaryFolder();
    releaseSideFiles(join(folder, "nowhere.md"));
    writeFileSync(join(folder, "a.md"), "");
    writeFileSync(join(folder, ".a.md.waiting"), "");
    releaseSideFiles(join(folder, "a.md"));
    expect(readdirSync(folder).sort()).toEqual([".a.md.waiting", "a.md"]);
  });
});
