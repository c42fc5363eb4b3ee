import type { Message, UserMessage } from "../../chat/messages.ts";
import { chatMessages, type PictureSource } from "./chat-messages.ts";
import type { ItemDraft } from "./item-draft.ts";
import { LineMistake } from "./record.ts";
import { isFields, isRequestField, requestFields } from "./request-fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of the short forms that are none of a request. */
const lineFields: ReadonlySet<string> = new Set(["id", "custom_id", "prompt", "system", "images"]);
/** As an id may be at most; characters. */
const longestId = 512;
const chatPath = /\/chat\/completions\/?$/u;

/**
 * Reads a line of JSON: OpenAI's batch form (`custom_id`, `method`, `url`, `body`), `{"messages": …}` or `{"prompt": …}`.
 *
 * @throws LineMistake
 */
export function itemOfJson(text: string, picture: PictureSource): ItemDraft {
  const line = fieldsIn(text);
  const id = idIn(line);
  if (isFields(line["body"])) return { ...itemOfRequest(line, line["body"], picture), id };
  const { prompt, messages, system, images } = line;
  const ignored = Object.keys(line).filter((name) => !lineFields.has(name) && !isRequestField(name));
  const asked = Object.fromEntries(Object.entries(line).filter(([name]) => isRequestField(name)));
  const fields = requestFields(asked);
  if (messages !== undefined && prompt === undefined) {
    return { ...fields, id, messages: chatMessages(messages, picture), ignored };
  }
  if (prompt === undefined) throw new LineMistake("no_prompt");
  if (typeof prompt !== "string") throw new LineMistake("bad_field", "prompt");
  const question = questionOf(prompt, images, picture);
  return { ...fields, id, messages: [...systemOf(system), question], ignored };
}

/** An item that is a prompt alone. @throws LineMistake `empty_prompt` */
export function itemOfText(prompt: string): ItemDraft {
  return {
    ...requestFields({}),
    id: null,
    messages: [questionOf(prompt, undefined, (url) => url)],
    ignored: [],
  };
}

/** The object in a line. @throws LineMistake `not_json`, `not_object` */
export function fieldsIn(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LineMistake("not_json", error instanceof Error ? error.message : "");
  }
  if (!isFields(value)) throw new LineMistake("not_object");
  return value;
}

/** The id that a line gives; null for none. @throws LineMistake `bad_id` */
export function idIn({ custom_id: custom, id = null }: Fields): string | null {
  const given = custom ?? id;
  if (given === null) return null;
  const text = typeof given === "number" && Number.isFinite(given) ? String(given) : given;
  if (typeof text !== "string" || text === "") throw new LineMistake("bad_id", JSON.stringify(given).slice(0, 80));
  if (text.length > longestId) throw new LineMistake("bad_id", `${text.slice(0, 40)}…`);
  return text;
}

function itemOfRequest({ method = "POST", url }: Fields, body: Fields, picture: PictureSource): Omit<ItemDraft, "id"> {
  if (typeof method !== "string" || method.toUpperCase() !== "POST") {
    throw new LineMistake("bad_method", JSON.stringify(method).slice(0, 80));
  }
  if (url !== undefined && (typeof url !== "string" || !chatPath.test(url))) {
    throw new LineMistake("bad_url", JSON.stringify(url).slice(0, 80));
  }
  if (body["messages"] === undefined) throw new LineMistake("no_prompt");
  return { ...requestFields(body), messages: chatMessages(body["messages"], picture), ignored: [] };
}

function systemOf(system: unknown): readonly Message[] {
  if (system === undefined || system === null || system === "") return [];
  if (typeof system !== "string") throw new LineMistake("bad_field", "system");
  return [{ role: "system", content: system }];
}

function questionOf(prompt: string, images: unknown, picture: PictureSource): UserMessage {
  const urls = images === undefined ? [] : images;
  if (!Array.isArray(urls) || urls.some((url) => typeof url !== "string")) throw new LineMistake("bad_field", "images");
  if (prompt.trim() === "" && urls.length === 0) throw new LineMistake("empty_prompt");
  const pictures = (urls as string[]).map((url) => ({ type: "image", name: "image", url: picture(url) }) as const);
  return { role: "user", content: [...(prompt === "" ? [] : [{ type: "text", text: prompt } as const]), ...pictures] };
}
