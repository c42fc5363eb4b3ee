import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { loadTokenizer } from "../../../src/usage/tokenizer/tokenizer.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));

test("a built program finds the vocabulary beside the bundle", async () => {
  const folder = await mkdtemp(join(tmpdir(), "deepseek-chat-tokenizer-"));
  try {
    const entry = join(root, "test/support/tokenizer-entry.ts");
    await run(process.execPath, [join(root, "scripts/build.ts"), join(folder, "dist"), entry]);
    for (const part of ["bin", "package.json"]) await cp(join(root, part), join(folder, part), { recursive: true });
    const text = "Hello! 你好 👩‍💻";
    const { stdout } = await run(process.execPath, [join(folder, "bin/deepseek-chat.js"), text], {
      env: { PATH: process.env["PATH"], HOME: folder },
    });
    expect(JSON.parse(stdout)).toEqual((await loadTokenizer()).encode(text));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
