import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The columns of the tables, in their order. */
export const contestants = [
  "deepseek-chat",
  "before",
  "aichat",
  "script",
  "llm",
  "curl",
  "bare node:http",
  "node -e 0",
] as const;
export type Contestant = (typeof contestants)[number];

/** The row of a program before it is known whether it is installed. */
export interface Candidate {
  readonly name: Contestant;
  readonly executable: string;
  /** Arguments that come before all others, as a script for an interpreter. */
  readonly prefix?: readonly string[];
  /** Prints its version, or fails where something is missing. */
  readonly release: readonly string[];
  readonly version?: readonly string[];
  readonly help?: readonly string[];
  readonly ask?: readonly string[];
  readonly chat?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of its home. */
  readonly files?: Readonly<Record<string, string>>;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** @param before the folder of another build of deepseek-chat, or null */
export function candidates(url: string, before: string | null): readonly Candidate[] {
  const ours = {
    executable: process.execPath,
    release: ["--version"],
    version: ["--version"],
    help: ["--help"],
    ask: ["ask", "hi"],
    chat: [],
    env: { DEEPSEEK_BASE_URL: url, DEEPSEEK_API_KEY: "sk-bench", DEEPSEEK_CHAT_KEY_STORE: "file" },
  };
  const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "hi" }] });
  return [
    { name: "deepseek-chat", ...ours, prefix: [path("../../bin/deepseek-chat.js")] },
    ...(before === null ? [] : [{ name: "before" as const, ...ours, prefix: [join(before, "bin/deepseek-chat.js")] }]),
    {
      name: "aichat",
      executable: "aichat",
      release: ["--version"],
      version: ["--version"],
      help: ["--help"],
      ask: ["hi"],
      chat: [],
      files: { ".config/aichat/config.yaml": aichatConfig(url) },
    },
    {
      name: "script",
      executable: "python3",
      prefix: [path("script.py")],
      release: [
        "-c",
        "import sys, requests; print('Python', sys.version.split()[0], 'requests', requests.__version__)",
      ],
      ask: ["hi"],
      chat: [],
      env: { BASE_URL: url, API_KEY: "sk-bench", MODEL: "m" },
    },
    {
      name: "llm",
      executable: "llm",
      release: ["--version"],
      version: ["--version"],
      help: ["--help"],
      ask: ["hi"],
      chat: ["chat"],
      files: {
        "llm/extra-openai-models.yaml": `- model_id: m\n  model_name: m\n  api_base: ${url}\n`,
        "llm/default_model.txt": "m\n",
      },
    },
    {
      name: "curl",
      executable: "curl",
      release: ["--version"],
      version: ["--version"],
      help: ["--help"],
      ask: ["-sN", `${url}/chat/completions`, "-H", "content-type: application/json", "-d", body],
    },
    {
      name: "bare node:http",
      executable: process.execPath,
      prefix: [path("../bare.cjs")],
      release: ["--version"],
      ask: ["hi"],
      env: { BENCH_URL: url },
    },
    {
      name: "node -e 0",
      executable: process.execPath,
      release: ["--version"],
      version: ["-e", "0"],
      help: ["-e", "0"],
      ask: ["-e", "0"],
    },
  ];
}

function aichatConfig(url: string): string {
  return `model: local:m
stream: true
save: false
clients:
  - type: openai-compatible
    name: local
    api_base: ${url}
    api_key: sk-bench
    models:
      - name: m
        max_input_tokens: 100000
`;
}
