import type { ChatRequest } from "../chat/model.ts";
import type { Provider } from "./catalogue.ts";
import type { Transport } from "./http/transport.ts";

/** A provider with everything that is needed to ask it. */
export interface Connection extends Provider {
  /** Null: asked without one. */
  readonly key: string | null;
  /** Where the key came from, for a person: `DEEPSEEK_API_KEY`, or the path of the key file; empty where there is none. */
  readonly keyOrigin: string;
  /** What must not be shown or come back beside the key and the headers: secret values in the provider's other rows. */
  readonly secrets: readonly string[];
  readonly sign: Signer;
  /** The proxy that requests go through, without its password; null when there is none. */
  readonly proxy: string | null;
  readonly transport: Transport;
  /** Milliseconds without data after which a request is given up; null: what suits the kind of request. */
  readonly idleTimeout: number | null;
  /** Bytes of one answer, thinking included, beyond which it is given up; see `AnswerLimit`. */
  readonly maxAnswer: number;
}

/** A request that goes out otherwise than its connection says, because the service wants it so. */
export interface AdaptedRequest extends ChatRequest {
  readonly adapted?: Pick<Connection, "baseUrl" | "streamUsage" | "titles" | "reminders" | "schema">;
}

/** One attempt at a request, as it will go out. */
export interface FinalRequest {
  readonly method: string;
  readonly url: URL;
  /** All of them, names in small letters, those of the config file included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: OutgoingBody | null;
}

/** What a request carries: bytes in memory, or such as are read while they are sent. */
export type OutgoingBody = Uint8Array | StreamedBody;

/** A body that never is in memory as a whole. */
export interface StreamedBody {
  /** Bytes of the whole. */
  readonly size: number;
  /** Reads it from its beginning; called for each attempt, and by signatures that cover it. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/**
 * Proves to a service who asks. Called for each attempt with its final bytes, as a signature may cover them and the time.
 *
 * @returns headers to add, names in small letters
 */
export type Signer = (
  connection: Connection,
  request: FinalRequest,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
