import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { questionOf, variablesOf } from "../../src/app/role.ts";
import type { NamedRole } from "../../src/config/roles/role.ts";
import type { RoleConfig } from "../../src/config/schema.ts";

const host = { os: "Linux" };

function role(content: RoleConfig): NamedRole {
  return { name: "r", origin: { kind: "built-in", path: null }, content, unsupported: [] };
}

describe("a question as a role words it", () => {
  test.each<[string, string, string, string]>([
    ["A {{input}} B", "q", "", "A q B"],
    ["A {{input}}", "q", "p {{v}}", "A q\n\np {{v}}"],
    ["A {{input}}", "", "p", "A p"],
    ["{{stdin}} | {{ input }}", "q {{stdin}}", "p {{input}}", "p {{input}} | q {{stdin}}"],
    ["A {{stdin}}", "q", "p", "A p\n\nq"],
    ["A", "q", "p", "A\n\nq\n\np"],
    ["A", "", "", "A"],
    ["{{v}} {{os}} \\{{v}}", "q", "", "{{input}} Linux {{v}}\n\nq"],
  ])("%j with %j and %j", (prompt, words, piped, expected) => {
    expect(questionOf(role({ prompt }), host, { v: "{{input}}" }, { words, piped })).toBe(expected);
  });

  test("is filled once: no value is read as a template", () => {
    const text = fc
      .array(fc.constantFrom("{{", "}}", "{{input}}", "{{stdin}}", "{{v}}", "\\", " a "))
      .map((all) => `<${all.join("")}>`);
    fc.assert(
      fc.property(text, text, text, (words, piped, v) => {
        const asked = questionOf(role({ prompt: "1{{input}}2{{stdin}}3{{v}}4" }), host, { v }, { words, piped });
        expect(asked).toBe(`1${words}2${piped}3${v}4`);
      }),
      { numRuns: 100 },
    );
  });

  test("needs a value for each variable", () => {
    const asking = role({ system: "{{a}}", prompt: "{{b}} {{input}}", vars: { a: "1" } });
    expect(variablesOf(asking, host)).toEqual({ a: "1", b: null });
    const ask = () => questionOf(asking, host, {}, { words: "q", piped: "" });
    expect(ask).toThrow(expect.objectContaining({ code: "missing_variable", details: { role: "r", names: ["b"] } }));
  });
});
