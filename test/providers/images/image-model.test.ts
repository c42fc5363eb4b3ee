import { expect, test } from "vitest";
import type { ChatEvent } from "../../../src/chat/events.ts";
import type { Model } from "../../../src/chat/layers.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { imageFormTable } from "../../../src/providers/images/forms.ts";
import { readPictures } from "../../../src/providers/images/image-reader.ts";
import { withPictureCount } from "../../../src/providers/images/picture-count.ts";

const nothing = { size: null, count: 1, seed: null, steps: null, guidance: null, negative: null };
const all = { size: "640x480", count: 2, seed: 7, steps: 30, guidance: 4, negative: "dogs" };

test.each([
  ["siliconflow", nothing, "Qwen/Qwen-Image", { image_size: "1328x1328" }],
  ["siliconflow", nothing, "Kwai-Kolors/Kolors", { image_size: "1024x1024" }],
  ["siliconflow", nothing, "Qwen/Qwen-Image-Edit-2509", {}],
  [
    "siliconflow",
    all,
    "Kwai-Kolors/Kolors",
    { image_size: "640x480", seed: 7, num_inference_steps: 30, guidance_scale: 4, negative_prompt: "dogs" },
  ],
  ["siliconflow", { ...nothing, guidance: 4 }, "Qwen/Qwen-Image", { image_size: "1328x1328", cfg: 4 }],
  ["openai", nothing, "gpt-image-1", {}],
  ["openai", all, "flux", { size: "640x480", seed: 7, steps: 30, guidance_scale: 4, negative_prompt: "dogs" }],
] as const)("%s gets of %j for %s what it takes", (form, options, model, fields) => {
  expect(imageFormTable[form].fields(options, model)).toEqual(fields);
});

test.each([
  [
    { images: [{ url: "https://a/1" }, { url: "https://a/2" }], seed: 9 },
    [
      { url: "https://a/1", prompt: null, seed: 9 },
      { url: "https://a/2", prompt: null, seed: 9 },
    ],
  ],
  [{ data: [{ b64_json: "aa", revised_prompt: "A" }] }, [{ url: "data:image/*;base64,aa", prompt: "A", seed: null }]],
  [{ data: [{ url: "https://a/1" }] }, [{ url: "https://a/1", prompt: null, seed: null }]],
  [{ data: [{ b64_json: null, url: "" }, {}, null] }, null],
  [{ code: 20_012, message: "no", data: null }, null],
  ["<html>", null],
])("the pictures of %j", (json, pictures) => {
  expect(readPictures(json)?.pictures ?? null).toEqual(pictures);
});

test("tokens are counted where the service counts them", () => {
  const usage = { input_tokens: 5, output_tokens: 100, total_tokens: 105 };
  expect(readPictures({ data: [{ b64_json: "aa" }], usage })?.usage).toMatchObject({
    promptTokens: 5,
    completionTokens: 100,
  });
});

const request: ChatRequest = {
  model: "m",
  messages: [],
  sampling: { body: { seed: 7 } },
  thinking: null,
  stream: false,
};
const image: ChatEvent = { type: "image", image: { type: "image", name: "", url: "" } };
const finish: ChatEvent = { type: "finish", reason: "stop" };

/** What is asked for, by requests that bring so many pictures each, and what comes of it. */
async function counted(brought: readonly number[], wanted: number, perRequest = 4) {
  const bodies: unknown[] = [];
  const model: Model = async function* ({ sampling }) {
    const count = brought[bodies.push(sampling.body) - 1] ?? 0;
    for (let number = 0; number < count; number++) yield image;
    yield finish;
  };
  const events = [];
  const layer = withPictureCount({ countField: "n", perRequest: () => perRequest }, wanted);
  for await (const event of layer(model)(request, new AbortController().signal)) events.push(event.type);
  return { bodies, events };
}

test("is asked for as many pictures at once as it makes, each time with the next seed", async () => {
  const { bodies, events } = await counted([4, 2], 6);
  expect(bodies).toEqual([
    { seed: 7, n: 4 },
    { seed: 11, n: 2 },
  ]);
  expect(events).toEqual([...Array.from({ length: 6 }, () => "image"), "finish"]);
});

test("is not asked again where nothing comes, or more came than was asked for", async () => {
  expect(await counted([1, 0], 3, 1)).toMatchObject({
    bodies: [{ seed: 7 }, { seed: 8 }],
    events: ["image", "finish"],
  });
  expect((await counted([3], 2)).events).toEqual(["image", "image", "image", "finish"]);
});
