export interface Later {
  cancel(): void;
}

/**
 * Calls back after some milliseconds in which nothing was read. A plain timer runs before input that came while the program was
 * busy; this one lets waiting input be read first, so that a busy moment is not mistaken for silence.
 */
export function later(ms: number, callback: () => void): Later {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(callback);
  }, ms);
  return {
    cancel() {
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
