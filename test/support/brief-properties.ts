import { createRequire } from "node:module";
import type FastCheck from "fast-check";

const original = createRequire(import.meta.url)("fast-check") as typeof FastCheck;
/** Enough for the changes that mutation tests make, of which most fail at the first values. */
const maxRuns = 25;

const assert = (property: FastCheck.IRawProperty<void>, parameters: FastCheck.Parameters = {}): unknown =>
  original.assert(property, {
    ...parameters,
    numRuns: Math.min(parameters.numRuns ?? maxRuns, maxRuns),
    endOnFailure: true,
  });

/** Stands for fast-check where the tests run thousands of times: a property is tried few times, and what fails is not made smaller. */
export default { ...original, assert };
