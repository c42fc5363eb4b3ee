import { closeSync, constants, fstatSync, openSync, readlinkSync, writeSync } from "node:fs";

/** The device of the terminal that stderr is, for a process that outlives this one; null where the system does not tell. */
export function terminalDevice(): string | null {
  try {
    const path = readlinkSync("/proc/self/fd/2");
    return path.startsWith("/dev/") ? path : null;
  } catch {
    return null;
  }
}

/**
 * Writes to a terminal that another process was started on what changes nothing of its screen. Where the terminal is gone, or
 * is somebody else's by now, nothing happens.
 */
export function tellDevice(path: string, sequence: string): void {
  // It must not become the terminal of this process, and one that was stopped is not waited for.
  const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, flags);
    const found = fstatSync(descriptor);
    if (found.isCharacterDevice() && found.uid === process.geteuid?.()) writeSync(descriptor, sequence);
  } catch {
    // It was closed.
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
