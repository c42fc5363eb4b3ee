import type { Contestant } from "./candidates.ts";

interface Bound {
  readonly name: string;
  /** The row of deepseek-chat's figure. */
  readonly row: string;
  /** What it is divided by; null for a bound in milliseconds. */
  readonly base: { readonly row: string; readonly of: Contestant } | null;
  readonly most: number;
}

const emptyNode = { row: "`--version`, median", of: "node -e 0" } as const;

/** What deepseek-chat aims at, held against medians. */
export const bounds: readonly Bound[] = [
  { name: "`--version` / `node -e 0`", row: "`--version`, median", base: emptyNode, most: 1.15 },
  { name: "`--help` / `node -e 0`", row: "`--help`, median", base: emptyNode, most: 1.3 },
  { name: "prompt / `node -e 0`", row: "prompt, median", base: emptyNode, most: 1.8 },
  {
    name: "a question / bare node:http",
    row: "a question, median",
    base: { row: "a question, median", of: "bare node:http" },
    most: 1.25,
  },
  { name: "Enter to wire, first question", row: "Enter to wire, first question, median", base: null, most: 5 },
  { name: "Enter to wire, later questions", row: "Enter to wire, later questions, median", base: null, most: 3 },
];
