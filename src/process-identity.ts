import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemReason } from "./errors.ts";

/**
 * The name under which this process owns locks and reservations: its pid, its start (0 where the system does not tell), and the machine, as in
 * `4711.183202.laptop`. Another process can tell from it whether this one still runs.
 */
export function thisOwner(): string {
  thisStart ??= processInfo("self")?.start ?? "0";
  return `${process.pid}.${thisStart}.${thisHost()}`;
}

/** Never changes while the process lives; null before it was asked for. */
let thisStart: string | null = null;

/** Whether that process still runs; null when it cannot be known from here. */
export function isAlive(owner: string): boolean | null {
  const [pid, start, host] = owner.split(".");
  if (host !== thisHost() || !/^\d+$/.test(pid!)) return null;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it runs as somebody else.
    if (systemReason(error) !== "EPERM") return false;
  }
  const info = processInfo(pid!);
  if (info === null || start === "0") return null;
  // Another process may have got the same number since; a zombie has ended.
  return info.start === start && info.state !== "Z";
}

/** Linux's own account of a process; null on other systems. */
function processInfo(pid: string): { state: string; start: string } | null {
  try {
    // The name of the program, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
    return { state: fields[0]!, start: fields[19]! };
  } catch {
    return null;
  }
}

function thisHost(): string {
  return hostname().replaceAll(/[^A-Za-z0-9]/g, "-");
}
