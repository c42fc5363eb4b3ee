import type { BenchServer } from "../server.ts";
import type { Contestant } from "./candidates.ts";
import type { Program } from "./programs.ts";
import { quantile } from "./runs.ts";

export interface Setting {
  readonly programs: readonly Program[];
  readonly server: BenchServer;
  /** Runs of what takes less than a second; what takes longer runs less often. */
  readonly runs: number;
}

export type Unit = "ms" | "s" | "MB";

/** A row of the tables. */
export interface Row {
  readonly name: string;
  readonly unit: Unit;
  readonly figures: ReadonlyMap<Contestant, number>;
}

/** Takes the figures of one section of the tables. */
export type Measure = (setting: Setting) => Promise<readonly Row[]>;

const shares = { median: 0.5, fastest: 0, p90: 0.9, p99: 0.99 } as const;

/**
 * One row for each statistic. Programs without values are left out, and rows without programs.
 *
 * @param value takes of a result its value, or several; null where it has none
 */
export function rowsOf<Result>(
  name: string,
  unit: Unit,
  results: ReadonlyMap<Contestant, readonly Result[]>,
  value: (result: Result) => number | readonly number[] | null,
  statistics: readonly (keyof typeof shares)[],
): Row[] {
  const values = [...results].map(([contestant, all]) => [contestant, all.flatMap((one) => value(one) ?? [])] as const);
  const some = values.filter(([, numbers]) => numbers.length > 0);
  if (some.length === 0) return [];
  return statistics.map((statistic) => ({
    name: `${name}, ${statistic}`,
    unit,
    figures: new Map(some.map(([contestant, numbers]) => [contestant, quantile(numbers, shares[statistic])])),
  }));
}

/** A case for each program that has such a command. */
export function casesOf<Result>(
  programs: readonly Program[],
  kind: "version" | "help" | "ask" | "chat",
  run: (program: Program, command: NonNullable<Program[typeof kind]>) => Promise<Result>,
): Map<Contestant, () => Promise<Result>> {
  return new Map(
    programs.flatMap((program) => {
      const command = program[kind];
      return command === null ? [] : [[program.name, () => run(program, command)] as const];
    }),
  );
}
