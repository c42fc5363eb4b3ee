import { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { longestTag, maxTags, tagKey, tagOf, withChange } from "../../transcripts/format/tags.ts";
import type { TranscriptSummary } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import { findConversation, type Library } from "./conversations.ts";

/** What a person gave a conversation to find it again. */
export type Labels = Pick<TranscriptSummary, "pinned" | "tags">;

/**
 * What `transcripts tag` does: gives tags to a conversation or takes them off, or prints those it has.
 *
 * @param names none prints the tags there are
 * @param taking whether the tags are taken off
 * @throws AppError `bad_tag`; `too_many_tags`, and then nothing is changed; `transcript_busy` where another program keeps writing to the file
 */
export async function tag(
  engine: Library,
  console: Console,
  reference: string,
  names: readonly string[],
  taking: boolean,
): Promise<void> {
  const { terminal, words } = console;
  const given = names.map(checkedTag);
  const { path, title, tags } = await findConversation(engine, console, reference);
  if (given.length === 0) return terminal.out(tags.map((each) => `${sanitize(each)}\n`).join(""));
  const { tagTranscript } = await import("../../transcripts/store/manage.ts");
  const change = { add: taking ? [] : given, remove: taking ? given : [] };
  const changed = withChange(tags, change);
  const kept = new Set(changed.map(tagKey));
  // More than there may be are left out where the file is read.
  if (!taking && !given.every((each) => kept.has(tagKey(each))))
    throw new AppError("too_many_tags", { title, max: maxTags });
  await tagTranscript(path, change);
  const now = changed.map((each) => `#${each}`);
  terminal.say(words.transcripts.tagged({ title: sanitize(title), tags: sanitize(now.join(" ")) }));
}

/** What `transcripts pin` and `unpin` do. */
export async function pin(
  engine: Library,
  console: Console,
  references: readonly string[],
  pinned: boolean,
): Promise<void> {
  const { terminal, words } = console;
  const { pinTranscript } = await import("../../transcripts/store/manage.ts");
  for (const reference of references) {
    const { path, title } = await findConversation(engine, console, reference);
    await pinTranscript(path, pinned);
    const facts = { title: sanitize(title) };
    terminal.say(pinned ? words.transcripts.pinned(facts) : words.transcripts.unpinned(facts));
  }
}

/**
 * A tag that was typed, as it is kept.
 *
 * @throws AppError `bad_tag`
 */
export function checkedTag(text: string): string {
  const tag = tagOf(text);
  if (tag === null) throw new AppError("bad_tag", { tag: text, longest: longestTag });
  return tag;
}

/** Pinned conversations, then the others, each in the order they have. */
export function pinnedFirst<Row extends Labels>(rows: readonly Row[]): Row[] {
  return [...rows.filter(({ pinned }) => pinned), ...rows.filter(({ pinned }) => !pinned)];
}

/** Whether a conversation has all of the tags, which may be none. */
export function hasTags({ tags }: Labels, wanted: readonly string[]): boolean {
  const keys = new Set(tags.map(tagKey));
  return wanted.every((each) => keys.has(tagKey(each)));
}

/** The title with the sign of what is pinned in front, and the tags behind it; not yet harmless. */
export function labelled({ title, pinned, tags }: Labels & { readonly title: string }, sign: string): string {
  return [...(pinned ? [sign] : []), title, ...tags.map((each) => `#${each}`)].join(" ");
}
