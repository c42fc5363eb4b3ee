import type { Answer } from "../../chat/answer.ts";
import { timingOf } from "../../chat/turn.ts";
import type { AppError } from "../../errors.ts";
import { describe } from "../../terminal/terminal.ts";
import { usageJson } from "../../transcripts/format/metadata-write.ts";
import { isoWithOffset } from "../../transcripts/format/times.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import { shownPath } from "../display-path.ts";
import type { PictureData } from "./picture-data.ts";

/** A picture in a file of its own. */
export interface SavedPicture extends PictureData {
  readonly path: string;
  readonly seed: number | null;
  /** The prompt as the service had it rewritten; null where it did not. */
  readonly prompt: string | null;
}

/**
 * The object of `image -o json`, as promised in docs: what `ask` has, with the pictures in the place of the answer.
 *
 * @param error what the exit code comes from
 */
export function imageObject(
  workingFolder: string,
  { words }: Console,
  dialogue: ChatSession,
  prompt: string,
  answer: Answer,
  pictures: readonly SavedPicture[],
  error: AppError | null,
): object {
  return {
    id: dialogue.id,
    provider: answer.answeredBy.provider,
    model: answer.answeredBy.model,
    prompt,
    images: pictures.map((picture) => ({
      path: shownPath(workingFolder, picture.path),
      media_type: picture.mediaType,
      bytes: picture.bytes.length,
      seed: picture.seed,
      revised_prompt: picture.prompt,
    })),
    complete: error === null,
    usage: usageJson(answer.usage) ?? null,
    cost: answer.cost,
    timing: { total_ms: timingOf(answer).totalMs },
    transcript: dialogue.path === null || answer.unsaved !== null ? null : shownPath(workingFolder, dialogue.path),
    started_at: isoWithOffset(answer.startedAt),
    ended_at: isoWithOffset(answer.endedAt),
    error: error === null ? null : { code: error.code, message: describe(error, words.errors) },
  };
}
