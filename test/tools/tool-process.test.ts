import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { answerOf } from "../../src/tools/tool-answer.ts";
import { toolEnvironment } from "../../src/tools/tool-environment.ts";
import { outputText } from "../../src/tools/tool-output.ts";
import { type ProcessOptions, type ProcessResult, runProcess } from "../../src/tools/tool-process.ts";

const variables = toolEnvironment({ PATH: process.env["PATH"], LC_ALL: "C.UTF-8" });

async function run(script: string, options: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
  return await runProcess({
    command: ["sh", "-c", script],
    folder: tmpdir(),
    variables,
    input: "",
    timeout: 60,
    signal: new AbortController().signal,
    onProgress() {},
    ...options,
  });
}

const answer = async (script: string, options: Partial<ProcessOptions> = {}) =>
  answerOf(await run(script, options), options.timeout ?? 60);

function pidFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-tools-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "pids");
}

/** Whether a process of a file of pids runs; zombies do not. */
function running(path: string): boolean[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((pid) => spawnSync("ps", ["-o", "stat=", "-p", pid]).stdout.toString().trim())
    .map((state) => state !== "" && !state.startsWith("Z"));
}

describe.concurrent("a tool's process", () => {
  test.each<[string, string, Partial<ProcessOptions>, string, boolean]>([
    ["reads its input and answers on stdout", "cat", { input: '{"a":"中文"}' }, '{"a":"中文"}', false],
    ["may leave its input alone", "echo hi", { input: "x".repeat(1_000_000) }, "hi\n", false],
    ["prints nothing", "true", {}, "The tool printed nothing.", false],
    [
      "answers in GB18030",
      "printf '\\326\\320\\316\\304\\262\\342\\312\\324\\326\\320\\316\\304'",
      {},
      "中文测试中文",
      false,
    ],
    ["prints what is no text", "head -c 5000 /dev/zero", {}, "[5000 bytes that are no text]", false],
    [
      "fails",
      "echo out; echo err >&2; exit 3",
      {},
      "The tool failed with exit code 3.\nstderr:\nerr\nstdout:\nout",
      true,
    ],
    ["kills itself", "kill -9 $$", {}, "The tool was ended by SIGKILL.", true],
    ["is not there", "", { command: ["./no-such-tool"] }, "The tool could not be started (ENOENT).", true],
    [
      "has a NUL in its arguments",
      "",
      { command: ["echo", "\0"] },
      "The tool could not be started (ERR_INVALID_ARG_VALUE).",
      true,
    ],
    [
      "runs for too long",
      "echo a; sleep 60",
      { timeout: 0.05 },
      "The tool was ended, as it took longer than 0.05 s.\nstdout:\na",
      true,
    ],
  ])("%s", async (_, script, options, text, isError) => {
    const output = await answer(script, options);
    expect([outputText(output), output.isError]).toEqual([text, isError]);
  });

  test("gives pictures as JSON, and other JSON as the text it is", async () => {
    const image = '{"type":"image","mimeType":"image/png","data":"iVBORw0KGgo="}';
    const given = await answer(`echo '{"content":[{"type":"text","text":"A map"},${image}]}'`);
    expect(given.content).toEqual([
      { type: "text", text: "A map" },
      { type: "image", name: "image", url: "data:image/png;base64,iVBORw0KGgo=" },
    ]);
    const other = '{"content":[{"type":"image","data":"https://example.com/x.png"}]}\n';
    expect(outputText(await answer(`printf '%s\\n' '${other.trim()}'`))).toBe(other);
  });

  test("may print without end: memory is bounded, and the model is told what is missing", async () => {
    const { stdout, ...rest } = await run("yes 0123456789012345678 | head -c 20000000");
    expect(stdout.head.length + stdout.tail.length).toBeLessThan(300_000);
    const text = outputText(answerOf({ stdout, ...rest }, 60));
    expect(text.length).toBeLessThan(51_000);
    expect(text).toMatch(/^0123[\s\S]*\n\[… 19950000 of 20000000 bytes left out …\]\n[\s\S]*8\n$/u);
  });

  test("is cut within no character", async () => {
    const text = outputText(await answer("yes 中文字符 | head -c 10400000"));
    expect(text.includes("\ufffd")).toBe(false);
    expect(text).toContain("left out");
  });

  test("takes all that it started with it when it ends, and does not wait for who holds its pipes", async () => {
    const pids = pidFile();
    const text = outputText(
      await answer(`sleep 60 & echo $! > ${pids}; (sleep 60 >/dev/null 2>&1 & echo $! >> ${pids}); echo done`),
    );
    expect([text, running(pids)]).toEqual(["done\n", [false, false]]);
  });

  test("is ended with all that it started when the signal comes, also where it ignores SIGTERM", async () => {
    const pids = pidFile();
    const stop = new AbortController();
    const script = `trap '' TERM; sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; echo ready >&2; while :; do sleep 1; done`;
    const ended = run(script, { signal: stop.signal, onProgress: () => stop.abort() });
    expect((await ended).end).toEqual({ type: "stopped" });
    expect(running(pids)).toEqual([false, false]);
  });

  test("gets no key", () => {
    const kept = toolEnvironment(
      { DEEPSEEK_API_KEY: "sk-1", GITHUB_TOKEN: "x", PATH: "/bin", LC_TIME: "C" },
      { CITY: "B" },
    );
    expect(kept).toEqual({ PATH: "/bin", LC_TIME: "C", CITY: "B" });
  });
});
