import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { launcher } from "../support/program.ts";
import { fuzzStreams } from "./streams.ts";

test("no mutated stream brings down the program, or a key or a control sequence back; see bench/fuzz-streams.ts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-fuzz-"));
  const { streams, mistakes } = await fuzzStreams({ launcher, folder, seed: 7, count: 60, parallel: 2 });
  rmSync(folder, { recursive: true, force: true });
  expect(mistakes).toEqual([]);
  expect(streams).toBeGreaterThanOrEqual(60);
});
