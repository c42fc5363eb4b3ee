import { globSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

const tests = "test/**/*.test.ts";

/**
 * `vitest run` runs everything, property tests from a fixed seed, so that it says the same of the same source each time.
 * `vitest run --mode random` runs the files with property tests from a fresh seed, which a failure names.
 */
export default defineConfig(({ mode }) => {
  const random = mode === "random";
  return {
    test: {
      include: random ? globSync(tests).filter((path) => readFileSync(path, "utf8").includes("fc.assert(")) : [tests],
      globalSetup: ["test/support/build.ts"],
      setupFiles: ["test/support/seeds.ts"],
      provide: { seed: random ? Date.now() % 2 ** 31 : 20_261_126 },
      // Bounds against hanging, for a machine with many times more work than cores; nothing waits for them.
      testTimeout: 300_000,
      hookTimeout: 300_000,
      // Every test that drives the program starts processes; more of them than cores only makes them slow.
      maxWorkers: "75%",
      env: { NO_COLOR: "", FORCE_COLOR: "" },
    },
  };
});
