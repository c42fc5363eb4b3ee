import * as v from "valibot";
import { bounds } from "./bounds.ts";
import type { Item } from "./types.ts";
import { fromMessages, messagesSchema } from "./openai.ts";
import { orNull } from "./field-schemas.ts";

const sessionSchema = v.object({
  model: orNull,
  temperature: v.fallback(v.nullish(v.number(), null), null),
  top_p: v.fallback(v.nullish(v.number(), null), null),
  // Messages that a summary has taken the place of stand in front of those that are still sent.
  compressed_messages: v.optional(messagesSchema, []),
  messages: messagesSchema,
  data_urls: v.fallback(v.optional(v.record(v.string(), v.string()), {}), {}),
});

/** A session of aichat: one YAML file a conversation, without times and without a name of its own. Null for another text. */
export async function readAichat(text: string, writtenAt: Date): Promise<Item | null> {
  if (text.length > bounds.session || !isSession(text)) return null;
  const session = v.safeParse(sessionSchema, await yaml(text));
  if (!session.success) return null;
  const { model, temperature, top_p, messages, compressed_messages: before, data_urls } = session.output;
  // Pictures are named by a digest of their address, which stands behind it.
  const addresses = Object.fromEntries(Object.entries(data_urls).filter(([, url]) => url.startsWith("data:")));
  const sampling = { ...(temperature !== null && { temperature }), ...(top_p !== null && { top_p }) };
  const about = { source: "aichat" as const, key: null, title: null, model, startedAt: writtenAt, addresses, sampling };
  return fromMessages(about, [...before, ...messages]);
}

/** Whether a text has the lines of such a session. Any text may be YAML, and reading it as such may take for ever. */
function isSession(text: string): boolean {
  return /^(?:compressed_)?messages:/mu.test(text) && /^\s*- role: /mu.test(text);
}

async function yaml(text: string): Promise<unknown> {
  const { parse } = await import("yaml");
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "silent" });
  } catch {
    return null;
  }
}
