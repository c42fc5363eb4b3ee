import type { ProbedCapabilities, prefixForms, thinkingForms } from "../config/schema.ts";
import type { AppError, ServiceName } from "../errors.ts";
import type { Reach } from "../providers/connectivity.ts";
import type { Probe } from "./probe.ts";

type ThinkingForm = (typeof thinkingForms)[number];
type PrefixForm = (typeof prefixForms)[number];

/** What is examined: facts that the other rooms know, and what they can be asked to do. */
export interface Subject {
  readonly program: CheckFacts["program"];
  /** Null where there is none. */
  readonly terminal: (() => Promise<CheckFacts["terminal"]>) | null;
  readonly settings: CheckFacts["settings"];
  /** What is wrong in them, the config file's mistakes with line and key. */
  readonly mistakes: readonly AppError[];
  /** Those that hold a key verbatim. */
  readonly plainSecrets: readonly string[];
  readonly places: readonly StoragePlace[];
  transcripts(): Promise<TranscriptFacts>;
  index(): Promise<IndexFacts>;
  /** @throws AppError for a provider that is not there or has no address */
  provider(): CheckFacts["provider"];
  /** @throws AppError `untrusted_endpoint` where not even a connection may be made */
  mayBeReached(): Promise<void>;
  readonly proxy: ProxyFacts;
  /** Null for a provider that needs none and has none. @throws AppError */
  key(): Promise<CheckFacts["key"] | null>;
  reach(): Promise<Reach>;
  /** @throws AppError */
  models(): Promise<Models>;
  /** Null where the provider does not tell. @throws AppError */
  balance(): Promise<readonly BalanceFact[] | null>;
  /** Those that take over for the model in use, each tried. */
  failover(): Promise<readonly SuccessorTrial[]>;
  /** What was found out about the model earlier and is in use. */
  findings(): ProbedCapabilities | null;
  /** Null where nobody asked for questions to be put. */
  readonly probe: (() => Promise<Probe>) | null;
}

/** What each check tells where it could be made. */
export interface CheckFacts {
  program: { version: string; node: string; platform: string; arch: string; executable: string };
  terminal: TerminalFacts;
  settings: { path: string; exists: boolean; set: readonly { name: string; value: string; origin: string }[] };
  folders: { places: readonly StorageFacts[] };
  transcripts: Omit<TranscriptFacts, "unreadable" | "leftovers">;
  index: IndexFacts;
  provider: {
    provider: string;
    baseUrl: string;
    origin: string;
    model: string | null;
    services: readonly ServiceName[];
  };
  proxy: { proxy: string; variable: string; certificates: string | null };
  key: { provider: string; origin: string; store: string; auth: AuthFacts | null };
  lookup: { name: string; addresses: readonly string[]; ms: number };
  connect: { host: string; address: string; proxy: string | null; ms: number };
  tls: { protocol: string; issuer: string; validTo: string; days: number };
  answer: { host: string; status: number; ms: number };
  clock: { seconds: number };
  models: { count: number; model: string; listed: boolean };
  balance: { balances: readonly { currency: string; total: string }[] };
  failover: { routes: readonly { name: string; works: boolean }[] };
  findings: ProbedCapabilities;
  streaming: { firstMs: number; totalMs: number; finishReason: string | null; done: boolean };
  usage: { where: "end" | "every" | "none"; asked: boolean; cache: string | null; reasoning: boolean };
  thinking: { form: ThinkingForm; byDefault: boolean; on: boolean | null; off: boolean | null; field: string | null };
  prefix: { form: PrefixForm };
  json: { accepted: boolean; valid: boolean };
  schema: { form: NonNullable<ProbedCapabilities["schema"]> };
}

export type CheckId = keyof CheckFacts;

interface TerminalFacts {
  readonly term: string;
  /** `TERM_PROGRAM`; empty where the terminal does not tell. */
  readonly program: string;
  readonly columns: number;
  readonly rows: number;
  /** 0: none, 1: 16, 2: 256, 3: 16 million. */
  readonly colors: 0 | 1 | 2 | 3;
  readonly unicode: boolean;
  readonly hyperlinks: boolean;
  /** As the terminal itself answered; null where it did not. */
  readonly wideColumns: number | null;
  readonly bracketedPaste: boolean | null;
  readonly synchronizedOutput: boolean | null;
  readonly background: "dark" | "light" | null;
}

/** How a provider of the config file is told who asks, where it is told otherwise than by its key as a bearer token. */
export interface AuthFacts {
  readonly type: string;
  /** The template of what is signed, or the claims of a token; null where nothing is. */
  readonly sign: string | null;
  /** The algorithm, the lifetime and the like. */
  readonly details: readonly string[];
  /** Where in the request it is told, such as `header Authorization`. */
  readonly places: readonly string[];
  readonly secrets: readonly { readonly name: string; readonly origin: string }[];
}

/** A file or folder of the program's. */
export interface StoragePlace {
  readonly what: "config" | "keys" | "data" | "cache" | "transcripts";
  readonly path: string;
  /** Nobody else is to read it. */
  readonly isPrivate: boolean;
}

export interface StorageFacts {
  readonly what: StoragePlace["what"];
  readonly path: string;
  readonly exists: boolean;
  /** Octal, e.g. `700`; null where it does not exist or the system has no modes. */
  readonly mode: string | null;
}

export interface TranscriptFacts {
  readonly folder: string;
  readonly count: number;
  readonly bytes: number;
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Folders of pictures whose transcript is gone. */
  readonly leftovers: readonly { readonly path: string; readonly bytes: number }[];
}

/** How the search index of a folder is. */
export interface IndexFacts {
  readonly path: string;
  /** On the disk. */
  readonly bytes: number;
  /**
   * `outdated`: made by another version of the program, and made again by the next search, as a damaged one is; `blocked`: out
   * of reach now, because another program keeps it or the system refuses it.
   */
  readonly state: "none" | "sound" | "damaged" | "outdated" | "blocked";
  /** Conversations that it knows. */
  readonly files: number;
  /** Conversations that changed since they were indexed, or never were: the next search reads them. */
  readonly pending: number;
}

export interface ProxyFacts {
  /** The proxy for this provider, without its password; null where there is none. */
  readonly proxy: string | null;
  /** The variable that names it, whether or not it applies; null where none is set. */
  readonly variable: string | null;
  readonly value: string | null;
  /** Path of further certificates to trust. */
  readonly certificates: string | null;
}

/** Who takes over, as `provider/model`. */
export interface SuccessorTrial {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  /** Why it could not be asked; null where it could. */
  readonly error: AppError | null;
  /** Whether its provider lists the model; null where that gives no list. */
  readonly listed: boolean | null;
}

interface Models {
  readonly ids: readonly string[];
  /** The model in use; null where none is set. */
  readonly model: string | null;
  /** What took its place, where it was retired. */
  readonly successor: string | null;
}

interface BalanceFact {
  readonly currency: string;
  readonly total: string;
}
