import type { UserMessage } from "../../chat/messages.ts";
import { userMessage } from "../../chat/message-text.ts";
import { AppError } from "../../errors.ts";
import type { ImageOptions } from "../../providers/images/image-options.ts";
import { maxPictures } from "../../providers/images/image-options.ts";
import type { Words } from "../../words/types.ts";

/**
 * The question that pictures are made of.
 *
 * @param attached the pictures that are to be changed
 * @throws AppError `usage` where nothing says what to show, and for what is no picture
 */
export function imageQuestion(words: Words, prompt: string, attached: UserMessage["content"]): UserMessage {
  if (prompt.trim() === "") throw new AppError("usage", { message: words.images.noPrompt });
  const other = attached.find((part) => part.type !== "image");
  if (other !== undefined) {
    const name = "name" in other ? other.name : "";
    throw new AppError("usage", { message: words.images.notAPicture({ name }) });
  }
  return { role: "user", content: [...userMessage(prompt.trim()).content, ...attached] };
}

/**
 * The options as services take them: a size with a plain `x` between its numbers.
 *
 * @throws AppError `bad_value`
 */
export function checkedOptions(options: ImageOptions): ImageOptions {
  const { size, count } = options;
  if (count > maxPictures) {
    throw new AppError("bad_value", { name: "--number", value: String(count), expected: `1–${maxPictures}` });
  }
  if (size === null) return options;
  const [, width, height] = /^([1-9]\d{0,4})\s*[x×*]\s*([1-9]\d{0,4})$/iu.exec(size) ?? [];
  if (width !== undefined) return { ...options, size: `${width}x${height}` };
  if (/^[a-z]+$/u.test(size)) return options;
  throw new AppError("bad_value", { name: "--size", value: size, expected: "1024x1024" });
}
