import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import type { ImageForm } from "./forms.ts";

/**
 * Asks as often as it takes for so many pictures to come, each time for as many as one request may bring. Given the same seed a model
 * makes the same picture, so that each further picture has the next one.
 *
 * @param wanted how many
 */
export function withPictureCount(
  { countField, perRequest }: Pick<ImageForm, "countField" | "perRequest">,
  wanted: number,
): Layer {
  return (next) =>
    async function* counted(request, signal): AsyncGenerator<ChatEvent> {
      for (let came = 0; ;) {
        const count = Math.min(wanted - came, perRequest(request.model));
        const before = came;
        const { body = {} } = request.sampling;
        const { seed } = body;
        const own = {
          ...body,
          ...(typeof seed === "number" && { seed: seed + came }),
          ...(count > 1 && { [countField]: count }),
        };
        const asked = { ...request, sampling: { ...request.sampling, body: own } };
        for await (const event of next(asked, signal)) {
          if (event.type === "image" || event.type === "image_lost") came++;
          if (event.type === "finish" && came > before && came < wanted) continue;
          yield event;
          if (event.type === "error" || event.type === "finish") return;
        }
        if (came === before) return;
      }
    };
}
