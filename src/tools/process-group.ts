import { spawn } from "node:child_process";

/** Milliseconds between the request to end and the end by force. */
const grace = 2000;

/** Processes that run, each the leader of a group of its own. */
const running = new Set<number>();

/** Ends all groups by force when the program ends in whatever way it can notice. */
function endAll(): void {
  for (const pid of running) signalGroup(pid, "SIGKILL");
}

/** A process with all that it started, unless that made itself a group of its own. */
export class ProcessGroup implements Disposable {
  readonly #pid: number;
  #timer: NodeJS.Timeout | null = null;

  /** @param pid of a process that was started as the leader of its group */
  constructor(pid: number) {
    this.#pid = pid;
    if (running.size === 0) process.on("exit", endAll);
    running.add(pid);
  }

  /** Asks all of them to end, and ends by force what is left after two seconds. */
  end(): void {
    if (this.#timer !== null) return;
    signalGroup(this.#pid, "SIGTERM");
    this.#timer = setTimeout(() => signalGroup(this.#pid, "SIGKILL"), grace);
  }

  /** Ends by force what is left of them. */
  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    // Windows ends a tree by its root alone, which has ended.
    if (process.platform !== "win32") signalGroup(this.#pid, "SIGKILL");
    running.delete(this.#pid);
    if (running.size === 0) process.off("exit", endAll);
  }
}

function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  if (process.platform === "win32") {
    const force = signal === "SIGKILL" ? ["/F"] : [];
    spawn("taskkill", ["/PID", String(pid), "/T", ...force], { stdio: "ignore", windowsHide: true }).on(
      "error",
      () => {},
    );
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended, or became somebody else's.
  }
}
