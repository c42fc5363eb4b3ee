import * as v from "valibot";
import { compactFact, endFacts, headerFacts, isId, isWritable, turnFacts } from "../format/metadata-read.ts";
import { withChange } from "../format/tags.ts";
import type { Exchange } from "../format/types.ts";
import { momentOf } from "./dates.ts";
import { skip, type FormReader } from "./types.ts";
import { isEmpty } from "./messages.ts";
import { orEmpty, orNull } from "./field-schemas.ts";

/** A conversation as `transcripts export --to json` and `transcripts show --json` write it. */
export const readOurs: FormReader = (value) => {
  const conversation = v.safeParse(conversationSchema, value);
  if (!conversation.success) return null;
  const { id, title, pinned, tags, started_at: started, zone, origin } = conversation.output;
  const startedAt = momentOf(started);
  const exchanges = conversation.output.exchanges.map(toExchange);
  if (startedAt === null || exchanges.some((exchange) => exchange === null)) return null;
  if (isEmpty(exchanges as Exchange[])) return skip("empty", title);
  const header = headerFacts({ id, started, zone, origin });
  return {
    found: {
      source: "deepseek-chat",
      key: null,
      id: header?.id ?? null,
      title,
      pinned,
      tags: withChange([], { add: tags, remove: [] }),
      startedAt,
      zone: header?.zone ?? null,
      origin: header?.origin ?? null,
      exchanges: exchanges as Exchange[],
      compaction: compactFact(conversation.output.compaction),
      leftOut: 0,
    },
  };
};

const conversationSchema = v.object({
  id: v.pipe(v.string(), v.check(isId)),
  title: orNull,
  pinned: v.fallback(v.optional(v.boolean(), false), false),
  tags: v.fallback(v.optional(v.array(v.string()), []), []),
  started_at: v.string(),
  zone: orNull,
  origin: v.optional(v.unknown()),
  exchanges: v.array(v.unknown()),
  compaction: v.optional(v.unknown()),
});
const sectionSchema = v.object({
  name: v.pipe(v.string(), v.regex(/^(?!Question$)[A-Z][a-z]{0,30}$/u)),
  at: v.pipe(
    v.string(),
    v.transform((iso) => new Date(iso)),
    v.check(isWritable),
  ),
  text: v.string(),
});
const exchangeSchema = v.looseObject({
  question: v.string(),
  reasoning: orEmpty,
  answer: v.string(),
  status: v.picklist(["complete", "interrupted", "failed"]),
  notice: orNull,
  sections: v.fallback(v.nullish(v.array(sectionSchema), null), null),
  withdrawn: v.fallback(v.optional(v.boolean(), false), false),
  good: v.fallback(v.optional(v.boolean(), false), false),
  asked_at: v.string(),
  answered_at: v.optional(v.unknown()),
  ended_at: v.optional(v.unknown()),
});

/** The facts stand under the names they have in a transcript's metadata, and are read by the same rules. */
function toExchange(value: unknown): Exchange | null {
  const parsed = v.safeParse(exchangeSchema, value);
  if (!parsed.success) return null;
  const { question, reasoning, answer, status, notice, sections } = parsed.output;
  const turn = turnFacts({ ...parsed.output, at: parsed.output.asked_at });
  const end = endFacts({ ...parsed.output, answered: parsed.output.answered_at, ended: parsed.output.ended_at });
  if (turn.at === null) return null;
  return {
    id: turn.id,
    question,
    askedAt: turn.at,
    images: turn.images,
    ...(turn.files.length > 0 && { files: turn.files }),
    reasoning: reasoning ?? "",
    answer,
    answeredAt: end.answered,
    endedAt: end.ended,
    firstTokenMs: end.first_token_ms,
    status,
    finishReason: end.finish_reason,
    usage: end.usage,
    cost: end.cost,
    ...(end.cached && { cached: true }),
    ...(end.web !== undefined && { web: end.web }),
    ...(end.blocks !== undefined && { blocks: end.blocks }),
    error: end.error,
    notice,
    provider: turn.provider,
    model: turn.model,
    system: turn.system ?? null,
    ...(turn.examples.length > 0 && { examples: turn.examples }),
    sampling: turn.sampling,
    thinking: turn.thinking,
    torn: false,
    continues: turn.continues,
    edits: turn.edits,
    withdrawn: parsed.output.withdrawn,
    ...(parsed.output.good && { good: true }),
    seams: end.seams,
    rethought: end.thinking_to ?? 0,
    sections,
    answeredBy: end.answered_by,
    requests: end.requests,
  };
}
