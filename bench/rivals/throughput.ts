import type { Contestant } from "./candidates.ts";
import { casesOf, type Measure, type Row, rowsOf, type Setting } from "./measure.ts";
import { interleave, type Run, runInPipe, runInTerminal } from "./runs.ts";

const million = 1_000_000;
const ways = [
  { name: "into a pipe", run: runInPipe },
  { name: "rendered on a terminal", run: runInTerminal },
] as const;

/** Time, processor time and peak memory of a long answer in chunks of eight characters. */
export const throughput: Measure = (setting) => answersOf(2, setting, () => true);

/** How time and memory of deepseek-chat alone grow with the answer. */
export const growth: Measure = async (setting) => {
  const rows: Row[] = [];
  for (const size of [1, 8, 20]) rows.push(...(await answersOf(size, setting, (name) => name === "deepseek-chat")));
  return rows;
};

/** @param size million characters */
async function answersOf(
  size: number,
  { programs, server, runs }: Setting,
  takesPart: (name: Contestant) => boolean,
): Promise<readonly Row[]> {
  await server.answerWith({ kind: "long", characters: size * million });
  const asking = programs.filter(({ name }) => name !== "node -e 0" && takesPart(name));
  const rows: Row[] = [];
  for (const { name, run } of ways) {
    const cases = casesOf<Run>(asking, "ask", (program, command) => run(program, command, { usage: true }));
    const results = await interleave(cases, { rounds: size > 2 ? 1 : Math.ceil(runs / 12), warmUps: 0 });
    const row = `${size} MB ${name}`;
    rows.push(
      ...rowsOf(row, "s", results, ({ wall }) => wall / 1000, ["median"]),
      ...rowsOf(`${row}, processor`, "s", results, ({ cpu }) => cpu && cpu / 1000, ["median"]),
      ...rowsOf(`${row}, peak memory`, "MB", results, ({ memory }) => memory, ["median"]),
    );
  }
  return rows;
}
