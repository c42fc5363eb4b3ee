import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import type { Connection } from "../../providers/connection.ts";
import { redact } from "../../providers/wire/redact.ts";
import type { PictureFetcher } from "./answer-pictures.ts";

/** Brings the pictures of answers here, whole. What does that is loaded with the first one. */
export function withPictures(source: PictureFetcher, connection: Connection): Layer {
  const { name: provider, baseUrl } = connection;
  const shown = (text: string) => redact(text, connection);
  return (next) =>
    async function* brought(request, signal): AsyncGenerator<ChatEvent> {
      let count = 0;
      for await (const event of next(request, signal)) {
        if (event.type !== "image") yield event;
        else {
          const { bringPicture } = await import("./answer-pictures.ts");
          yield await bringPicture(source, event, { provider, baseUrl, number: ++count, shown }, signal);
        }
      }
    };
}
