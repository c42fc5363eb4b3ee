import type { Contestant } from "./candidates.ts";

interface Bound {
  readonly name: string;
  /** The row of deepseek-chat's figure. */
  readonly row: string;
  /** What it is divided by; null for a bound in milliseconds. */
  readonly base: { readonly row: string; readonly of: Contestant } | null;
  readonly most: number;
}

/** The most that a start may take: times `node -e 0`, and for a question times a bare client that requires node:http. */
export const ratios = { version: 1.15, help: 1.3, prompt: 1.8, ask: 1.25 } as const;

const emptyNode = { row: "`--version`, median", of: "node -e 0" } as const;

/** What deepseek-chat aims at, held against medians. */
export const bounds: readonly Bound[] = [
  { name: "`--version` / `node -e 0`", row: "`--version`, median", base: emptyNode, most: ratios.version },
  { name: "`--help` / `node -e 0`", row: "`--help`, median", base: emptyNode, most: ratios.help },
  { name: "prompt / `node -e 0`", row: "prompt, median", base: emptyNode, most: ratios.prompt },
  {
    name: "a question / bare node:http",
    row: "a question, median",
    base: { row: "a question, median", of: "bare node:http" },
    most: ratios.ask,
  },
  { name: "Enter to wire, first question", row: "Enter to wire, first question, median", base: null, most: 5 },
  { name: "Enter to wire, later questions", row: "Enter to wire, later questions, median", base: null, most: 3 },
];
