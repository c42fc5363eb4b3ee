import type { OxlintOverride } from "oxlint";
import { defineConfig } from "oxlint";

/**
 * The arrows of the house: bin → main → commands → app → rooms. Each room lists the other rooms it may import from;
 * the files of src/ itself but `main.ts`, the files of `shared`, and types from the files of `open`, may be imported by all.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  chat: [],
  config: [],
  documents: [],
  pictures: [],
  providers: [],
  transcripts: [],
  terminal: [],
  usage: [],
  web: [],
  words: [],
  batch: ["chat"],
  cache: [],
  tools: ["chat"],
  server: ["chat"],
  diagnostics: [],
  finetune: [],
  repl: ["chat", "terminal"],
};
const names = Object.keys(rooms);
const open = [
  "batch/events.ts",
  "batch/result.ts",
  "batch/run-snapshot.ts",
  "chat/billed-request.ts",
  "chat/events.ts",
  "chat/layers.ts",
  "chat/messages.ts",
  "chat/model.ts",
  "chat/requests.ts",
  "chat/tool-definition.ts",
  "chat/tools.ts",
  "config/auth-options.ts",
  "config/schema.ts",
  "config/request-rows.ts",
  "config/wire-schema.ts",
  "finetune/loss-history.ts",
  "finetune/tuning-snapshot.ts",
  "diagnostics/subject.ts",
  "finetune/line-problem.ts",
  "documents/document-form.ts",
  "pictures/raster.ts",
  "finetune/private-data.ts",
  "providers/batches/provider-batch.ts",
  "providers/fine-tuning/tuning-job.ts",
  "providers/wire/raw-request.ts",
  "usage/budget-state.ts",
  "usage/cost.ts",
  "usage/ledger-row.ts",
  "usage/tariff.ts",
  "providers/connectivity.ts",
  "providers/resilience/rate-gate.ts",
  "words/types.ts",
];
/** Tables without effects that are one for several rooms; their values cross too. */
const shared = [
  "chat/message-text.ts",
  "chat/message-trace.ts",
  "chat/purpose.ts",
  "chat/request-trace.ts",
  "chat/sampling.ts",
  "chat/usage.ts",
  "providers/http/proxy-schemes.ts",
  "transcripts/export/form-names.ts",
];
/** Ways to write the path to a place in src/ from up to three folders down. */
const from = (place: string) => ["./", "../", "../../", "../../../"].map((up) => up + place);

/** What of `process` belongs to one place alone. */
const owners: Readonly<Record<string, string>> = {
  env: "config",
  stdout: "terminal",
  stderr: "terminal",
  exit: "main.ts",
  exitCode: "main.ts",
};

const requests = "Requests go out by providers/http/send.ts.";

/**
 * @param place the room or file that the rules hold for
 * @param closed rooms and files it may not import
 * @param network whether it may use Node's HTTP itself
 */
function arrows(files: string, place: string, closed: readonly string[], network = false): OxlintOverride {
  return {
    files: [files],
    rules: {
      "no-restricted-globals": ["error", { name: "fetch", message: requests }],
      "no-restricted-properties": [
        "error",
        ...Object.entries(owners)
          .filter(([, owner]) => owner !== place)
          .map(([property, owner]) => ({ object: "process", property, message: `That is for ${owner}.` })),
      ],
      "typescript/no-restricted-imports": [
        "error",
        {
          patterns: [
            ...(network ? [] : [{ regex: "^node:https?$", allowTypeImports: true, message: requests }]),
            {
              regex: `^[./]+/(?:${open.filter((path) => closed.includes(`${path.split("/")[0]}/**`)).join("|")})$`,
              allowTypeImports: true,
              message: "Only types cross here.",
            },
            {
              group: [...closed.flatMap(from), ...[...open, ...shared].flatMap(from).map((path) => `!${path}`)],
              message: "See the arrows in oxlint.config.ts.",
            },
          ],
        },
      ],
    },
  };
}

function roomArrows(files: string, room: string, network = false): OxlintOverride {
  const closed = names.filter((other) => other !== room && !rooms[room]!.includes(other)).map((name) => `${name}/**`);
  return arrows(files, room, [...closed, "commands/**", "app/**", "main.ts"], network);
}

const everyRoom = names.map((name) => `${name}/**`);

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
    "typescript/consistent-return": "off",
  },
  overrides: [
    ...names.map((room) => roomArrows(`src/${room}/**`, room)),
    roomArrows("src/providers/http/**", "providers", true),
    // It is a service itself.
    roomArrows("src/providers/demo/**", "providers", true),
    roomArrows("src/server/**", "server", true),
    arrows("src/app/**", "app", ["main.ts", "commands/**"]),
    arrows("src/commands/**", "commands", [...everyRoom, "main.ts"]),
    arrows("src/main.ts", "main.ts", everyRoom),
    { files: ["bench/**", "scripts/**"], rules: { "no-console": "off" } },
  ],
});
