import { expect, test } from "vitest";
import { fetchUrlTool } from "../../src/tools/fetch-url.ts";

const context = { signal: new AbortController().signal, onProgress: () => {} };

test("a long page is read in parts, each of which says where the next one starts", async () => {
  const text = "一二三四五六七八九十".repeat(9000);
  const tool = fetchUrlTool(async (url) => ({ url, mediaType: "text/plain", text, bytes: Buffer.from(text) }), String);
  let read = "";
  for (let start: number | null = 0; start !== null;) {
    const { content } = await tool.run({ url: "https://example.com/", start }, context);
    const [whole, part = "", next = null] =
      /^([^]*)\n\n\[Characters [^\n]*?(?:starts at (\d+)\.)?\]$/u.exec((content[0] as { text: string }).text) ?? [];
    expect(whole?.length).toBeLessThan(50_000);
    read += part;
    start = next === null ? null : Number(next);
  }
  expect(read).toBe(text);
});

test("what is no text is named by type and size, and what fails is told to the model", async () => {
  const picture = fetchUrlTool(
    async (url) => ({ url, mediaType: "image/png", text: null, bytes: Buffer.alloc(7) }),
    String,
  );
  expect(await picture.run({ url: "https://a.test/p.png" }, context)).toEqual({
    content: [{ type: "text", text: "https://a.test/p.png is not text: image/png, 7 bytes." }],
    isError: false,
  });
  const failing = fetchUrlTool(async () => await Promise.reject(new Error("no")), String);
  expect(await failing.run({ url: "https://a.test/" }, context)).toMatchObject({ isError: true });
  expect(await failing.run({}, context)).toMatchObject({ isError: true });
});
