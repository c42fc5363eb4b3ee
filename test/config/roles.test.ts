import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAichatRole } from "../../src/config/roles/aichat-role.ts";
import { readLlmTemplate } from "../../src/config/roles/llm-template.ts";
import { asRoleFile, readRoleFile } from "../../src/config/roles/role-file.ts";
import type { RoleConfig } from "../../src/config/schema.ts";

const model = (name: string) => (name === "cheap" ? name : null);

describe("a role file", () => {
  test.each<[string, string, object]>([
    ["a text alone", "Hi {{v}}.\n", { system: "Hi {{v}}." }],
    ["a text that begins with a rule of its own", "----\nHi", { system: "----\nHi" }],
    ["settings alone", "---\ntop_p: 0.5\n---\n", { top_p: 0.5 }],
    ["Windows' ends of lines", "---\r\ntop_p: 0.5\r\n---\r\n\r\nHi\r\n", { top_p: 0.5, system: "Hi" }],
    ["a template of the question", "A {{ input }}", { prompt: "A {{ input }}" }],
    ["a template of what is piped", "A {{stdin}}", { prompt: "A {{stdin}}" }],
    ["an escaped variable", "A \\{{input}}", { system: "A \\{{input}}" }],
    ["both prompts", "---\nsystem: S\n---\nA", { system: "S", prompt: "A" }],
    ["a rule below", "---\ntop_p: 1\n---\nA\n---\nB", { top_p: 1, system: "A\n---\nB" }],
  ])("has %s", async (_, text, content) => {
    expect(await readRoleFile("r.md", text)).toEqual({ content, unsupported: [] });
  });

  test.each([
    ["person.json", "/r/person.json"],
    ["sub/person", "/r/sub/person"],
    ["/s/person.yaml", "/s/person.yaml"],
    ["name, age int", "name, age int"],
    ['\'{"type": "object"}\'', '{"type": "object"}'],
    ["{type: object}", { type: "object" }],
  ])("has the schema %s as %j", async (written, schema) => {
    const text = `---\nschema: ${written}\n---\n`;
    expect((await readRoleFile("/r/r.md", text)).content).toEqual({ schema });
  });

  test.each<[string, string, string, object]>([
    ["an invalid value", "---\ntemperature: 9\n---\nx", "config_misfit", { line: 2, key: "temperature" }],
    ["an invalid example", "---\nexamples:\n  - {user: a}\n---\nx", "config_misfit", { line: 3, key: "examples.0" }],
    ["an unknown setting", "---\ntop_p: 1\nprompt: a\n---\nx", "config_unknown", { line: 3, key: "prompt" }],
    ["a list", "---\n- a\n---\nx", "config_broken", { line: 1, reason: "no_mapping" }],
    ["YAML that is none", "---\n\nvars: [\n---\nx", "config_broken", {}],
    ["front matter without an end", "---\ntop_p: 1\nx", "config_broken", { line: 1, reason: "front_matter" }],
    [
      "the question in its system prompt",
      "---\nsystem: a {{input}}\n---\nx",
      "config_misfit",
      { line: 2, key: "system" },
    ],
  ])("is refused for %s", async (_, text, code, details) => {
    await expect(readRoleFile("r.md", text)).rejects.toMatchObject({ code, details });
  });

  test("comes back from what is written of it", async () => {
    const text = fc.string({ unit: "grapheme" }).filter((each) => each.trim() !== "");
    const words = fc
      .array(fc.constantFrom("{{v}}", "a", "---", "\n", "#", "\\", '"', "\u4e2d"))
      .map((all) => `x${all.join("")}x`);

    const role = fc.record(
      {
        description: text,
        temperature: fc.integer({ min: 0, max: 2 }),
        stop: fc.array(text, { minLength: 1, maxLength: 3 }),
        vars: fc.dictionary(fc.constantFrom("v", "w"), fc.string()),
        examples: fc.array(fc.record({ user: text, assistant: text }), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const prompts = fc.oneof(
      fc.record({ system: words }, { requiredKeys: [] }),
      fc.record({ prompt: words.map((each) => `${each}{{input}}`) }),
      fc.record({ system: words, prompt: words }),
    );
    await fc.assert(
      fc.asyncProperty(role, prompts, async (fields, texts) => {
        const content = { ...fields, ...texts } as RoleConfig;
        expect((await readRoleFile("r.md", await asRoleFile(content))).content).toEqual(content);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a role of aichat", () => {
  test.each<[string, string, object, string[]]>([
    [
      "settings and variables",
      "---\nmodel: cheap\ntemperature: 0\nuse_tools: null\n---\nOn {{__os_family__}} {{x}} {{__now__}}.",
      { model: "cheap", temperature: 0, system: "On {{os}} \\{{x}} \\{{__now__}}." },
      ["{{__now__}}"],
    ],
    [
      "what there is not here",
      "---\nmodel: big\nuse_tools: web\n---\nHi",
      { system: "Hi" },
      ["model: big", "use_tools: web"],
    ],
    ["a place for the question", "Say __INPUT__ and __INPUT__", { prompt: "Say {{input}} and {{input}}" }, []],
    [
      "examples",
      "Do.\n### INPUT:\n1 {{x}}\n### OUTPUT:\n2\n### INPUT:\n3\n### OUTPUT:\n4\n",
      {
        system: "Do.",
        examples: [
          { user: "1 {{x}}", assistant: "2" },
          { user: "3", assistant: "4" },
        ],
      },
      [],
    ],
    ["an example without its answer", "Do.\n### INPUT:\n1", { system: "Do.\n### INPUT:\n1" }, []],
  ])("has %s", async (_, text, content, unsupported) => {
    expect(await readAichatRole("r.md", text, model)).toEqual({ content, unsupported });
  });
});

describe("a template of llm", () => {
  test.each<[string, string, object, string[]]>([
    [
      "variables, options and a model",
      "name: c\nsystem: In $lang for $$1 {{up}}\nprompt: 'Sum ${input}: $5'\ndefaults: {lang: Greek, n: 3}\nmodel: cheap\noptions: {temperature: 1}\nextract: true\nschema_object: {type: object}\n",
      {
        system: "In {{lang}} for $1 \\{{up}}",
        prompt: "Sum {{input}}: $5",
        vars: { lang: "Greek", n: "3" },
        model: "cheap",
        temperature: 1,
        extract: "code",
        schema: { type: "object" },
      },
      [],
    ],
    ["no place for the question", "prompt: 'Do this:'\n", { prompt: "Do this:\n{{input}}" }, []],
    [
      "what there is not here",
      "system: Hi\nmodel: big\noptions: {json_object: true}\nfragments: [x.md]\ntools: []\nextract_last: false\n",
      { system: "Hi" },
      ["model: big", "options.json_object", "fragments", "tools"],
    ],
  ])("has %s", async (_, text, content, unsupported) => {
    expect(await readLlmTemplate("t.yaml", text, model)).toEqual({ content, unsupported });
  });

  test("is refused with the line and the name that the file has", async () => {
    const text = "system: Hi\noptions:\n  temperature: 9\n";
    const details = { line: 3, key: "options.temperature" };
    await expect(readLlmTemplate("t.yaml", text, model)).rejects.toMatchObject({ code: "config_misfit", details });
  });
});
