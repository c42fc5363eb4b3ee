import fc from "fast-check";
import { expect, test } from "vitest";
import { KillRing } from "../../../src/repl/editor/draft.ts";
import { foreign, Origins } from "../../../src/repl/editor/origin.ts";
import { Pastes } from "../../../src/repl/editor/paste.ts";
import { Prompting } from "../../../src/repl/editor/prompt-state.ts";
import { editor as words } from "../../../src/words/en/editor.ts";

const prompt = { text: "> ", styled: "> " };

function prompting(history: readonly string[] = [], origins = new Origins(), initial = ""): Prompting {
  const options = { prompt, initial: foreign(initial), words, origins, kills: new KillRing(), pastes: new Pastes() };
  return new Prompting({
    ...options,
    history: () => history,
    columns: () => 80,
    multiline: () => false,
    queued: () => false,
    vi: null,
  });
}

type Step = { readonly text: string } | { readonly paste: string } | { readonly key: string };

/** What is sent in the end: what was typed of it as it is, what was not between brackets. */
function sent(steps: readonly Step[], at = prompting()): string {
  for (const step of steps) {
    if ("text" in step) at.handle({ type: "text", text: step.text });
    else if ("paste" in step) at.handle({ type: "paste", text: step.paste });
    else at.handle({ type: "key", key: step.key });
  }
  const outcome = at.handle({ type: "key", key: "Enter" });
  if (outcome?.type !== "line") throw new Error(`No line came: ${outcome?.type}`);
  const { text, typed } = outcome.line;
  expect(typed).toHaveLength(text.length);
  return text.replace(/[\s\S]/g, (unit, index: number) => (typed[index] === "t" ? unit : `[${unit}]`));
}

const pasted = (text: string) => Array.from(text, (unit) => `[${unit}]`).join("");

test("typing around a paste leaves it a paste", () => {
  expect(sent([{ text: "a" }, { paste: "@b" }, { text: "c" }])).toBe("a[@][b]c");
  expect(sent([{ paste: "xy" }, { key: "Left" }, { text: "c" }])).toBe("[x]c[y]");
});

test("a long paste, shown shortened, is one too", () => {
  const long = "@x ".repeat(500);
  expect(sent([{ text: "a " }, { paste: long }, { text: "b" }])).toBe(`a ${pasted(long)}b`);
});

test("cutting and putting back, undoing and changing letters keep what was typed and what was not", () => {
  expect(sent([{ text: "a " }, { paste: "@b" }, { key: "C-w" }, { text: "c " }, { key: "C-y" }])).toBe("a c [@][b]");
  expect(sent([{ paste: "@b" }, { key: "C-u" }, { key: "C-_" }])).toBe("[@][b]");
  expect(sent([{ paste: "ab" }, { key: "C-a" }, { key: "M-u" }])).toBe("[A][B]");
  expect(sent([{ paste: "a" }, { text: "b" }, { key: "C-t" }])).toBe("b[a]");
});

test("what stands there to begin with, or was recalled from another session, was not typed", () => {
  expect(sent([{ text: "!" }], prompting([], new Origins(), "ab"))).toBe("[a][b]!");
  expect(sent([{ key: "Up" }], prompting(["ab"]))).toBe("[a][b]");
});

test("a line of this session comes back as it was written", () => {
  const origins = new Origins();
  expect(sent([{ text: "see " }, { paste: "@b" }], prompting([], origins))).toBe("see [@][b]");
  expect(sent([{ text: "half" }, { key: "Up" }], prompting(["see @b"], origins))).toBe("see [@][b]");
  expect(sent([{ text: "half" }, { key: "Up" }, { key: "Down" }], prompting(["see @b"], origins))).toBe("half");
});

test("whatever is done, nothing that was pasted counts as typed", () => {
  // Capital letters are pasted only, small ones typed only.
  const step = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", "b", " ", "\n") }).map((text) => ({ text })),
    fc.string({ unit: fc.constantFrom("A", "B") }).map((paste) => ({ paste })),
    fc
      .constantFrom("Left", "Right", "Up", "Down", "Backspace", "C-k", "C-u", "C-w", "C-y", "M-y", "C-t", "C-_")
      .map((key) => ({ key })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const done = sent(steps, prompting(["ABBA", "BAAB"]));
      expect(done.replace(/\[[\s\S]\]/g, "")).not.toMatch(/[AB]/);
    }),
  );
});
