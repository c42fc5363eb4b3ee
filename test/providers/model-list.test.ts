import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { factsOfRow, readModelList } from "../../src/providers/model-list.ts";

const ids = (answer: unknown) => readModelList(answer)?.map(({ id }) => id) ?? null;

describe("a list of models", () => {
  it.each<[string, unknown, string[] | null]>([
    ["OpenAI's", { object: "list", data: [{ id: "a" }, { id: "b" }] }, ["a", "b"]],
    ["a bare array of objects", [{ id: "a" }], ["a"]],
    ["a bare array of ids", ["a", "b"], ["a", "b"]],
    ["Ollama's /api/tags", { models: [{ name: "llama4:8b", model: "llama4:8b" }] }, ["llama4:8b"]],
    ["LM Studio's own", { models: [{ key: "qwen4", display_name: "Qwen 4" }] }, ["qwen4"]],
    ["ids under data", { data: ["a"] }, ["a"]],
    ["an envelope around it", { code: 0, data: { data: [{ id: "a" }] } }, ["a"]],
    ["another one", { success: true, result: [{ name: "@cf/a" }] }, ["@cf/a"]],
    ["none in it", { object: "list", data: [] }, []],
    ["null for none", { object: "list", data: null }, []],
    ["the same twice", { data: [{ id: "a" }, { id: "a" }, "a"] }, ["a"]],
    ["rows that are none among others", { data: [null, 7, {}, { id: 7 }, { id: "" }, [], { id: "a" }] }, ["a"]],
    [
      "a name like a part of every object",
      { data: [{ id: "__proto__" }, { id: "constructor" }] },
      ["__proto__", "constructor"],
    ],
    ["rows that are none alone", { data: [{ id: 1 }, null] }, null],
    ["an object without a list", { status: "ok" }, null],
    ["an error", { error: { message: "no" } }, null],
    ["a text", "models", null],
    ["null", null, null],
  ])("is read: %s", (_, answer, expected) => expect(ids(answer)).toEqual(expected));

  it("of thousands is read whole", () => {
    const data = Array.from({ length: 20_000 }, (_, index) => ({ id: `m${index}` }));
    expect(ids({ data })).toHaveLength(20_000);
  });

  it("that comes in two forms at once, as from llama.cpp, is one", () => {
    const answer = {
      models: [{ name: "gemma", model: "gemma", capabilities: ["completion", "multimodal"] }],
      object: "list",
      data: [{ id: "gemma", meta: { n_ctx: 4096, n_ctx_train: 32_768 } }],
    };
    expect(readModelList(answer)).toEqual([{ id: "gemma", facts: { context: 4096, vision: true }, chats: true }]);
  });

  it("never throws, and names each model once", () => {
    fc.assert(
      fc.property(fc.anything(), fc.array(fc.anything()), (answer, rows) => {
        for (const each of [answer, rows, { data: rows }, { models: rows }, { data: answer, models: rows }]) {
          const names = ids(each) ?? [];
          expect(new Set(names).size).toBe(names.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("what a row says of its model", () => {
  it.each<[string, Record<string, unknown>, object]>([
    ["vLLM", { max_model_len: 32_768 }, { context: 32_768 }],
    [
      "llama.cpp, which was started with less than it could",
      { meta: { n_ctx: 1024, n_ctx_train: 8192 } },
      { context: 1024 },
    ],
    ["llama.cpp, of the training alone", { meta: { n_ctx_train: 8192 } }, {}],
    [
      "LM Studio",
      { type: "vlm", max_context_length: 131_072, loaded_context_length: 4096 },
      { context: 4096, vision: true },
    ],
    [
      "OpenRouter",
      {
        context_length: 163_840,
        architecture: { input_modalities: ["text", "image"] },
        top_provider: { context_length: 163_840, max_completion_tokens: 65_536 },
      },
      { context: 163_840, maxOutput: 65_536, vision: true },
    ],
    ["Groq", { context_window: 131_072, max_completion_tokens: 8192 }, { context: 131_072, maxOutput: 8192 }],
    [
      "LiteLLM",
      { model_info: { max_input_tokens: 128_000, supports_vision: false } },
      { context: 128_000, vision: false },
    ],
    ["a number as text", { max_model_len: "8192" }, { context: 8192 }],
    ["nonsense", { max_model_len: -1, context_length: 1e300, context_window: 0.5, max_context_length: null }, {}],
    ["nothing", {}, {}],
  ])("is read: %s", (_, row, facts) => expect(factsOfRow(row)).toEqual(facts));
});
