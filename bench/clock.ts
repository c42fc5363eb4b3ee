/** Milliseconds of the system's monotonic clock, which is the same in all threads and processes of a machine. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
