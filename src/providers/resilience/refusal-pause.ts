import type { RefusalRule } from "./rate-gate.ts";

/** Fewer refusals delay their own requests alone. */
export const refusalRule: RefusalRule = { least: 3, share: 0.5, first: 250, last: 60_000 };
