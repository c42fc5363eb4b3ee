import type { ChatEvent, WebUse } from "../../chat/events.ts";
import { answerOf } from "../../chat/conversation.ts";
import { answerPictures, textOf } from "../../chat/message-text.ts";
import type { ImagePart } from "../../chat/messages.ts";
import type { AppError } from "../../errors.ts";
import { failureOf } from "../../terminal/answer-notes.ts";
import { describe } from "../../terminal/terminal.ts";
import { usageJson } from "../../transcripts/format/metadata-write.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import { seamOf } from "../conversation/answer-seams.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { Answer } from "../../chat/answer.ts";
import { timingOf } from "../../chat/turn.ts";
import { shownPath } from "../display-path.ts";
import { dataOf } from "../images/picture-data.ts";
import type { PicturePlaces } from "../images/picture-places.ts";

/** An event as a line of `ask -o jsonl`; null for what has none. */
export function asLine(
  workingFolder: string,
  console: Console,
  places: PicturePlaces,
  event: ChatEvent,
): object | null {
  if (event.type === "text" || event.type === "reasoning") return { type: event.type, text: event.text };
  if (event.type === "usage") return { type: "usage", ...usageJson(event.usage) };
  if (event.type === "tool_call") {
    const { id, name, arguments: json } = event.call;
    return { type: "tool_call", id, name, arguments: json };
  }
  if (event.type === "tool_result") {
    const { call, output } = event;
    return { type: "tool_result", id: call.id, name: call.name, ok: !output.isError, content: textOf(output.content) };
  }
  if (event.type === "image") return { type: "image", ...pictureOf(workingFolder, places, event.image) };
  if (event.type === "image_lost") return errorLine(console, event.error);
  if (event.type === "web") return { type: "sources", ...sourcesOf(event) };
  if (event.type === "title") return { type: "title", title: event.title };
  if (event.type === "rethink") return { type: "rethink" };
  if (event.type === "finish") return { type: "finish", reason: event.reason };
  if (event.type === "cached") return { type: "cached", stored_at: isoWithOffset(event.storedAt) };
  if (event.type === "request") return takeoverLine(event);
  return event.type === "error" ? errorLine(console, event.error) : null;
}

/** What a service found on the web. */
function sourcesOf({ searches, sources }: WebUse): object {
  return { searches, sources };
}

/** A picture of an answer, as programs are told of it: where it lies. */
function pictureOf(workingFolder: string, places: PicturePlaces, image: ImagePart): object {
  const path = places.of(image);
  const { bytes, mediaType } = dataOf(image);
  return { path: path === null ? null : shownPath(workingFolder, path), media_type: mediaType, bytes: bytes.length };
}

/** A request that goes to another provider or continues the answer; null for others. */
function takeoverLine(request: Extract<ChatEvent, { type: "request" }>): object | null {
  const seam = seamOf(request);
  if (seam !== null) return { type: "seam", ...seam };
  const { why, to, error } = request;
  return why === "failover" ? { type: why, provider: to.provider, model: to.model, code: error?.code } : null;
}

export function errorLine({ words }: Console, error: AppError): object {
  return { type: "error", code: error.code, message: describe(error, words.errors) };
}

/** What was said in an answer, without the beginning that it continued; before and after calls of tools as paragraphs. */
function saidIn({ text, messages: answers }: Answer): string {
  const whole = answers.reduce(
    (sum, { role, content }) => sum + (role === "assistant" ? textOf(content).length : 0),
    0,
  );
  return answers.some(({ role }) => role === "tool") ? answerOf({ answers }).slice(whole - text.length) : text;
}

/**
 * The object of `ask -o json`, as promised in docs.
 *
 * @param places where its pictures lie
 * @param question null where an earlier answer was continued
 * @param error what the exit code comes from
 */
export function asObject(
  workingFolder: string,
  console: Console,
  dialogue: ChatSession,
  places: PicturePlaces,
  question: string | null,
  answer: Answer,
  error: AppError | null,
): object {
  const { startedAt, endedAt, status } = answer;
  const pictures = answerPictures(answer.messages);
  const { firstMs, totalMs } = timingOf(answer);
  // An empty answer is an error, but the service did call it finished.
  const isFinished = status === "complete" || answer.error?.code === "empty_answer";
  return {
    id: dialogue.id,
    provider: answer.answeredBy.provider,
    model: answer.answeredBy.model,
    question,
    answer: saidIn(answer),
    reasoning: answer.reasoning === "" ? null : answer.reasoning,
    finish_reason: answer.finishReason,
    complete: isFinished && (answer.finishReason === "stop" || answer.finishReason === "tool_calls"),
    usage: usageJson(answer.usage) ?? null,
    cost: answer.cost,
    ...(answer.cached && { cached: true }),
    ...(answer.web !== null && sourcesOf(answer.web)),
    ...(pictures.length > 0 && { images: pictures.map((image) => pictureOf(workingFolder, places, image)) }),
    timing: { first_token_ms: firstMs, total_ms: totalMs },
    transcript: dialogue.path === null || answer.unsaved !== null ? null : shownPath(workingFolder, dialogue.path),
    started_at: isoWithOffset(startedAt),
    ended_at: isoWithOffset(endedAt),
    error:
      error === null
        ? null
        : {
            code: error.code,
            message:
              (error === answer.error ? failureOf(console.words, answer) : null) ??
              describe(error, console.words.errors),
          },
  };
}
