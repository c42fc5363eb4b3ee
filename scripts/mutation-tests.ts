import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** How mutation.ts runs the tests: without building the program, which they do not start, and with fewer runs of each property. */
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^fast-check$/,
        replacement: fileURLToPath(new URL("../test/support/brief-properties.ts", import.meta.url)),
      },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/seeds.ts"],
    provide: { seed: 20_261_126, program: "", programFailure: "Mutation tests build no program." },
    isolate: false,
    testTimeout: 60_000,
    env: { NO_COLOR: "", FORCE_COLOR: "" },
  },
});
