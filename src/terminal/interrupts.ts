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

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type EndingSignal = (typeof endingSignals)[number];

/**
 * Takes the signals that end the program, for work that ends in order: the first one is told to it, a second one is the program's again.
 *
 * @param onFirst called at the first one
 * @returns to be called when the work is over: gives the signals back, and passes on the one that was told
 */
export function deferSignals(onFirst: () => void): () => void {
  const others = endingSignals.map((signal) => [signal, process.rawListeners(signal) as (() => void)[]] as const);
  let told: EndingSignal | null = null;
  const listener = (signal: EndingSignal) => {
    giveBack();
    if (told !== null) return pass(signal);
    told = signal;
    for (const each of endingSignals) process.removeAllListeners(each).once(each, listener);
    onFirst();
  };
  const giveBack = () => {
    for (const [signal, listeners] of others) {
      process.removeAllListeners(signal);
      for (const other of listeners) process.on(signal, other);
    }
  };
  const pass = (signal: EndingSignal) => {
    told = null;
    process.emit(signal, signal);
  };
  for (const signal of endingSignals) process.removeAllListeners(signal).once(signal, listener);
  return () => {
    giveBack();
    if (told !== null) pass(told);
  };
}
