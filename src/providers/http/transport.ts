import manifest from "../../../package.json" with { type: "json" };
import type { Agents } from "./agents.ts";
import type { SchemaForm } from "../catalogue.ts";
import type { HttpExchange } from "./request-log.ts";

/** What the HTTP requests of one run of the program share. */
export interface Transport extends Agents {
  /** Called with each request once it is over; null where there is no log. */
  readonly onExchange: ((exchange: HttpExchange) => void) | null;
  /** What services turned out to want, by name and base URL of the provider. */
  readonly learnt: Map<string, Learnt>;
  /** What is remembered for signing, by name and base URL of the provider. */
  readonly authStates: Map<string, AuthState>;
}

/** What the program adds to a request by itself, and can do without: fields, and the role of a message that tells the date. */
export type OwnField = "stream_options" | "stream" | "title" | "latest_reminder";

/** What a service turned out to want while it was asked; for the rest of the run. */
export interface Learnt {
  /** The base URL with the version that it was written without; null where it is right. */
  baseUrl: string | null;
  /** Fields that it refuses. */
  readonly without: Set<OwnField>;
  /** How it is asked for an answer that fits a schema; null where the connection says it right. */
  schema: SchemaForm | null;
}

/**
 * @param variables proxy variables and `SSL_CERT_FILE`; see `Agents`
 * @param lookup see `Agents`
 */
export function createTransport(
  variables: Transport["variables"],
  onExchange: Transport["onExchange"] = null,
  lookup: Transport["lookup"] = null,
): Transport {
  return {
    variables,
    lookup,
    agents: new Map(),
    warm: new Map(),
    taken: new WeakSet(),
    trusted: new Map(),
    opened: new Set(),
    learnt: new Map(),
    authStates: new Map(),
    onExchange,
  };
}

/** What a run remembers to sign a provider's requests with. */
export interface AuthState {
  /** Milliseconds by which the service's clock is ahead of this machine's; null until a refusal tells it. */
  clockOffset: number | null;
  /** A token, or what a program printed; null where there is none yet. */
  credential: Credential | null;
  /** One that is on its way, which all requests wait for. */
  pending: Promise<Credential> | null;
}

/** What proves for a while who asks. */
export interface Credential {
  readonly value: string;
  /** Milliseconds since 1970 by this machine's clock, from when on another one is taken. */
  readonly renewAt: number;
}

/** What every request calls itself, unless the config file's headers say otherwise. */
export const userAgent = `deepseek-chat/${manifest.version}`;
