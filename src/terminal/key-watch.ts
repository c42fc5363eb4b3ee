/** Milliseconds within which a program told to stop has stopped, or never will: its group may have no shell to wake it. */
const stopMs = 200;

/** What single keys do while something is waited for. */
export interface KeyWatch {
  readonly onEnter: () => void;
  /** At `q`, Ctrl-C and Ctrl-D. */
  readonly onLeave: () => void;
  /** When the program goes on after it was stopped: the screen may hold something else. */
  readonly onContinue: () => void;
}

/**
 * Reads single keys from the terminal, which shows none of them, until it is disposed of. A longer piece, a paste or the
 * sequence of another key, does nothing.
 */
export function watchKeys({ onEnter, onLeave, onContinue }: KeyWatch): Disposable {
  const { stdin } = process;
  const listen = (bytes: Buffer): void => {
    const key = bytes.toString("latin1");
    if (key.includes("\u0003") || /^(?:[qQ]\r?|\u0004)$/u.test(key)) onLeave();
    else if (/^[\r\n]$/u.test(key)) onEnter();
    else if (key === "\u001a") suspend(resume);
  };
  let isOpen = true;
  const resume = (): void => {
    if (!isOpen) return;
    // The shell has set its own modes meanwhile; without the first call the second would find nothing to do.
    stdin.setRawMode(false).setRawMode(true).resume();
    onContinue();
  };
  stdin.setRawMode(true).on("data", listen).resume();
  if (process.platform !== "win32") process.on("SIGCONT", resume);
  return {
    [Symbol.dispose]() {
      isOpen = false;
      process.off("SIGCONT", resume);
      stdin.off("data", listen).pause().setRawMode(false);
    },
  };
}

/** As Ctrl-Z does outside raw mode; there is no such thing on Windows. */
function suspend(resume: () => void): void {
  if (process.platform === "win32") return;
  process.stdin.setRawMode(false);
  setTimeout(resume, stopMs);
  // The whole group, as the terminal itself would: a launcher must stop too.
  process.kill(0, "SIGTSTP");
}
