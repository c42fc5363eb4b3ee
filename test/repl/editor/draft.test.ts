import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Draft, KillRing } from "../../../src/repl/editor/draft.ts";
import { edits } from "../../../src/repl/editor/edits.ts";
import { graphemes } from "../../../src/terminal/width.ts";

/** A draft from a text in which `|` is the caret. */
function draft(text: string, kills = new KillRing()): Draft {
  const made = new Draft(kills, text.replace("|", ""));
  made.moveTo(text.indexOf("|"));
  return made;
}

const shown = ({ text, caret }: Draft) => `${text.slice(0, caret)}|${text.slice(caret)}`;

function after(text: string, ...names: (keyof typeof edits)[]): string {
  const edited = draft(text);
  for (const name of names) edits[name](edited);
  return shown(edited);
}

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";
const accent = "e\u0301";
const flag = "\u{1F1E8}\u{1F1F3}";

describe("commands", () => {
  test.each([
    ["left", `\u4f60\u597d${family}|${accent}`, `\u4f60\u597d|${family}${accent}`],
    ["left", `${flag}${flag}|`, `${flag}|${flag}`],
    ["right", `|${accent}x`, `${accent}|x`],
    ["right", "a|\nb", "a\n|b"],
    ["left", "|\na", "|\na"],
    ["deleteLeft", `a${family}|b`, "a|b"],
    ["deleteRight", `a|${accent}b`, "a|b"],
    ["deleteLeft", "|a", "|a"],
    ["lineStart", "ab\ncd|", "ab\n|cd"],
    ["lineEnd", "a|b\ncd", "ab|\ncd"],
    ["wordLeft", "foo bar-baz|", "foo bar-|baz"],
    ["wordLeft", "foo, |", "|foo, "],
    ["wordLeft", "foo\n|", "|foo\n"],
    ["wordRight", "|  foo bar", "  foo| bar"],
    ["wordRight", "foo|\n\nbar", "foo\n\nbar|"],
    ["wordLeft", "\u91cf\u5b50\u8ba1\u7b97|", "\u91cf\u5b50|\u8ba1\u7b97"],
    ["wordRight", "|\u6211\u559c\u6b22\u82f9\u679c", "\u6211|\u559c\u6b22\u82f9\u679c"],
    ["killWordLeft", "\u6211\u559c\u6b22\u82f9\u679c|", "\u6211\u559c\u6b22|"],
    ["killWordRight", "|\u82f9\u679c\u597d\u5403", "|\u597d\u5403"],
    ["killChunk", "ls --all=x|", "ls |"],
    ["killChunk", "ls file.txt  |", "ls |"],
    ["killChunk", "\u6211\u559c\u6b22\u82f9\u679c|", "\u6211\u559c\u6b22|"],
    ["killChunk", "\u4f60\u597dabc.def|", "\u4f60\u597d|"],
    ["killLineEnd", "a|bc\nd", "a|\nd"],
    ["killLineEnd", "a|\nd", "a|d"],
    ["killLineStart", "a\nbc|d", "a\n|d"],
    ["killLineStart", "a\n|d", "a|d"],
    ["transpose", "ab|c", "acb|"],
    ["transpose", "abc|", "acb|"],
    ["transpose", `a\u4f60|${family}`, `a${family}\u4f60|`],
    ["transpose", "a|", "a|"],
    ["transpose", "a\n|b", "a\n|b"],
    ["upperWord", "|hello world", "HELLO| world"],
    ["lowerWord", "|HELLO", "hello|"],
    ["capitalWord", "x| heLLO", "x Hello|"],
    ["newline", "a|b", "a\n|b"],
  ] as const)("%s: %j becomes %j", (name, before, expected) => {
    expect(after(before, name)).toBe(expected);
  });

  test("cuts right after one another come back as one, in their order", () => {
    expect(after("one two| three four", "killWordRight", "killWordLeft", "yank")).toBe("one two three| four");
    expect(after("one two three|", "killWordLeft", "killWordLeft", "textStart", "yank")).toBe("two three|one ");
  });

  test("a move between two cuts keeps them apart, and M-y brings the earlier one", () => {
    const kills = ["killWordLeft", "left", "killWordLeft", "yank"] as const;
    expect(after("one two|", ...kills)).toBe("one| ");
    expect(after("one two|", ...kills, "yankPop")).toBe("two| ");
    expect(after("one two|", ...kills, "yankPop", "yankPop")).toBe("one| ");
  });

  test("what is cut at one prompt can be put in at the next", () => {
    const kills = new KillRing();
    edits.killLineStart(draft("words|", kills));
    const next = draft("|", kills);
    edits.yank(next);
    expect(shown(next)).toBe("words|");
  });

  test("undo takes back a word typed, then the cut before it", () => {
    const edited = draft("old|");
    edits.killLineStart(edited);
    for (const letter of "new words") edited.type(letter);
    edits.undo(edited);
    expect(shown(edited)).toBe("new|");
    edits.undo(edited);
    expect(shown(edited)).toBe("|");
    edits.undo(edited);
    expect(shown(edited)).toBe("old|");
  });

  test("what is typed after an undo is a step of its own", () => {
    const edited = draft("|");
    for (const letter of "one two") edited.type(letter);
    edits.undo(edited);
    expect(shown(edited)).toBe("one|");
    for (const letter of "ly") edited.type(letter);
    expect(shown(edited)).toBe("onely|");
    edits.undo(edited);
    expect(shown(edited)).toBe("one|");
    edits.undo(edited);
    expect(shown(edited)).toBe("|");
  });

  test("a mark typed behind a letter joins it, and goes with it", () => {
    const edited = draft("e|x");
    edited.type("\u0301");
    expect(shown(edited)).toBe(`${accent}|x`);
    edits.deleteLeft(edited);
    expect(shown(edited)).toBe("|x");
  });
});

const clusters = [
  "a",
  "b",
  " ",
  "\n",
  "\u4f60",
  "\u597d",
  family,
  accent,
  flag,
  "\u{1F44D}\u{1F3FD}",
  "\uD55C",
  "\u0e01\u0e33",
];
const moves = ["left", "right", "deleteLeft", "deleteRight", "lineStart", "lineEnd", "killLineEnd", "yank"] as const;

/** The same commands on an array of clusters, as simple as can be. */
class Model {
  items: string[] = [];
  at = 0;
  killed: string[] | null = null;
  #killing = false;

  run(name: (typeof moves)[number]): void {
    const wasKilling = this.#killing;
    const before = this.at === 0 ? -1 : this.items.lastIndexOf("\n", this.at - 1);
    const end = this.items.indexOf("\n", this.at);
    this.#killing = false;
    if (name === "left") this.at = Math.max(0, this.at - 1);
    if (name === "right") this.at = Math.min(this.items.length, this.at + 1);
    if (name === "deleteLeft" && this.at > 0) this.items.splice(--this.at, 1);
    if (name === "deleteRight") this.items.splice(this.at, 1);
    if (name === "lineStart") this.at = before + 1;
    if (name === "lineEnd") this.at = end < 0 ? this.items.length : end;
    if (name === "yank" && this.killed !== null) this.insert(this.killed);
    if (name === "killLineEnd") {
      const until = end < 0 ? this.items.length : Math.max(end, this.at + (end === this.at ? 1 : 0));
      const cut = this.items.splice(this.at, until - this.at);
      // A cut of nothing is none, and does not part those around it.
      if (cut.length > 0) this.killed = wasKilling && this.killed !== null ? [...this.killed, ...cut] : cut;
      this.#killing = wasKilling || cut.length > 0;
    }
  }

  insert(items: readonly string[]): void {
    this.items.splice(this.at, 0, ...items);
    this.at += items.length;
    this.#killing = false;
  }
}

test("any sequence of edits does the same as on an array of clusters", () => {
  const step = fc.oneof(
    fc.record({ insert: fc.array(fc.constantFrom(...clusters), { minLength: 1, maxLength: 5 }) }),
    fc.record({ run: fc.constantFrom(...moves) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const edited = draft("|");
      const model = new Model();
      for (const one of steps) {
        if ("insert" in one) {
          edited.type(one.insert.join(""));
          model.insert(one.insert);
        } else {
          edits[one.run](edited);
          model.run(one.run);
        }
        expect(edited.text).toBe(model.items.join(""));
        expect(edited.caret).toBe(model.items.slice(0, model.at).join("").length);
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever is typed and done, the caret stands between clusters and undoing leads back", () => {
  const names = Object.keys(edits).filter((name) => name !== "undo") as (keyof typeof edits)[];
  const step = fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom(...names));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const edited = draft("start|");
      for (const one of steps) {
        if (one in edits) edits[one as keyof typeof edits](edited);
        else if (one !== "") edited.type(one);
        const borders = new Set([0]);
        let place = 0;
        for (const cluster of graphemes(edited.text)) borders.add((place += cluster.length));
        expect(borders).toContain(edited.caret);
      }
      for (let undone = 0; undone <= 2 * steps.length; undone++) edits.undo(edited);
      expect(edited.text).toBe("start");
    }),
    { numRuns: 300 },
  );
});
