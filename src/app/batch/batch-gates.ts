import { LocalGate } from "../../providers/resilience/local-gate.ts";
import type { RateLimits } from "../../providers/resilience/rate-gate.ts";
import type { Engine } from "../engine.ts";
import { RateGates } from "../rate-gates.ts";

/**
 * The limits of a run: those of the config file, and what flags set in their place. How many requests run at once is learnt.
 *
 * @param limits of flags, for each provider
 */
export function batchGates({ file }: Pick<Engine, "file">, limits: RateLimits): RateGates {
  const { limits: filed = {} } = file;
  return new RateGates((provider) => {
    const own = Object.hasOwn(filed, provider) ? filed[provider] : {};
    return new LocalGate({ limits: { ...own, ...limits }, learns: true });
  });
}
