import { LocalGate } from "../providers/resilience/local-gate.ts";
import type { RateGate, RateLimits } from "../providers/resilience/rate-gate.ts";

/** The limits of a run's accounts, one for each provider, which all of its requests share. */
export class RateGates<Gate extends RateGate = LocalGate> {
  readonly #open: (provider: string) => Gate;
  readonly #gates = new Map<string, Gate>();

  constructor(open: (provider: string) => Gate) {
    this.#open = open;
  }

  of(provider: string): Gate {
    const known = this.#gates.get(provider);
    if (known !== undefined) return known;
    const gate = this.#open(provider);
    this.#gates.set(provider, gate);
    return gate;
  }
}

/** Limits as the config file has them. */
export function fixedGates(limits: Readonly<Record<string, RateLimits>>): RateGates {
  return new RateGates((provider) => new LocalGate({ limits: limits[provider] ?? {}, learns: false }));
}
