import type { Compaction, Exchange, TranscriptHeader } from "../format/types.ts";

/** Where a conversation comes from; the names are those of `Words["importing"]["forms"]`. */
export type ImportSource = "transcript" | "deepseek-chat" | "messages" | "deepseek" | "chatgpt" | "llm" | "aichat";

/** A conversation found in a file of another program. */
export interface ImportedConversation extends Omit<TranscriptHeader, "id"> {
  readonly source: ImportSource;
  /** What it is called where it comes from; null when it has no name there that stays. */
  readonly key: string | null;
  /** An id of ours that it has already; null for one to be derived from source and key. */
  readonly id: string | null;
  readonly pinned: boolean;
  readonly tags: readonly string[];
  readonly exchanges: readonly Exchange[];
  readonly compaction: Compaction | null;
  /** Messages that are no part of it here: other branches, what tools said. */
  readonly leftOut: number;
}

/** Why something in a file was skipped; the words are those of `Words["importing"]["reasons"]`. */
export type ImportSkipReason = "broken" | "cut" | "too-large" | "too-many" | "unknown" | "empty";

interface Skip {
  readonly reason: ImportSkipReason;
  readonly title: string | null;
}

/** One conversation of a file, or what stands in its place. */
export type Item = { readonly found: ImportedConversation } | { readonly skip: Skip };

/** What other programs do not know of a conversation. */
export const unknownElsewhere = { id: null, pinned: false, tags: [], zone: null, origin: null, compaction: null };

export function skip(reason: ImportSkipReason, title: string | null = null): Item {
  return { skip: { reason, title } };
}

/** What a reader of one form makes of a value: null when it has another form. */
export type FormReader = (value: unknown, around: { readonly writtenAt: Date }) => Item | null;
