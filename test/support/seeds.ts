import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the random numbers of property tests begin. */
    seed: number;
  }
}

fc.configureGlobal({ seed: inject("seed") });
