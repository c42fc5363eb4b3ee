import { chmodSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, run, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

const rule = "-".repeat(40);
const plain = (question: string, body: string, day = 20) =>
  `[2026-11-${day} 23:41:07] Question:\n${question}\n\n[2026-11-${day} 23:41:09] Answer:\n${body}\n\n${rule}\n`;

/** A place with one good conversation, the oldest there. */
function placeWith(...files: readonly (readonly [name: string, text: string])[]): Place {
  const place = newPlace();
  put(join(place.cwd, "transcripts", "good.md"), plain("fine", "good words", 10));
  for (const [name, text] of files) put(join(place.cwd, "transcripts", name), text);
  return place;
}

function tooLarge(): Place {
  const place = placeWith(["huge.md", plain("huge", "good words")]);
  truncateSync(join(place.cwd, "transcripts", "huge.md"), 600 * 2 ** 20);
  return place;
}

const failures = "\n\u8bf7\u6c42\u9519\u8bef:";

test.each([
  ["lines of failed requests", plain("hi", `x${failures.repeat(100_000)}\n\nend`)],
  ["one such line of 20 MB", plain("hi", `x\n${failures} ${"y".repeat(20_000_000)}`)],
  ["questions without end", "[2026-11-20 23:41:07] Question:\n\n".repeat(60_000)],
  ["rules", `[2026-11-20 23:41:07] Question:\n\n${`${rule}\n`.repeat(200_000)}`],
])("a file of %s is read in time that grows with its size alone", { timeout: 120_000 }, async (_, text) => {
  const place = placeWith(["long.md", text]);
  const { code, stdout, stderr } = await run(["transcripts", "list", "--json"], { place });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toHaveLength(2);
});

test("a file that is too large costs itself alone", async () => {
  const place = tooLarge();
  await using server = await serve([answer("one")]);
  const [list, search, all, goOn] = await Promise.all([
    run(["transcripts", "list"], { place }),
    run(["transcripts", "search", "good"], { place }),
    run(["transcripts", "export", "--all", "--to", "jsonl"], { place }),
    run(["ask", "-c", "hi"], { place, env: askingAt(server) }),
  ]);
  for (const { code, stdout, stderr } of [list, search, all, goOn]) {
    expect(code).toBe(0);
    expect(stdout).not.toBe("");
    expect(stderr).toMatch(/^Skipped: .*huge\.md.*larger/mu);
  }
  expect(list.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.stringify(server.requests[0]!.body)).toContain("good words");
});

test("a file that is too large and was named is an error of the storage", async () => {
  const place = tooLarge();
  const path = join(place.cwd, "transcripts", "huge.md");
  for (const args of [
    ["show", path],
    ["export", path],
    ["show", "--raw", "huge.md"],
  ]) {
    const { code, stdout, stderr } = await run(["transcripts", ...args], { place });
    expect({ code, stdout }).toEqual({ code: 6, stdout: "" });
    expect(stderr).toContain("huge.md");
  }
  expect(await run(["ask", "--resume", path, "hi"], { place })).toMatchObject({ code: 6 });
});

test.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
  "a file that may not be read costs itself alone",
  async () => {
    const place = placeWith(["locked.md", plain("locked", "good words")]);
    chmodSync(join(place.cwd, "transcripts", "locked.md"), 0);
    for (const args of [["list"], ["search", "good"], ["search", "good"]]) {
      const { code, stderr } = await run(["transcripts", ...args], { place });
      expect(code).toBe(0);
      expect(stderr).toMatch(/^Skipped: .*locked\.md.*permission denied/mu);
    }
  },
);

test.skipIf(process.platform === "win32").each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s ends what reads a large file", { timeout: 120_000 }, async (signal, exitCode) => {
  const line = "[2026-11-20 23:41:07] Thinking:\nThinking about it.\n\n";
  const place = placeWith(["large.md", `[2026-11-20 23:41:07] Question:\nhi\n\n${line.repeat(2_000_000)}`]);
  for (const args of [["list"], ["show", "large.md"], ["search", "nowhere"], ["export", "large.md"]]) {
    const running = start(["transcripts", ...args], {
      place,
      env: { DEEPSEEK_CHAT_DEBUG: "1" },
      node: ["--import", ready],
    });
    await running.until(({ stderr }) => stderr.includes("ready"));
    running.kill(signal);
    expect({ args, code: (await running.done).code }).toEqual({ args, code: exitCode });
  }
});

/** Says on stderr when the program listens for signals. */
const ready = `data:text/javascript,${encodeURIComponent(
  `const on = process.once; process.once = function (name, ...rest) { const made = on.call(this, name, ...rest); if (name === "SIGHUP") process.stderr.write("ready\\n"); return made; };`,
)}`;

test("a search in a line of 10 MB takes memory in proportion to it", { timeout: 120_000 }, async () => {
  const place = placeWith(["line.md", plain("hi", `x${"y".repeat(10_000_000)}z`)]);
  for (const args of [["y"], ["--regex", "y"]]) {
    const node = ["--max-old-space-size=200"];
    const { code, stdout } = await run(["transcripts", "search", "--json", ...args], { place, node });
    const [found] = JSON.parse(stdout) as { matches: { ranges: unknown[] }[] }[];
    expect({ code, ranges: found!.matches[0]!.ranges.length <= 1000 }).toEqual({ code: 0, ranges: true });
  }
});
