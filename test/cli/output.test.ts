import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, put, run, transcriptsOf } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, text } from "../support/wire.ts";

const full = { shell: 'exec "$@" >/dev/full' } as const;

describe.skipIf(!existsSync("/dev/full")).concurrent("stdout on a full disk", () => {
  test.each([
    "--help",
    "--version",
    "-V",
    "help ask",
    "ask --help",
    "config list",
    "config list --json",
    "config get provider",
    "config path",
    "models -p demo",
    "completion bash",
    "completion zsh",
    "completion fish",
    "completion powershell",
    "complete-words -- ask -",
    "transcripts path",
    "transcripts list",
    "transcripts show last",
    "transcripts show last --json",
    "transcripts show last --raw",
    "transcripts search one",
    "transcripts export last --to json",
    "doctor -p demo",
  ])("%s says so in a sentence and ends with 6", async (line) => {
    const place = newPlace();
    put(
      join(place.cwd, "transcripts", "2026-01-01_00-00-00_one.md"),
      `[2026-01-01 00:00:00] Question:\none\n\n[2026-01-01 00:00:01] Answer:\ntwo\n\n${"-".repeat(40)}\n`,
    );
    const { code, stderr } = await run(line.split(" "), { place, ...full });
    expect(stderr).toMatch(/^(?:.*\n)?Can't write to stdout: no space left on the device\..*\n$/u);
    expect(stderr).not.toContain("    at ");
    expect(code).toBe(6);
  });

  const pieces = Array.from({ length: 20 }, (_, index) => `piece ${index} of the answer. `);

  test.each(["text", "json", "jsonl"])("ask -o %s receives and saves the whole answer", async (form) => {
    await using server = await serve([answer(...pieces)]);
    const { code, stderr, place } = await run(["ask", "q", "-o", form], { env: askingAt(server), ...full });
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/no space left on the device\. The full answer is in .*_q\.md\.\n$/u);
    expect(code).toBe(6);
    expect(transcriptsOf(place)[0]).toContain(pieces.join("").trim());
    expect(transcriptsOf(place)[0]).toMatch(/\n-{40}\n/u);
    expect(readdirSync(join(place.cwd, "transcripts"))).toHaveLength(1);
  });

  test("a session that is piped in ends after the answer that was not shown", async () => {
    await using server = await serve([answer("one"), answer("two")]);
    const { code, stderr, place } = await run([], { input: "first\nsecond\n", env: askingAt(server), ...full });
    expect({ code, requests: server.requests.length }).toEqual({ code: 6, requests: 1 });
    expect(stderr).toContain("no space left on the device");
    expect(transcriptsOf(place)[0]).toContain("Answer:\none\n");
  });

  test("an answer that broke off is told as that", async () => {
    await using server = await serve([{ body: [text("half")], end: "cut" }]);
    const options = { env: askingAt(server), ...full };
    expect(await run(["ask", "q", "--retries", "0"], options)).toMatchObject({ code: 5 });
  });

  test("and stderr too: the exit code says it", async () => {
    expect(await run(["config", "list"], { shell: 'exec "$@" >/dev/full 2>/dev/full' })).toMatchObject({ code: 6 });
    expect(await run(["--help"], { shell: 'exec "$@" >/dev/full 2>/dev/full' })).toMatchObject({ code: 6 });
  });

  test("stderr alone loses its words and nothing else", async () => {
    await using server = await serve([answer("whole")]);
    const { code, stdout } = await run(["ask", "q"], { env: askingAt(server), shell: 'exec "$@" 2>/dev/full' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "whole\n" });
    expect(await run(["ask", "-p", "nobody", "q"], { shell: 'exec "$@" 2>/dev/full' })).toMatchObject({
      code: 2,
      stdout: "",
    });
  });
});

describe.skipIf(process.platform === "win32").concurrent("stdout that takes nothing for another reason", () => {
  test("is not open for writing", async () => {
    const { code, stderr } = await run(["config", "list"], { shell: 'exec "$@" 1</dev/zero' });
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining("it isn't open for writing") });
  });

  // A write of which only the beginning fits succeeds, so that only the next one tells.
  test("has room for a part", async () => {
    const place = newPlace();
    const file = join(place.cwd, "out");
    const { code, stderr } = await run(["ask", "--help"], { place, shell: `ulimit -f 1; exec "$@" >'${file}'` });
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining("its maximum size") });
    const { length } = readFileSync(file);
    expect(length === 512 || length === 1024).toBe(true);
  });

  test("closed by its reader ends without a word", async () => {
    const place = newPlace();
    const { code, stdout, stderr } = await run(["config", "list"], { place, shell: '"$@" | head -n 1' });
    expect({ code, stderr, lines: stdout.split("\n").length }).toEqual({ code: 0, stderr: "", lines: 2 });
  });

  const pages = "a line of the answer\n".repeat(15_000);
  const placeOfPages = () => {
    const place = newPlace();
    put(
      join(place.cwd, "transcripts", "2026-01-01_00-00-00_one.md"),
      `[2026-01-01 00:00:00] Question:\none\n\n[2026-01-01 00:00:01] Answer:\n${pages}\n${"-".repeat(40)}\n`,
    );
    return place;
  };
  const show = ["transcripts", "show", "last"];

  test("gets more than it has room for, in order", async () => {
    const { code, stdout } = await run(show, { place: placeOfPages(), shell: '"$@" | cat' });
    expect({ code, whole: stdout.includes(pages.trim()) }).toEqual({ code: 0, whole: true });
  });

  test("that is full and not read stops no signal", async () => {
    const waiting = 'mkfifo p; "$@" >p & exec 3<p; read -r line <&3; kill -INT $!; wait $!; echo $?';
    const { stdout } = await run(show, { place: placeOfPages(), shell: waiting });
    expect(stdout).toBe("130\n");
  });

  test.runIf(process.platform === "linux")("that others have filled stops no signal", async () => {
    await using server = await serve([answer("whole")]);
    const filled = "mkfifo p; exec 3<>p; head -c 65536 /dev/zero >p";
    const waiting = 'until grep -qs "^whole" transcripts/*.md; do sleep 0.05; done; kill -TERM $!; wait $!; echo $?';
    const shell = `${filled}; "$@" >p & ${waiting}`;
    expect((await run(["ask", "q"], { env: askingAt(server), shell })).stdout).toBe("143\n");
  });
});
