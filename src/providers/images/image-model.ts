import type { OpenAI } from "openai/client";
import type { ChatEvent } from "../../chat/events.ts";
import type { Model } from "../../chat/layers.ts";
import { wordsOf } from "../../chat/message-text.ts";
import type { ImagePart } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { AppError, asAppError } from "../../errors.ts";
import type { Connection } from "../connection.ts";
import { complaintIn } from "../wire/error-body.ts";
import { fromDocument } from "../wire/errors.ts";
import { withFieldRules } from "../wire/field-rules.ts";
import { type OpenAICall, OpenAIService } from "../wire/openai-service.ts";
import { redact, redactedError } from "../wire/redact.ts";
import type { ImageForm } from "./forms.ts";
import { type MadePictures, readPictures } from "./image-reader.ts";

/** Milliseconds without a sign of life: a picture takes a minute or two, and nothing is sent meanwhile. */
const timeout = 300_000;

/**
 * A model that makes pictures of the words of the last question, or changes those that are attached to it. Its parameters are the fields
 * in the request's `sampling.body`.
 *
 * @param others providers that make pictures, named where this one turns out not to
 */
export function imageModel(connection: Connection, form: ImageForm, others: readonly string[]): Model {
  const service = new OpenAIService(connection, "images", others);
  return async function* made(request, signal): AsyncGenerator<ChatEvent> {
    try {
      const { prompt, pictures } = questionOf(request);
      const call = await callOf(connection, form, request, prompt, pictures);
      const asked = { stop: signal, timeout, model: request.model };
      const json = await service.ask(call, asked).catch(service.withoutRoute);
      yield { type: "start", traceId: null };
      yield* eventsOf(madeIn(json, service, connection, request.model), connection);
    } catch (error) {
      yield { type: "error", error: redactedError(asAppError(error), connection) };
    }
  };
}

function questionOf({ messages }: ChatRequest): { prompt: string; pictures: readonly ImagePart[] } {
  const content = messages.findLast((message) => message.role === "user")?.content ?? [];
  return { prompt: wordsOf(content), pictures: content.filter((part) => part.type === "image") };
}

/** @throws AppError for what the service says in the place of pictures */
function madeIn(json: unknown, service: OpenAIService, connection: Connection, model: string): MadePictures {
  const made = readPictures(json);
  const complaint = made === null ? complaintIn(json) : null;
  if (complaint !== null) throw fromDocument(complaint, connection, model);
  return service.known(json, () => made);
}

function* eventsOf({ pictures, usage }: MadePictures, connection: Connection): Generator<ChatEvent> {
  for (const { url, prompt, seed } of pictures) {
    yield {
      type: "image",
      image: { type: "image", name: "", url },
      ...(prompt !== null && { text: redact(prompt, connection) }),
      ...(seed !== null && { seed }),
    };
  }
  if (usage !== null) yield { type: "usage", usage };
  yield { type: "finish", reason: "stop" };
}

async function callOf(
  connection: Connection,
  form: ImageForm,
  { model, sampling }: ChatRequest,
  prompt: string,
  pictures: readonly ImagePart[],
): Promise<OpenAICall> {
  const inBody = form.inBody ? Object.fromEntries(pictures.map(({ url }, index) => [fieldOf(index), url])) : {};
  const body = { model, prompt, ...sampling.body, ...inBody, ...connection.extraBody };
  const fields = withFieldRules(body, connection);
  const { Images } = await import("openai/resources/images");
  type Images = InstanceType<typeof Images>;
  // The package's types know OpenAI's fields alone; its code sends what it is given.
  if (pictures.length === 0 || form.inBody) {
    const generated = fields as unknown as Parameters<Images["generate"]>[0];
    return (client: OpenAI, options) => new Images(client).generate(generated, options);
  }
  const files = pictures.map(fileOf);
  const edited = { ...fields, image: files.length === 1 ? files[0]! : files } as unknown as Parameters<
    Images["edit"]
  >[0];
  return (client: OpenAI, options) => new Images(client).edit(edited, options);
}

/** SiliconFlow's names of the pictures that are to be changed: `image`, `image2`, `image3`. */
function fieldOf(index: number): string {
  return index === 0 ? "image" : `image${index + 1}`;
}

/** @throws AppError `internal` for what is no data URL: all that is attached is one */
function fileOf({ name, url }: ImagePart): File {
  const [, type, base64] = /^data:([^;,]+);base64,(.*)$/su.exec(url) ?? [];
  if (type === undefined || base64 === undefined) throw new AppError("internal", { message: "A picture has no data." });
  return new File([Buffer.from(base64, "base64")], name, { type });
}
