import type { imageForms } from "../../config/schema.ts";
import type { ImageOptions } from "./image-options.ts";

export type ImageFormName = Exclude<(typeof imageForms)[number], "none">;

/** How a service is asked for pictures. */
export interface ImageForm {
  /** The model taken where nobody names one; `edit`: where a picture is to be changed. Null: only the service knows its models. */
  readonly models: { readonly create: string; readonly edit: string } | null;
  /** The field for how many pictures one request is to bring. */
  readonly countField: string;
  /** How many it may bring. */
  readonly perRequest: (model: string) => number;
  /** Fields of the request beside model, prompt and number, by the service's names; what nobody set is left out. */
  readonly fields: (options: ImageOptions, model: string) => Readonly<Record<string, unknown>>;
  /** Whether pictures that are to be changed go in the JSON, as data URLs; else as files of a form to `/images/edits`. */
  readonly inBody: boolean;
}

const isKolors = (model: string) => /kolors/iu.test(model);
const isQwen = (model: string) => /qwen-image/iu.test(model);
const isQwenEdit = (model: string) => /qwen-image-edit/iu.test(model);

/**
 * The size that a request must name: of the sizes that the documentation recommends for a model the first. Models that change pictures
 * take none (docs.siliconflow.cn, api-reference/images).
 */
function siliconFlowSize(size: string | null, model: string): string | null {
  if (size !== null || isQwenEdit(model)) return size;
  return isQwen(model) ? "1328x1328" : "1024x1024";
}

export const imageFormTable: Readonly<Record<ImageFormName, ImageForm>> = {
  siliconflow: {
    models: { create: "Qwen/Qwen-Image", edit: "Qwen/Qwen-Image-Edit-2509" },
    countField: "batch_size",
    // Other models pass over the field and bring one.
    perRequest: (model) => (isKolors(model) ? 4 : 1),
    fields: ({ size, seed, steps, guidance, negative }, model) =>
      given({
        image_size: siliconFlowSize(size, model),
        seed,
        num_inference_steps: steps,
        [isQwen(model) ? "cfg" : "guidance_scale"]: guidance,
        negative_prompt: negative,
      }),
    inBody: true,
  },
  openai: {
    models: null,
    countField: "n",
    // `dall-e-3` makes one at a time (platform.openai.com, api-reference/images).
    perRequest: (model) => (model === "dall-e-3" ? 1 : 10),
    // OpenAI itself has the size alone; servers of others take the rest by these names.
    fields: ({ size, seed, steps, guidance, negative }) =>
      given({ size, seed, steps, guidance_scale: guidance, negative_prompt: negative }),
    inBody: false,
  },
};

function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
