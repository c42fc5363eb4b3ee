import { hasParts } from "../format/sections.ts";
import type { Exchange, Section, Transcript } from "../format/types.ts";
import { imagesJson } from "../format/images.ts";
import {
  examplesJson,
  filesJson,
  requestsJson,
  samplingJson,
  thinkingJson,
  usageJson,
  webJson,
} from "../format/metadata-write.ts";
import { isoWithOffset } from "../format/times.ts";

/**
 * A conversation as one JSON object, with all that is known of it: what `transcripts show --json` prints. Times are ISO with
 * their offset, tokens and parameters are named as services name them.
 */
export function asObject(transcript: Transcript): object {
  return { ...withoutPlace(transcript), path: transcript.path };
}

/** The same as a file to keep or hand on, which tells nothing of this machine's folders. */
export function asJson(transcript: Transcript): string {
  return `${JSON.stringify(withoutPlace(transcript))}\n`;
}

function withoutPlace(transcript: Transcript): object {
  return {
    id: transcript.id,
    title: transcript.title,
    pinned: transcript.pinned,
    tags: transcript.tags,
    started_at: isoWithOffset(transcript.startedAt),
    zone: transcript.zone,
    origin: transcript.origin,
    torn: transcript.torn,
    exchanges: transcript.exchanges.map(exchangeObject),
    compaction: transcript.compaction,
  };
}

function exchangeObject(exchange: Exchange): object {
  return {
    id: exchange.id,
    question: exchange.question,
    images: imagesJson(exchange.images) ?? [],
    ...(exchange.files !== undefined && { files: filesJson(exchange.files) }),
    reasoning: exchange.reasoning === "" ? null : exchange.reasoning,
    answer: exchange.answer,
    status: exchange.status,
    finish_reason: exchange.finishReason,
    provider: exchange.provider,
    model: exchange.model,
    system: exchange.system,
    ...(exchange.examples !== undefined && { examples: examplesJson(exchange.examples) }),
    sampling: samplingJson(exchange.sampling) ?? {},
    thinking: thinkingJson(exchange.thinking) ?? null,
    usage: usageJson(exchange.usage) ?? null,
    cost: exchange.cost,
    ...(exchange.cached && { cached: true }),
    ...(exchange.web !== undefined && { web: webJson(exchange.web) }),
    ...(exchange.blocks !== undefined && { blocks: exchange.blocks }),
    error: exchange.error,
    notice: exchange.notice,
    first_token_ms: exchange.firstTokenMs,
    asked_at: isoWithOffset(exchange.askedAt),
    answered_at: isoOrNull(exchange.answeredAt),
    ended_at: isoOrNull(exchange.endedAt),
    continues: exchange.continues,
    ...(exchange.edits !== null && { edits: exchange.edits }),
    withdrawn: exchange.withdrawn,
    ...(exchange.good && { good: true }),
    seams: exchange.seams,
    // Where tools were called, or pictures came: what stands above in one piece each is here as it came.
    ...(hasParts(exchange) && { sections: exchange.sections?.map(sectionObject), thinking_to: exchange.rethought }),
    answered_by: exchange.answeredBy,
    requests: requestsJson(exchange.requests) ?? [],
  };
}

function sectionObject({ name, at, text }: Section): object {
  return { name, at: isoWithOffset(at), text };
}

function isoOrNull(date: Date | null): string | null {
  return date === null ? null : isoWithOffset(date);
}
