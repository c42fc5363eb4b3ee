import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { Lock } from "../../../src/file-lock.ts";
import { imagesIn } from "../../../src/transcripts/format/exchange-images.ts";
import type { KeptImage, SavedImage } from "../../../src/transcripts/format/types.ts";
import { KeptPictures } from "../../../src/transcripts/store/kept-pictures.ts";
import { leftoverPictures } from "../../../src/transcripts/store/leftover-pictures.ts";
import { forkTranscript, removeTranscript } from "../../../src/transcripts/store/manage.ts";
import { digestOf, PictureFolder } from "../../../src/transcripts/store/picture-folder.ts";
import { readTranscript, readTranscriptFile } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, hostileText, noon, temporaryFolder, turn } from "../../support/transcripts.ts";

/** Windows knows no modes and pipes, and makes links only for administrators. */
const posix = process.platform !== "win32";

function picture(content: string, name = content): { readonly name: string; readonly url: string } {
  return { name, url: `data:image/png;base64,${Buffer.from(content).toString("base64")}` };
}

/** Writes a conversation with a picture in its question, one that a tool returned, and one of the answer. */
function illustrate(writer: TranscriptWriter): string {
  writer.begin(turn("look", { images: [picture("asked")] }));
  writer.piece("Call", '{"id":"c","name":"draw"}\n{}', noon);
  const part = { type: "image", ...picture("returned") } as const;
  writer.result("c", { content: [{ type: "text", text: "done" }, part], isError: false }, noon);
  writer.text("Here.", noon);
  writer.picture({ type: "image", ...picture("answered") }, { text: "a cat", seed: 7 }, noon);
  writer.end(ending());
  return writer.path!;
}

const all = ["asked", "returned", "answered"];

function illustrated(): string {
  return illustrate(TranscriptWriter.create(temporaryFolder()));
}

async function imagesOf(path: string): Promise<readonly SavedImage[]> {
  return imagesIn((await readTranscript(path)).exchanges);
}

/** What of the pictures of a transcript can be had, by name, each with its own content; and why the others can't. */
async function stateOf(path: string): Promise<string[]> {
  const kept = new KeptPictures(path);
  const found = (await imagesOf(path)).map(kept.resolve);
  const own = found.filter((image) => "url" in image);
  expect(own).toEqual(own.map(({ name }) => picture(name)));
  const lost = new Map(kept.lost.map(({ name, reason }) => [name, reason]));
  return found.map(({ name }) => (lost.has(name) ? `${name}: ${lost.get(name)}` : name));
}

const copiesOf = (path: string) => readdirSync(`${path}.files`).map((name) => join(`${path}.files`, name));
const copyOf = async (path: string, name: string) => {
  const image = (await imagesOf(path)).find((each) => each.name === name) as KeptImage;
  return join(`${path}.files`, image.file);
};

test("pictures are copied beside a transcript, once each, which names them and does not hold them", async () => {
  const writer = TranscriptWriter.create(temporaryFolder());
  const path = illustrate(writer);
  writer.begin(turn("again", { images: [picture("asked")] }));
  writer.end(ending());
  expect(readFileSync(path, "utf8")).not.toContain("base64");
  expect(copiesOf(path)).toHaveLength(3);
  expect(await stateOf(path)).toEqual([...all, "asked"]);
});

test("addresses, and pictures of forms that have no copies, stay as they are", async () => {
  const images = [
    { name: "far", url: "https://example.com/a.png" },
    { name: "odd", url: "data:image/x-odd;base64,AAAA" },
    { name: "script", url: "data:image/svg+xml;base64,AAAA" },
    { name: "empty", url: "data:image/png;base64," },
  ];
  const writer = TranscriptWriter.create(temporaryFolder());
  writer.begin(turn("look", { images }));
  writer.end(ending());
  expect(await imagesOf(writer.path!)).toEqual(images);
  expect(existsSync(`${writer.path!}.files`)).toBe(false);
});

test.skipIf(!posix)("copies and their folder are private under a loose umask", () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const path = illustrated();
  expect(statSync(`${path}.files`).mode & 0o777).toBe(0o700);
  for (const copy of copiesOf(path)) expect(statSync(copy).mode & 0o777).toBe(0o600);
});

test("a program that is killed leaves no picture named that has no copy", async () => {
  const path = join(temporaryFolder(), "killed.md");
  const program = join(import.meta.dirname, "../../support/picture-appender.ts");
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
  const images = await imagesOf(path);
  const folder = new PictureFolder(path);
  expect(images.length).toBeGreaterThan(6);
  expect(images.filter((image) => "url" in image || !folder.has(image))).toEqual([]);
});

describe("what another conversation takes over has its pictures beside it:", () => {
  test("a fork", async () => {
    const path = illustrated();
    const fork = forkTranscript(await readTranscript(path), temporaryFolder(), noon, null);
    removeTranscript(path);
    expect([await stateOf(fork.path), existsSync(`${path}.files`)]).toEqual([all, false]);
  });

  test("a branch, written while another program holds the file, with the question that is asked", async () => {
    const path = illustrated();
    const lock = Lock.take(path)!;
    onTestFinished(() => lock.release());
    const writer = TranscriptWriter.resume(await readTranscriptFile(path));
    writer.begin(turn("and this?", { images: [picture("new")] }));
    writer.end(ending());
    expect(writer.path).not.toBe(path);
    expect(await stateOf(writer.path!)).toEqual([...all, "new"]);
    expect(copiesOf(path)).toHaveLength(3);
  });

  test("/save, also of what no file could be made for", async () => {
    const path = illustrated();
    const resumed = TranscriptWriter.resume(await readTranscriptFile(path));
    const place = join(temporaryFolder(), "saved.md");
    resumed.saveTo(place);
    expect(await stateOf(place)).toEqual(all);
    const blocked = join(temporaryFolder(), "transcripts");
    writeFileSync(blocked, "");
    const failing = TranscriptWriter.create(blocked);
    expect(() => failing.begin(turn("look", { images: [picture("asked")] }))).toThrow(AppError);
    failing.end(ending());
    const rescue = join(temporaryFolder(), "rescue.md");
    failing.saveTo(rescue);
    expect(await stateOf(rescue)).toEqual(["asked"]);
  });
});

test("where no copy can be written, that is said once, the turn is saved, and the next question tries again", async () => {
  const path = join(temporaryFolder(), "notes.md");
  writeFileSync(`${path}.files`, "in the way");
  const writer = TranscriptWriter.append(path);
  const begin = () => writer.begin(turn("look", { images: [picture("asked")] }));
  expect(begin).toThrow(expect.objectContaining({ code: "picture_unwritable" }) as Error);
  writer.text("answer", noon);
  writer.end(ending());
  writer.begin(turn("without one"));
  writer.end(ending());
  expect(writer.failed).toBeNull();
  const [first] = (await readTranscript(path)).exchanges;
  expect(first).toMatchObject({ question: "look", answer: "answer", torn: false });
  expect(await stateOf(path)).toEqual(["asked: not_a_file"]);
  rmSync(`${path}.files`);
  expect(await stateOf(path)).toEqual(["asked: missing"]);
  begin();
  writer.end(ending());
  expect(await stateOf(path)).toEqual(["asked", "asked"]);
});

test.skipIf(!existsSync("/dev/null"))("nothing is written beside a device", () => {
  illustrate(TranscriptWriter.append("/dev/null"));
  expect(existsSync("/dev/null.files")).toBe(false);
});

test("removing a conversation removes its pictures, and what is left of a killed program, and nothing else", () => {
  const [path, other] = [illustrated(), illustrated()];
  writeFileSync(join(`${path}.files`, ".12-abc-0.part"), "half");
  writeFileSync(join(`${other}.files`, "notes.txt"), "mine");
  removeTranscript(path);
  removeTranscript(other);
  expect(existsSync(`${path}.files`)).toBe(false);
  expect(readdirSync(`${other}.files`)).toEqual(["notes.txt"]);
});

test("folders whose transcript is gone are found, and no others", () => {
  const path = illustrated();
  const folder = dirname(path);
  const kept = illustrate(TranscriptWriter.create(folder));
  for (const name of ["empty.md.files", "other.files", "none.txt.files"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "other.files", `${"0".repeat(32)}.png`), "mine");
  expect(leftoverPictures(folder)).toEqual([]);
  rmSync(path);
  const bytes = all.join("").length;
  expect(leftoverPictures(folder)).toEqual([{ path: `${path}.files`, bytes }]);
  expect(existsSync(kept)).toBe(true);
});

describe("a copy", () => {
  test("that is missing or was changed costs itself alone", async () => {
    const path = illustrated();
    rmSync(await copyOf(path, "asked"));
    writeFileSync(await copyOf(path, "returned"), "RETURNED");
    writeFileSync(await copyOf(path, "answered"), "longer than it was");
    expect(await stateOf(path)).toEqual(["asked: missing", "returned: changed", "answered: changed"]);
  });

  test("that was changed is replaced when the picture is sent again", async () => {
    const writer = TranscriptWriter.create(temporaryFolder());
    const path = illustrate(writer);
    writeFileSync(await copyOf(path, "asked"), "other");
    writer.begin(turn("again", { images: [picture("asked")] }));
    writer.end(ending());
    expect(await stateOf(path)).toEqual([...all, "asked"]);
  });

  test("goes with its transcript: moved and renamed together, and left out where it was left behind", async () => {
    const path = illustrated();
    const moved = join(temporaryFolder(), "moved.md");
    copyFileSync(path, join(dirname(moved), "alone.md"));
    renameSync(path, moved);
    renameSync(`${path}.files`, `${moved}.files`);
    expect(await stateOf(moved)).toEqual(all);
    expect(await stateOf(join(dirname(moved), "alone.md"))).toEqual(all.map((name) => `${name}: missing`));
  });

  test.skipIf(!posix)("is no link, pipe or folder, in no linked folder, and no huge file", async () => {
    const path = illustrated();
    const secret = join(temporaryFolder(), "secret");
    writeFileSync(secret, "asked");
    const [asked, returned, answered] = await Promise.all(all.map((name) => copyOf(path, name)));
    for (const copy of [asked!, returned!]) rmSync(copy);
    symlinkSync(secret, asked!);
    spawnSync("mkfifo", [returned!]);
    truncateSync(answered!, 10e9);
    expect(await stateOf(path)).toEqual(["asked: ELOOP", "returned: not_a_file", "answered: changed"]);
    rmSync(returned!);
    mkdirSync(returned!);
    expect((await stateOf(path))[1]).toBe("returned: EISDIR");
    const linked = illustrated();
    renameSync(`${linked}.files`, join(dirname(linked), "elsewhere"));
    symlinkSync(join(dirname(linked), "elsewhere"), `${linked}.files`);
    expect(await stateOf(linked)).toEqual(all.map((name) => `${name}: not_a_file`));
    const writer = TranscriptWriter.append(linked);
    expect(() => writer.begin(turn("q", { images: [picture("new")] }))).toThrow(AppError);
    expect(readdirSync(join(dirname(linked), "elsewhere"))).toHaveLength(3);
  });

  test("is nothing outside of its folder, whatever the transcript names", () => {
    const path = illustrated();
    const bytes = Buffer.from("secret");
    writeFileSync(join(dirname(path), "secret.png"), bytes);
    writeFileSync(join(dirname(path), `${"0".repeat(32)}.png`), bytes);
    const folder = new PictureFolder(path);
    const names = fc.oneof(
      hostileText,
      fc.constantFrom("../secret.png", join(dirname(path), "secret.png"), `../${"0".repeat(32)}.png`, ".", "..", "a:b"),
    );
    fc.assert(
      fc.property(names, (file) => {
        expect(folder.has({ name: "x", file, digest: digestOf(bytes), bytes: bytes.length })).toBe(false);
      }),
    );
  });
});
