import * as v from "valibot";
import { momentOf } from "./dates.ts";
import { skip, unknownElsewhere, type FormReader } from "./types.ts";
import { isEmpty, toExchanges, type ImportedMessage } from "./messages.ts";
import { branchOf, messagesOf, treeOf } from "./tree.ts";
import { orEmpty as text, orNull } from "./field-schemas.ts";

/**
 * A conversation of ChatGPT's data export. Facts: `current_node` is the end of the branch shown last; system messages and
 * what is marked as visually hidden were never on the screen; thinking stands in messages of its own before the answer; what
 * goes to a tool has that tool as its `recipient`.
 */
export const readChatGpt: FormReader = (value, { writtenAt }) => {
  const conversation = v.safeParse(conversationSchema, value);
  const tree = conversation.success ? treeOf(conversation.output.mapping) : null;
  if (!conversation.success || tree === null) return null;
  const { title, create_time: created, current_node: tip } = conversation.output;
  const all = messagesOf(tree);
  if (all.length > 0 && !all.some((message) => "author" in message)) return null;

  const branch = branchOf(tree, tip, ({ create_time: at }) => momentOf(at)).flatMap(toMessage);
  const startedAt = momentOf(created) ?? branch.find(({ at }) => at !== null)?.at ?? writtenAt;
  const exchanges = toExchanges(branch, startedAt);
  if (isEmpty(exchanges)) return skip("empty", title);
  const leftOut = all.flatMap(toMessage).length - branch.length;
  const key = conversation.output.conversation_id ?? conversation.output.id;
  return { found: { ...unknownElsewhere, source: "chatgpt", key, title, startedAt, exchanges, leftOut } };
};

const conversationSchema = v.object({
  conversation_id: orNull,
  id: orNull,
  title: orNull,
  create_time: v.optional(v.unknown()),
  current_node: orNull,
  mapping: v.unknown(),
});
const partSchema = v.union([
  v.string(),
  v.object({ content_type: text, text }),
  v.pipe(
    v.unknown(),
    v.transform(() => ""),
  ),
]);
const thoughtSchema = v.object({ summary: text, content: text });
const messageSchema = v.object({
  author: v.object({ role: v.string() }),
  recipient: v.fallback(v.optional(v.string(), "all"), "all"),
  create_time: v.optional(v.unknown()),
  content: v.object({
    content_type: text,
    parts: v.fallback(v.nullish(v.array(partSchema), []), []),
    text,
    language: text,
    thoughts: v.fallback(v.nullish(v.array(thoughtSchema), []), []),
  }),
  metadata: v.fallback(
    v.object({
      is_visually_hidden_from_conversation: v.fallback(v.optional(v.boolean(), false), false),
      model_slug: orNull,
      finish_details: v.fallback(v.nullish(v.object({ type: text }), null), null),
      attachments: v.fallback(v.nullish(v.array(v.object({ name: text })), []), []),
    }),
    { is_visually_hidden_from_conversation: false, model_slug: null, finish_details: null, attachments: [] },
  ),
});
type RawMessage = v.InferOutput<typeof messageSchema>;

/** Tools whose input the person saw: code that was run, documents that were written. */
const shown = /^(?:python|canmore\.create_textdoc)$/;
const spoken = new Set(["text", "multimodal_text", "code", "thoughts"]);

/** The message as ours; none when it was not on the screen. */
function toMessage(raw: Record<string, unknown>): ImportedMessage[] {
  const parsed = v.safeParse(messageSchema, raw);
  if (!parsed.success) return [];
  const { author, content, metadata, recipient } = parsed.output;
  const { role } = author;
  if ((role !== "user" && role !== "assistant") || metadata.is_visually_hidden_from_conversation) return [];
  if (!spoken.has(content.content_type) || (recipient !== "all" && !shown.test(recipient))) return [];
  const at = momentOf(parsed.output.create_time);
  const model = metadata.model_slug;
  const said = saidIn(parsed.output);
  if (role === "user") return said === "" ? [] : [{ role, text: said, at, model }];
  const reasoning = content.thoughts.map(({ summary, content }) => `${summary}\n\n${content}`.trim()).join("\n\n");
  if (said === "" && reasoning === "") return [];
  return [{ role, text: said, reasoning, at, model, ...endingOf(metadata.finish_details?.type ?? "") }];
}

/** The text of a message; what is no text stands behind it by its name. */
function saidIn({ content, metadata, recipient }: RawMessage): string {
  const texts = content.parts.map((part) => (typeof part === "string" ? part : part.text));
  const others = content.parts.flatMap((part) => (typeof part === "string" || part.text !== "" ? [] : [nameOf(part)]));
  const whole = [...texts, content.text].filter((part) => part !== "").join("\n");

  const body = withoutCitations(whole);
  const fenced = recipient !== "all" || content.content_type === "code";
  const said = fenced ? block(body, content.language, recipient) : body;
  return [said, ...others, ...metadata.attachments.map(({ name }) => `[${name}]`)]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The text without the marks of sources, which stand between characters of the private use area. */
function withoutCitations(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let start = text.indexOf("\ue200"); start >= 0; start = text.indexOf("\ue200", at)) {
    const end = text.indexOf("\ue201", start);
    if (end < 0) break;
    kept.push(text.slice(at, start));
    at = end + 1;
  }
  return kept.join("") + text.slice(at);
}

function nameOf({ content_type: type }: { readonly content_type: string }): string {
  return `[${type.replace(/_asset_pointer$/, "")}]`;
}

function block(code: string, language: string, recipient: string): string {
  if (code.trim() === "") return "";
  const longest = (code.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 2);
  const fence = "`".repeat(longest + 1);
  const known =
    /^[\w+#-]+$/.test(language) && language !== "unknown" ? language : recipient === "python" ? "python" : "";
  return `${fence}${known}\n${code}\n${fence}`;
}

function endingOf(type: string): Pick<ImportedMessage, "finishReason" | "stopped"> {
  if (type === "interrupted") return { stopped: true };
  if (type === "max_tokens") return { finishReason: "length" };
  return { finishReason: type === "stop" ? "stop" : null };
}
