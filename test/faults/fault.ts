import { setTimeout as sleep } from "node:timers/promises";
import type { Socket } from "node:net";
import { askingAt } from "../support/program.ts";
import { type Asked, listen, type TcpOptions, type TcpServer } from "../support/tcp.ts";
import { any, wordsOf } from "../support/words.ts";

/** What must come of a fault. */
export interface Outcome {
  readonly exit: number;
  /** Of the error; null where the answer is whole. */
  readonly code: string | null;
  /** A part of the one paragraph on stderr, with `any` for any text; empty: stderr is silent. */
  readonly says: string;
  /** Exactly what was answered: on stdout, and in the transcript. */
  readonly answer: string;
  /** What the transcript says of the end. */
  readonly status: "complete" | "failed";
}

/** Where a question goes. */
export interface Scene extends AsyncDisposable {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly string[];
  /** Looks at what the servers saw. */
  readonly after?: () => void;
}

export interface Fault {
  readonly name: string;
  readonly scene: () => Promise<Scene>;
  readonly outcome: Outcome;
}

/** What is said of an answer that ends without a sign of its end. */
export const unfinished = wordsOf("incomplete_answer", { provider: any }).what;

export function whole(answer: string): Outcome {
  return { exit: 0, code: null, says: "", answer, status: "complete" };
}

export function failed(code: string, says: string, answer = "", exit = 5): Outcome {
  return { exit, code, says, answer, status: "failed" };
}

/** What a server does on a connection, one after the other: writes bytes, waits so many milliseconds, closes, resets. */
export type Step = string | Buffer | number | typeof fin | typeof reset;
export const fin = Symbol("FIN");
export const reset = Symbol("RST");

export async function play(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (step === fin) socket.end();
    else if (step === reset) socket.resetAndDestroy();
    else if (typeof step === "number") await sleep(step);
    else await written(socket, step);
  }
}

function written(socket: Socket, bytes: string | Buffer): Promise<unknown> {
  return new Promise((resolve) => {
    socket.write(bytes, resolve);
  });
}

/** A fault of a server that plays the same steps for every request; a row's flags come after the usual ones. */
export function fault(
  name: string,
  steps: readonly Step[] | ((asked: Asked) => readonly Step[]),
  outcome: Outcome,
  more: {
    readonly flags?: readonly string[];
    readonly options?: TcpOptions;
    readonly after?: (server: TcpServer) => void;
  } = {},
): Fault {
  const scene = async () => {
    const server = await listen(
      (asked) => play(asked.socket, typeof steps === "function" ? steps(asked) : steps),
      more.options,
    );
    return sceneAt(server, askingAt(server), more);
  };
  return { name, scene, outcome };
}

export function sceneAt(
  server: TcpServer,
  env: Scene["env"],
  more: { readonly flags?: readonly string[]; readonly after?: (server: TcpServer) => void } = {},
): Scene {
  return {
    env,
    ...(more.flags && { flags: more.flags }),
    after: () => more.after?.(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
