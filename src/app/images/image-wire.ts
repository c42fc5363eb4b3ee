import manifest from "../../../package.json" with { type: "json" };
import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import { wordsOf } from "../../chat/message-text.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { withOriginFacts } from "../../pictures/origin-metadata.ts";
import { imageModel } from "../../providers/images/image-model.ts";
import { withPictureCount } from "../../providers/images/picture-count.ts";
import type { OtherWire } from "../open-model.ts";
import { dataOf } from "./picture-data.ts";
import type { ImageTarget } from "./image-target.ts";

/** What pictures are asked for with. */
export interface ImageWish {
  readonly target: ImageTarget;
  /** How many; from 1. */
  readonly count: number;
  /** Fields of the request, by the service's names. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether pictures say in their metadata what they were made with. */
  readonly metadata: boolean;
}

/** How pictures are asked for. */
export function imageWire({ target, count, metadata }: ImageWish): OtherWire {
  const { to, form, others } = target;
  return {
    model: (connection) => imageModel(connection, form, others),
    layers: [withPictureCount(form, count), ...(metadata ? [withOrigin(to.provider)] : [])],
  };
}

/** Writes into each picture what it was made with. */
function withOrigin(provider: string): Layer {
  return (next) =>
    async function* told(request, signal): AsyncGenerator<ChatEvent> {
      for await (const event of next(request, signal)) {
        yield event.type === "image" ? await withFacts(event, provider, request) : event;
      }
    };
}

async function withFacts(
  event: Extract<ChatEvent, { type: "image" }>,
  provider: string,
  { model, messages, sampling }: ChatRequest,
): Promise<ChatEvent> {
  const question = messages.findLast((message) => message.role === "user");
  const { bytes, mediaType } = dataOf(event.image);
  const asked = sampling.body?.["seed"];
  const facts = {
    prompt: wordsOf(question?.content ?? []),
    model: `${provider}/${model}`,
    seed: event.seed ?? (typeof asked === "number" ? asked : null),
    software: `deepseek-chat ${manifest.version}`,
  };
  const written = await withOriginFacts(bytes, mediaType, facts);
  const url = `data:${mediaType};base64,${written.toString("base64")}`;
  return { ...event, image: { ...event.image, url }, ...(facts.seed !== null && { seed: facts.seed }) };
}
