import { casesOf, type Measure, type Row, rowsOf } from "./measure.ts";
import { interleave, runInPipe } from "./runs.ts";

/** From before the process is made to its end: `--version`, `--help`, and a short question whose answer goes into a pipe. */
export const start: Measure = async ({ programs, server, runs }) => {
  await server.answerWith({ kind: "short" });
  const rows: Row[] = [];
  for (const [kind, name] of [
    ["version", "`--version`"],
    ["help", "`--help`"],
    ["ask", "a question"],
  ] as const) {
    const timed = casesOf(programs, kind, (program, command) => runInPipe(program, command));
    const times = await interleave(timed, { rounds: runs });
    rows.push(...rowsOf(name, "ms", times, ({ wall }) => wall, ["median", "fastest"]));
    // Apart from the others, because GNU time is one process more.
    const measured = casesOf(programs, kind, (program, command) => runInPipe(program, command, { usage: true }));
    const usage = await interleave(measured, { rounds: Math.ceil(runs / 4), warmUps: 0 });
    rows.push(...rowsOf(`${name}, peak memory`, "MB", usage, ({ memory }) => memory, ["median"]));
  }
  return rows;
};
