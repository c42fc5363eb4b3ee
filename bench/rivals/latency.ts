import { stripVTControlCharacters } from "node:util";
import { now } from "../clock.ts";
import type { Contestant } from "./candidates.ts";
import { casesOf, type Measure, type Row, rowsOf, type Setting } from "./measure.ts";
import type { Program } from "./programs.ts";
import { interleave, runInPipe, runInTerminal } from "./runs.ts";
import { openSession, typeQuestion } from "./session.ts";

/** Milliseconds between two chunks, and how many of these. */
const paces = [
  { interval: 20, count: 100 },
  { interval: 1, count: 1000 },
] as const;
const ways = ["in a chat", "a question on a terminal", "a question into a pipe"] as const;
type Way = (typeof ways)[number];

/** Notes when each numbered word was first seen. A word may come in two pieces, between control sequences. */
class Sightings {
  readonly times: number[] = [];
  seen = 0;
  #rest = "";

  readonly look = (text: string): void => {
    const arrived = now();
    const all = this.#rest + text;
    for (const [, digits] of stripVTControlCharacters(all).matchAll(/T(\d{6})/gu)) {
      const index = Number(digits);
      if (this.times[index] !== undefined) continue;
      this.times[index] = arrived;
      this.seen++;
    }
    this.#rest = all.slice(-200);
  };
}

/** From the server's write of a chunk to the arrival of its text at the terminal or the pipe. */
export const chunkToScreen: Measure = async (setting) => {
  const rows: Row[] = [];
  for (const { interval, count } of paces) {
    await setting.server.answerWith({ kind: "numbered", count, interval });
    const cases = new Map(
      ways.flatMap((way) =>
        [...casesFor(way, setting, count)].map(([name, run]) => [JSON.stringify([way, name]), run] as const),
      ),
    );
    const results = await interleave(cases, { rounds: Math.ceil(setting.runs / 6), warmUps: 0 });
    for (const way of ways) {
      const values = new Map<Contestant, number[]>();
      for (const [key, latencies] of results) {
        const [itsWay, name] = JSON.parse(key) as [Way, Contestant];
        if (itsWay === way) values.set(name, latencies.flat());
      }
      rows.push(...rowsOf(`chunk each ${interval} ms, ${way}`, "ms", values, (ms) => ms, ["median", "p90", "p99"]));
    }
  }
  return rows;
};

function casesFor(
  way: Way,
  { programs, server }: Setting,
  count: number,
): Map<Contestant, () => Promise<readonly number[]>> {
  const asking = programs.filter(({ name }) => name !== "node -e 0");
  const run = async (program: Program, show: (sightings: Sightings) => Promise<unknown>) => {
    await server.takeLog();
    const sightings = new Sightings();
    await show(sightings);
    const { chunks } = await server.takeLog();
    if (sightings.seen < count) throw new Error(`${program.name} ${way} showed ${sightings.seen} of ${count} words`);
    return chunks.map((sent, index) => sightings.times[index]! - sent);
  };
  if (way !== "in a chat") {
    const once = way === "a question into a pipe" ? runInPipe : runInTerminal;
    return casesOf(asking, "ask", (program, command) =>
      run(program, ({ look }) => once(program, command, { onOutput: look })),
    );
  }
  return casesOf(asking, "chat", (program, command) =>
    run(program, async (sightings) => {
      await using session = await openSession(program, command);
      await typeQuestion(session);
      session.onOutput = sightings.look;
      await session.terminal.until(() => sightings.seen === count, 60_000);
    }),
  );
}
