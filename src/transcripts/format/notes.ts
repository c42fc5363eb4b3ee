import { pinFact, tagsFact, titleFact } from "./metadata-read.ts";
import { withChange } from "./tags.ts";

/** What notes between the exchanges say of the conversation as a whole. */
export interface Notes {
  /** The name someone gave it; null where nobody did. */
  readonly title: string | null;
  readonly pinned: boolean;
  readonly tags: readonly string[];
}

export const noNotes: Notes = { title: null, pinned: false, tags: [] };

/** What holds after one more note; one of another kind, or that lacks what makes it one, changes nothing. */
export function withNote(notes: Notes, kind: string, data: unknown): Notes {
  if (kind === "title") return { ...notes, title: titleFact(data) ?? notes.title };
  if (kind === "pin") return { ...notes, pinned: pinFact(data) ?? notes.pinned };
  const change = kind === "tags" ? tagsFact(data) : null;
  return change === null ? notes : { ...notes, tags: withChange(notes.tags, change) };
}
