import type { Key } from "../config/keys.ts";
import type { Origin } from "../config/schema.ts";
import type { SecretList, Signer } from "../providers/connection.ts";

/** What proves to a provider who asks. */
export interface Credentials {
  readonly key: Key | null;
  readonly sign: Signer;
  readonly proofs: SecretList | null;
  /** The secrets that `auth` names, with where each was found; `key` is the provider's own. */
  readonly origins: readonly { readonly name: string; readonly origin: Origin }[];
}

/** By how many seconds this machine's clock is off, as a refusal tells: positive where it is slow. */
export interface ClockFacts {
  readonly host: string;
  readonly seconds: number;
  /** Whether requests are signed by the service's clock from now on. */
  readonly isCorrected: boolean;
}
