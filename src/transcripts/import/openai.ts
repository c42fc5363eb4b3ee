import * as v from "valibot";
import type { Sampling } from "../../chat/sampling.ts";
import type { SavedImage } from "../format/types.ts";
import { momentOf } from "./dates.ts";
import { skip, unknownElsewhere, type FormReader, type Item, type ImportSource } from "./types.ts";
import { isEmpty, toExchanges, type ImportedMessage } from "./messages.ts";
import { orEmpty as text, orNull } from "./field-schemas.ts";

/** A conversation in OpenAI's messages form: a line of `transcripts export --to jsonl`, of a file for fine-tuning, of a log. */
export const readMessages: FormReader = (value, { writtenAt }) => {
  const conversation = v.safeParse(conversationSchema, value);
  if (!conversation.success) return null;
  const { id, title, model, messages, created } = conversation.output;
  const startedAt = momentOf(created) ?? writtenAt;
  return fromMessages({ source: "messages", key: id, title, model, startedAt }, messages);
};

const partSchema = v.object({
  type: text,
  text,
  image_url: v.fallback(v.nullish(v.object({ url: v.string() }), null), null),
});
const contentSchema = v.union([v.string(), v.array(partSchema), v.object({ text })]);

export const messagesSchema = v.array(
  v.object({ role: v.string(), content: v.fallback(v.nullish(contentSchema, ""), ""), reasoning_content: text }),
);
export type RawMessages = v.InferOutput<typeof messagesSchema>;

const conversationSchema = v.object({
  id: orNull,
  title: orNull,
  model: orNull,
  created: v.optional(v.unknown()),
  messages: messagesSchema,
});

interface About {
  readonly source: ImportSource;
  readonly key: string | null;
  readonly title: string | null;
  readonly model: string | null;
  readonly startedAt: Date;
  /** Addresses of pictures by the names they have in the messages. */
  readonly addresses?: Readonly<Record<string, string>>;
  readonly sampling?: Sampling;
}

/** The conversation that the messages are; what tools said is left out. */
export function fromMessages(about: About, raw: RawMessages): Item {
  const { source, key, title, model, startedAt, addresses = {}, sampling = {} } = about;
  const messages = raw.flatMap((message) => toMessage(message, model, addresses));
  const exchanges = toExchanges(messages, startedAt, sampling);
  if (isEmpty(exchanges)) return skip("empty", title);
  const leftOut = raw.length - messages.length;
  return { found: { ...unknownElsewhere, source, key, title, startedAt, exchanges, leftOut } };
}

const roles: Readonly<Record<string, ImportedMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

function toMessage(
  raw: RawMessages[number],
  model: string | null,
  addresses: Readonly<Record<string, string>>,
): ImportedMessage[] {
  const role = Object.hasOwn(roles, raw.role) ? roles[raw.role] : undefined;
  if (role === undefined) return [];
  const { content, reasoning_content: reasoning } = raw;
  if (!Array.isArray(content)) {
    return [{ role, text: typeof content === "string" ? content : content.text, reasoning, at: null, model }];
  }
  const images = content.flatMap(({ image_url: image }, index): SavedImage[] => {
    const url = image === null ? "" : Object.hasOwn(addresses, image.url) ? addresses[image.url]! : image.url;
    return url === "" ? [] : [{ name: `image ${index + 1}`, url }];
  });
  const said = content.flatMap((part) => (part.text === "" ? [] : [part.text])).join("\n\n");
  return [{ role, text: said, reasoning, images, at: null, model }];
}
