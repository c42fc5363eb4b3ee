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
  /** What `auth` proves with who asks, and what was made of it, redacted like a key; null where there is nothing. */
  readonly proofs: SecretList | null;
  /** The proxy that requests go through, without its password; null when there is none. */
  readonly proxy: string | null;
  readonly transport: Transport;
  /** Milliseconds without data after which a request is given up; null: what suits the kind of request. */
  readonly idleTimeout: number | null;
  /** Bytes of one answer, thinking included, beyond which it is given up; see `AnswerLimit`. */
  readonly maxAnswer: number;
}

/** Secrets of a provider, and what was made of them: tokens and signatures. */
export interface SecretList {
  /** Another list once something is added. */
  readonly values: readonly string[];
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

/** What a signature adds to a request, and changes of it. */
export interface Signature {
  /** Names in small letters. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In the place of the request's own; of the same origin. */
  readonly url?: URL;
  readonly body?: Uint8Array;
  /** Called where the request is refused: whether it may be accepted if it is signed and sent once more. */
  readonly mayRetry?: (refusal: AuthRefusal) => boolean;
}

/** A refusal as far as it tells something of who asks. */
export interface AuthRefusal {
  readonly status: number;
  /** The service's clock in milliseconds since 1970; null where it does not tell. */
  readonly date: number | null;
}

/** Proves to a service who asks. Called for each attempt with its final bytes, as a signature may cover them and the time. */
export type Signer = (connection: Connection, request: FinalRequest) => Signature | Promise<Signature>;
