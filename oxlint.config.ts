import { defineConfig } from "oxlint";

/**
 * The arrows of the house: bin → main → commands → app → rooms. Each room lists the other rooms it may import from;
 * `errors.ts`, and types from `chat/model.ts`, `config/schema.ts` and `words/words.ts`, are open to all.
 */
const rooms: Record<string, readonly string[]> = {
  chat: [],
  config: [],
  providers: [],
  transcripts: [],
  terminal: [],
  words: [],
  batch: ["chat"],
  cache: [],
  tools: [],
  diagnostics: [],
  repl: ["chat", "terminal"],
};

const all = Object.keys(rooms);
const openToTypes = ["**/chat/model.ts", "**/config/schema.ts", "**/words/words.ts"];

/** Only `terminal/` writes to the standard streams, only `config/` reads the environment, only `main.ts` ends the program. */
const processRules = (allowed: readonly string[]) =>
  [
    ["env", "config/ reads the environment"],
    ["stdout", "terminal/ writes"],
    ["stderr", "terminal/ writes"],
    ["exit", "main.ts sets the exit code"],
    ["exitCode", "main.ts sets the exit code"],
  ]
    .filter(([property]) => !allowed.includes(property!))
    .map(([property, message]) => ({ object: "process", property: property!, message: message! }));

function arrows(files: string, forbidden: readonly string[], allowedProcess: readonly string[] = []) {
  return {
    files: [files],
    rules: {
      "no-restricted-properties": ["error", ...processRules(allowedProcess)] as never,
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: forbidden.map((place) => `**/${place}`), message: "See the arrows in oxlint.config.ts." },
          ],
        },
      ] as never,
    },
  };
}

const roomOverrides = all.map((room) => {
  const closed = all.filter((other) => other !== room && !rooms[room]!.includes(other));
  const process = room === "terminal" ? ["stdout", "stderr"] : room === "config" ? ["env"] : [];
  return {
    files: [`src/${room}/**`],
    rules: {
      "no-restricted-properties": ["error", ...processRules(process)] as never,
      "typescript/no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: [
                ...closed.map((other) => `**/${other}/**`),
                ...openToTypes.map((file) => `!${file}`),
                "**/app.ts",
                "**/main.ts",
                "**/commands/**",
              ],
              message: "A room imports errors.ts and its own files; see the arrows in oxlint.config.ts.",
            },
            {
              group: openToTypes.filter(
                (file) =>
                  !file.startsWith(`**/${room}/`) && !rooms[room]!.some((other) => file.startsWith(`**/${other}/`)),
              ),
              allowTypeImports: true,
              message: "Only types cross here.",
            },
          ],
        },
      ] as never,
    },
  };
});

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "error" },
  env: { node: true, es2024: true },
  ignorePatterns: ["dist", "node_modules", "coverage"],
  rules: {
    "import/no-cycle": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/consistent-type-imports": "error",
    "no-console": "error",
    eqeqeq: "error",
    "no-await-in-loop": "off",
    "no-control-regex": "off",
    "import/no-unassigned-import": "off",
    "import/no-named-as-default-member": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "typescript/no-unsafe-type-assertion": "off",
    "vitest/require-mock-type-parameters": "off",
  },
  overrides: [
    ...roomOverrides,
    arrows("src/commands/**", [
      ...all.map((room) => `${room}/**`),
      "!**/words/words.ts",
      "!**/config/schema.ts",
      "!**/chat/model.ts",
      "main.ts",
    ]),
    arrows("src/app.ts", ["main.ts", "commands/**"]),
    { files: ["bench/**", "scripts/**", "bin/**"], rules: { "no-console": "off" } },
  ],
});
