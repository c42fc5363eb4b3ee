/**
 * Milliseconds of a processor that some work of this process takes: what a busy machine does beside it does not count.
 *
 * @param work runs to its end at once
 */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
