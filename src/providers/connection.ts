import type { ChatRequest } from "../chat/model.ts";
import type { Provider } from "./catalogue.ts";
import type { Transport } from "./http/transport.ts";

/** A provider with everything that is needed to ask it. */
export interface Connection extends Provider {
  /** Null: asked without one. */
  readonly key: string | null;
  /** Where the key came from, for a person: `DEEPSEEK_API_KEY`, or the path of the key file; empty where there is none. */
  readonly keyOrigin: string;
  /** The proxy that requests go through, without its password; null when there is none. */
  readonly proxy: string | null;
  readonly transport: Transport;
  /** Milliseconds without data after which a request is given up; null: what suits the kind of request. */
  readonly idleTimeout: number | null;
}

/** A request that goes out otherwise than its connection says, because the service wants it so. */
export interface AdaptedRequest extends ChatRequest {
  readonly adapted?: Pick<Connection, "baseUrl" | "streamUsage">;
}
