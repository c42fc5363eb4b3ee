/**
 * Takes Ctrl-C (SIGINT) away from the rest of the program, for the time in which it means something else than its end.
 *
 * @param listener called at each
 * @returns what gives it back
 */
export function takeInterrupts(listener: () => void): () => void {
  const others = process.rawListeners("SIGINT") as (() => void)[];
  process.removeAllListeners("SIGINT").on("SIGINT", listener);
  return () => {
    process.off("SIGINT", listener);
    for (const other of others) process.on("SIGINT", other);
  };
}
