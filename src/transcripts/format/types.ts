import type { WebUse } from "../../chat/events.ts";
import type { Example, ServiceBlock } from "../../chat/messages.ts";
import type { Cost, ModelRef, Thinking, Usage } from "../../chat/model.ts";
import type { BilledRequest } from "../../chat/billed-request.ts";
import type { Sampling } from "../../chat/sampling.ts";

/**
 * What a transcript file holds, and the fixed forms of its lines. The grammar is written down in docs/transcripts.md; a
 * test holds that document against the parser.
 */
export const formatVersion = 1;

/** A label and the text under it. */
export interface Section {
  /** `Thinking`, `Answer`, `Call`, `Result`, `Picture`, `Error`, `Interrupted`, or one of a later version; never `Question`. */
  readonly name: string;
  /** Of one that was read: the whole second. */
  readonly at: Date;
  readonly text: string;
}

/** The line that ends an exchange. */
export const rule = "-".repeat(40);

export type ExchangeStatus = "complete" | "interrupted" | "failed";

interface ExchangeError {
  /** A code of ours where the program wrote the file; `unknown` for older and hand-made files. */
  readonly code: string;
  readonly message: string;
}

/** A picture as a transcript names it. */
export type SavedImage = EmbeddedImage | KeptImage;

/** A picture that stands in the file itself, as older versions wrote it, or only its address. */
interface EmbeddedImage {
  readonly name: string;
  readonly url: string;
}

/** A picture whose copy lies in the folder beside the transcript. Whatever the file says: nothing of it is checked here. */
export interface KeptImage {
  readonly name: string;
  /** Name of the copy in that folder. */
  readonly file: string;
  /** SHA-256 of its bytes in hexadecimal digits. */
  readonly digest: string;
  readonly bytes: number;
}

/** A document that went with a question as a file of a service; the transcript has nothing of what it says. */
export interface SavedFile {
  readonly name: string;
  /** SHA-256 of its bytes, in hex. */
  readonly digest: string;
  readonly bytes: number;
  /** Where it lay, and its id there. */
  readonly provider: string;
  readonly id: string;
}

/** What is asked, and how. */
interface ExchangeRequest {
  readonly question: string;
  readonly provider: string | null;
  readonly model: string | null;
  /** In force for this exchange, whether set here or before. */
  readonly system: string | null;
  /** Of a role, sent behind the system prompt; empty or absent where there were none. */
  readonly examples?: readonly Example[];
  readonly sampling: Sampling;
  readonly thinking: Thinking | null;
}

/** All that is known before the request goes out. */
export interface ExchangeStart extends ExchangeRequest {
  readonly at: Date;
  readonly images?: readonly SavedImage[];
  readonly files?: readonly SavedFile[];
  /** Id of the exchange whose answer this one continues; the question is then the command typed to do so. */
  readonly continues?: string | null;
  /** Id of the exchange whose answer a person edited: this one has its question, and an answer that begins with the edited text. */
  readonly edits?: string | null;
}

/** Where an answer was put together from several requests. */
export interface AnswerSeam extends ModelRef {
  /** UTF-16 units of the answer that were there before. */
  readonly at: number;
  /** UTF-16 units of the thinking that were there before; absent where an older file does not say. */
  readonly thought?: number;
  /** By prefix completion, by asking the model to go on, or by asking again where only thinking had come. */
  readonly how: "prefix" | "asked" | "again";
  /** Code of the error that broke the answer off. */
  readonly code: string;
}

/** What came of an exchange. */
interface ExchangeOutcome {
  readonly status: ExchangeStatus;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  readonly cost: Cost | null;
  readonly error: ExchangeError | null;
  /** The words for a person under the label Error or Interrupted; where they are written, null takes the error's message. */
  readonly notice: string | null;
  /** The answer was a stored one: nothing was sent, and its usage is that of the request that once brought it. */
  readonly cached?: boolean;
  /** What the service found on the web by itself; absent where no answer says that it searched. */
  readonly web?: WebUse;
  /** What only the service understands; absent where there is none. */
  readonly blocks?: readonly SavedBlock[];
}

/** A block of a service in an exchange, and where it stands. */
export interface SavedBlock extends Omit<ServiceBlock, "type"> {
  /** UTF-16 units of the answer before it. */
  readonly at: number;
  /** Calls of tools before it. */
  readonly calls: number;
}

/** How an exchange ended. */
export interface ExchangeEnd extends ExchangeOutcome {
  readonly at: Date;
  /** Empty or absent for an answer of one piece. */
  readonly seams?: readonly AnswerSeam[];
  /** UTF-16 units at the start of the answer that turned out to be thinking. */
  readonly rethought?: number;
  /** Provider and model that answered in the end, if not the ones first asked. */
  readonly answeredBy?: ModelRef | null;
  /** Those that were billed, in order; empty or absent where none was. */
  readonly requests?: readonly BilledRequest[];
}

export interface Exchange extends ExchangeRequest, ExchangeOutcome {
  /** Tells the exchange apart wherever it is copied to; null in files of other makers. */
  readonly id: string | null;
  readonly askedAt: Date;
  readonly images: readonly SavedImage[];
  /** Absent where there were none. */
  readonly files?: readonly SavedFile[];
  /** Empty where there was none. */
  readonly reasoning: string;
  readonly answer: string;
  /** When the answer began; null when nothing came. */
  readonly answeredAt: Date | null;
  /** When the exchange ended; null where nobody wrote it down. */
  readonly endedAt: Date | null;
  /** From the question to the first piece of thinking or answer, in milliseconds; null when unknown. */
  readonly firstTokenMs: number | null;
  /** The file breaks off inside this exchange: what is here is the part that was written. */
  readonly torn: boolean;
  /** Id of the exchange whose answer this one continues; null if it continues none. */
  readonly continues: string | null;
  /** As in `ExchangeStart`; null for an answer that is the model's alone. */
  readonly edits: string | null;
  /** The person took it back: it is no part of the conversation any more. */
  readonly withdrawn: boolean;
  /** The person marked the answer as a good one; absent where nobody did. */
  readonly good?: true;
  readonly seams: readonly AnswerSeam[];
  /** As in `ExchangeEnd`; these units are part of `reasoning` and not of `answer`, but of the first sections called Answer. */
  readonly rethought: number;
  /** In the order of the file; null where they are the thinking, the answer and how it ended, and follow from the rest. */
  readonly sections: readonly Section[] | null;
  readonly answeredBy: ModelRef | null;
  /** As in `ExchangeEnd`; empty also where nobody wrote them down. */
  readonly requests: readonly BilledRequest[];
}

/** `provider/model` as far as they are known; empty where neither is. */
export function modelOf({ provider, model }: Pick<Exchange, "provider" | "model">): string {
  return [provider, model].filter(Boolean).join("/");
}

/** What took the place of earlier exchanges in the requests; the exchanges themselves stay in the file. */
export interface Compaction {
  /** Null where they were dropped without one. */
  readonly summary: string | null;
  /** Id of the last exchange that it covers. */
  readonly through: string;
}

/** Requests of the program's own for a conversation, such as for its title or a summary. */
export interface OwnRequests {
  /** Tells them apart wherever they are copied to. */
  readonly id: string;
  readonly requests: readonly BilledRequest[];
}

/** Where a conversation was branched off. */
export interface ForkOrigin {
  /** Id of the conversation it comes from. */
  readonly id: string;
  /** How many of its exchanges were taken over. */
  readonly turns: number;
}

/** The first line of a file. */
export interface TranscriptHeader {
  readonly id: string;
  readonly startedAt: Date;
  /** IANA name, e.g. `Asia/Shanghai`; null when the system does not tell it cheaply. */
  readonly zone: string | null;
  readonly title: string | null;
  readonly origin: ForkOrigin | null;
}

export interface Transcript extends Omit<TranscriptHeader, "title"> {
  readonly path: string;
  /** The name someone gave it, else the first line of the first question; safe to print. */
  readonly title: string;
  /** Whether someone gave it that title. */
  readonly named: boolean;
  readonly pinned: boolean;
  /** In the order in which they were given. */
  readonly tags: readonly string[];
  readonly exchanges: readonly Exchange[];
  /** The file breaks off somewhere; at most the last exchange is touched. */
  readonly torn: boolean;
  /** The newest one; null when there is none. */
  readonly compaction: Compaction | null;
  readonly ownRequests: readonly OwnRequests[];
}

/** A conversation with the text of its file, of which its questions and answers are parts: a writer that resumes it reads neither again. */
export interface TranscriptFile extends Transcript {
  readonly text: string;
}
