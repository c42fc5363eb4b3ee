import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/build.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Every test that drives the program starts processes; more of them than cores only makes them slow.
    maxWorkers: "75%",
    env: { NO_COLOR: "", FORCE_COLOR: "" },
  },
});
