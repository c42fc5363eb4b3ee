import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { encode, utf16 } from "../support/encodings.ts";
import { environment, launcher, newPlace, put, run, start, transcriptsOf } from "../support/program.ts";
import { en, wordsOf } from "../support/words.ts";

const plain = `[2025-01-02 03:04:05] Question:
解释量子计算

[2025-01-02 03:04:06] Answer:
量子计算利用量子力学的规律。

${"-".repeat(40)}
`;
const messages = JSON.stringify({
  messages: [
    { role: "user", content: "解释量子计算，谢谢" },
    { role: "assistant", content: "好的" },
  ],
});

describe.concurrent("an imported file", () => {
  test.each([
    ["GB18030", encode(plain, "gb18030")],
    ["UTF-16LE", utf16(plain)],
    ["UTF-16BE", utf16(plain, "be")],
    ["GB18030", encode(`${messages}\n`, "gb18030")],
    ["UTF-16BE", utf16(`${messages}\n`, "be")],
  ])("in %s is read, and said so", async (encoding, bytes) => {
    const place = newPlace();
    put(join(place.cwd, "old.txt"), bytes);
    const { code, stderr } = await run(["transcripts", "import", "old.txt"], { place });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `old.txt: read as ${encoding}\n` });
    expect(transcriptsOf(place)[0]).toContain("解释量子计算");
  });

  test("in Big5 is read, and said so", async () => {
    const place = newPlace();
    put(
      join(place.cwd, "old.txt"),
      encode(plain.replace(/解释.*/u, "這是繁體中文的問題").replace(/量子计算利用.*/u, "好的，沒問題。"), "big5"),
    );
    const { stderr } = await run(["transcripts", "import", "old.txt"], { place });
    expect(stderr).toBe(`${en.attachments.converted({ name: "old.txt", encoding: "Big5" })}\n`);
    expect(transcriptsOf(place)[0]).toContain("這是繁體中文的問題");
  });

  test.skipIf(process.platform === "win32")("may be a shell's <(command)", async () => {
    const place = newPlace();
    put(join(place.cwd, "old.txt"), plain);
    const script = 'exec "$0" "$1" transcripts import <(cat old.txt)';
    const options = { cwd: place.cwd, env: environment(place) };
    await promisify(execFile)("bash", ["-c", script, process.execPath, launcher], options);
    expect(transcriptsOf(place)[0]).toContain("解释量子计算");
  });

  test.skipIf(process.platform === "win32").each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that is a pipe which nobody writes to ends at the first %s", async (signal, code) => {
    const place = newPlace();
    execFileSync("mkfifo", [join(place.cwd, "pipe")]);
    const running = start(["transcripts", "import", "pipe"], { place });
    await running.until(({ stderr }) => stderr.includes("Waiting for data from pipe"));
    running.kill(signal);
    expect(await running.done).toMatchObject({ code, signal: null });
  });

  test.skipIf(process.platform === "win32")("is no device", async () => {
    const { code, stderr } = await run(["transcripts", "import", "/dev/zero"]);
    expect(code).toBe(2);
    expect(stderr).toContain(wordsOf("input_unreadable", { path: "/dev/zero", reason: "not_a_file" }).what);
  });
});
