import * as v from "valibot";
import { momentOf } from "./dates.ts";
import { skip, unknownElsewhere, type FormReader } from "./types.ts";
import { isEmpty, toExchanges, type ImportedMessage } from "./messages.ts";
import { branchOf, messagesOf, treeOf } from "./tree.ts";
import { orEmpty as text, orNull } from "./field-schemas.ts";

/**
 * A conversation of the data export of chat.deepseek.com. Facts: the export names no role; what a message is shows from its
 * fragments (`REQUEST`, `THINK`, `RESPONSE`, `TEMPLATE_RESPONSE` for an answer that was withheld), in older exports from
 * `content` and `reasoning_content` and its place: questions and answers take turns from the root on.
 */
export const readDeepSeek: FormReader = (value, { writtenAt }) => {
  const conversation = v.safeParse(conversationSchema, value);
  const tree = conversation.success ? treeOf(conversation.output.mapping) : null;
  if (!conversation.success || tree === null) return null;
  const all = messagesOf(tree);
  if (all.some((message) => "author" in message)) return null;
  const { id, title, inserted_at: begun } = conversation.output;
  if (all.length === 0) return begun === undefined ? null : skip("empty", title);

  const branch = branchOf(tree, null, ({ inserted_at: at }) => momentOf(at));
  const messages = branch.map(toMessage);
  const startedAt = momentOf(begun) ?? messages.find(({ at }) => at !== null)?.at ?? writtenAt;
  const exchanges = toExchanges(messages, startedAt);
  if (isEmpty(exchanges)) return skip("empty", title);
  const leftOut = all.length - branch.length;
  return { found: { ...unknownElsewhere, source: "deepseek", key: id, title, startedAt, exchanges, leftOut } };
};

const conversationSchema = v.object({
  id: orNull,
  title: orNull,
  inserted_at: v.optional(v.unknown()),
  mapping: v.unknown(),
});
const fileSchema = v.object({ file_name: v.string() });
const files = v.fallback(v.nullish(v.array(fileSchema), []), []);
const fragmentSchema = v.object({ type: text, content: text, files });
const messageSchema = v.object({
  fragments: v.fallback(v.nullish(v.array(fragmentSchema), []), []),
  files,
  role: text,
  content: text,
  reasoning_content: text,
  model: orNull,
  inserted_at: v.optional(v.unknown()),
});

const answers = new Set(["RESPONSE", "TEMPLATE_RESPONSE"]);

function toMessage(raw: Record<string, unknown>, place: number): ImportedMessage {
  const message = v.parse(messageSchema, raw);
  const { fragments, content, reasoning_content: thought, model } = message;
  const said = (wanted: (type: string) => boolean) =>
    fragments.filter(({ type }) => wanted(type)).map((fragment) => fragment.content);
  const at = momentOf(message.inserted_at);
  if (roleOf(message, place) === "user") {
    const names = [...message.files, ...fragments.flatMap((fragment) => fragment.files)].map((file) => file.file_name);
    const parts = [...said((type) => type === "REQUEST"), content, ...names.map((name) => `[${name}]`)];
    return { role: "user", text: together(parts), at, model };
  }
  return {
    role: "assistant",
    text: together([...said((type) => answers.has(type)), content]),
    reasoning: together([...said((type) => type === "THINK"), thought]),
    at,
    model,
  };
}

function roleOf({ fragments, role, reasoning_content: thought }: v.InferOutput<typeof messageSchema>, place: number) {
  if (/^(?:user|assistant)$/i.test(role)) return role.toLowerCase();
  if (fragments.some(({ type }) => type === "REQUEST")) return "user";
  if (fragments.some(({ type }) => answers.has(type) || type === "THINK") || thought !== "") return "assistant";
  return place % 2 === 0 ? "user" : "assistant";
}

function together(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
