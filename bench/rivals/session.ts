import { setTimeout as delay } from "node:timers/promises";
import type { PtyTerminal } from "../../test/support/pty.ts";
import { now } from "../clock.ts";
import { casesOf, type Measure, rowsOf } from "./measure.ts";
import type { Command } from "./programs.ts";
import { inTerminal, interleave, type Place } from "./runs.ts";

/** All these programs ask with this sign. */
const prompt = /^>$/mu;
/** Milliseconds that a program has to show a prompt. */
const patience = 60_000;
/** The first one takes a second and a half to type, in which a program can prepare. */
const questions = ["explain a rebase", "go on", "go on", "go on"] as const;
/** Milliseconds between two keys of a person who types; four times that before Enter. */
const keyInterval = 75;
/** Milliseconds that a program has to end by itself. */
const leaveTime = 2000;

/** A program in a terminal that shows its prompt. */
export interface Session extends AsyncDisposable {
  readonly terminal: PtyTerminal;
  /** Milliseconds from before the process was made until its prompt arrived at the terminal. */
  readonly start: number;
  /** Sees what arrives from now on, before it is drawn. */
  onOutput: (data: string) => void;
  /** When the last piece of output arrived. */
  readonly arrived: () => number;
}

/** @throws if no prompt appears in a minute */
export async function openSession(place: Place, command: Command): Promise<Session> {
  let arrived = 0;
  const begun = now();
  const terminal = inTerminal(place, command, (data) => {
    arrived = now();
    session.onOutput(data);
  });
  const session: Session & { start: number } = {
    terminal,
    start: 0,
    onOutput: () => {},
    arrived: () => arrived,
    [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose](),
  };
  await terminal.until(prompt, patience);
  session.start = arrived - begun;
  return session;
}

interface Typed {
  /** When Enter was sent. */
  readonly entered: number;
  /** Milliseconds from each key to its echo. */
  readonly echoes: readonly number[];
}

/** Types a question as a person does. */
export async function typeQuestion({ terminal, arrived }: Session, question: string = questions[0]): Promise<Typed> {
  const echoes: number[] = [];
  for (const key of question) {
    const sent = now();
    terminal.type(key);
    await delay(keyInterval);
    // What came last before the next key. None counts as the whole interval.
    echoes.push(arrived() > sent ? arrived() - sent : keyInterval);
  }
  await delay(4 * keyInterval);
  const entered = now();
  terminal.type("\r");
  return { entered, echoes };
}

/** Leaves by Ctrl-D: a session that ends by itself keeps what was compiled in it, for the next one. */
export async function leave({ terminal }: Session): Promise<void> {
  terminal.type("\u0004");
  await Promise.race([terminal.exit, delay(leaveTime)]);
}

/** From before the process is made to its prompt on the terminal, and to the echo of a key that is sent at that moment. */
export const promptTime: Measure = async ({ programs, server, runs }) => {
  await server.answerWith({ kind: "short" });
  const cases = casesOf(programs, "chat", async (program, command) => {
    await using session = await openSession(program, command);
    const sent = now();
    session.terminal.type("Z");
    await session.terminal.until("> Z", patience);
    return { start: session.start, echo: session.arrived() - sent };
  });
  const results = await interleave(cases, { rounds: runs });
  return [
    ...rowsOf("prompt", "ms", results, ({ start }) => start, ["median", "fastest"]),
    ...rowsOf("echo of a first key at once", "ms", results, ({ echo }) => echo, ["median"]),
  ];
};

/** From Enter to the arrival of the request's head at the server, for a session's first question and for later ones. */
export const enterToWire: Measure = async ({ programs, server, runs }) => {
  await server.answerWith({ kind: "short" });
  const cases = casesOf(programs, "chat", async (program, command) => {
    await server.takeLog();
    await using session = await openSession(program, command);
    const times: number[] = [];
    const allEchoes: number[] = [];
    for (const question of questions) {
      const { entered, echoes } = await typeQuestion(session, question);
      allEchoes.push(...echoes);
      await session.terminal.until(() => isAnswered(session.terminal.screen(), question), patience);
      const { requests } = await server.takeLog();
      times.push(requests[0]! - entered);
    }
    await leave(session);
    return { times, echoes: allEchoes };
  });
  const results = await interleave(cases, { rounds: Math.ceil(runs / 3) });
  return [
    ...rowsOf("Enter to wire, first question", "ms", results, ({ times }) => times[0]!, ["median", "fastest"]),
    ...rowsOf("Enter to wire, later questions", "ms", results, ({ times }) => times.slice(1), ["median", "fastest"]),
    ...rowsOf("echo of a key", "ms", results, (session) => session.echoes, ["median", "p90", "p99"]),
  ];
};

/** Whether the prompt follows the answer to a question. */
function isAnswered(screen: string, question: string): boolean {
  const answer = screen.lastIndexOf(question);
  const rest = screen.slice(answer);
  return answer !== -1 && rest.includes("dog.") && prompt.test(rest);
}
