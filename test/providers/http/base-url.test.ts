import { describe, expect, test } from "vitest";
import { normalBaseUrl, withVersion } from "../../../src/providers/http/base-url.ts";

describe("a base URL as it is meant", () => {
  test.each([
    ["https://h.test/v1", "https://h.test/v1"],
    ["https://h.test/v1///", "https://h.test/v1"],
    [" https://h.test/v1 ", "https://h.test/v1"],
    ["https://h.test/v1/chat/completions", "https://h.test/v1"],
    ["https://h.test/v1/chat/completions/", "https://h.test/v1"],
    ["https://h.test/V1/Chat/Completions", "https://h.test/V1"],
    ["https://h.test/chat/completions", "https://h.test"],
    ["https://h.test/v1/completions", "https://h.test/v1"],
    ["https://h.test/v1/chat", "https://h.test/v1"],
    ["https://h.test/v1/models", "https://h.test/v1"],
    ["https://h.test/v1beta/openai/chat/completions", "https://h.test/v1beta/openai"],
    ["https://h.test/v1#top", "https://h.test/v1"],
    ["https://x.services.ai.azure.com/models", "https://x.services.ai.azure.com/models"],
    [
      "https://h.test/proxy?to=https://api.test/chat/completions",
      "https://h.test/proxy?to=https://api.test/chat/completions",
    ],
    ["https://h.test/completions-of-mine", "https://h.test/completions-of-mine"],
  ])("%s: %s", (written, meant) => {
    expect(normalBaseUrl(written)).toBe(meant);
    expect(normalBaseUrl(meant)).toBe(meant);
  });

  test.each([
    ["https://h.test", "https://h.test/v1"],
    ["https://h.test/api", "https://h.test/api/v1"],
    ["https://h.test/v1", null],
    ["https://h.test/api/paas/v4", null],
    ["https://h.test/v1beta/openai", null],
    ["https://h.test/x?y", null],
  ])("%s with a version: %s", (written, suggested) => {
    expect(withVersion(written)).toBe(suggested);
  });
});
