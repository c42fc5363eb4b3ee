import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foreign, joined, keyed, type Stretch } from "../../src/repl/editor/origin.ts";
import { mentionsIn } from "../../src/repl/mentions.ts";
import { processorTime } from "../support/processor-time.ts";

const paths = (text: string, windows = false) => mentionsIn(keyed(text), windows).map((mention) => mention.paths);

describe("what a line names after @", () => {
  test.each([
    ["look at @notes.md please", [["notes.md"]]],
    ["@src/*.ts", [["src/*.ts"]]],
    ["read @\"my notes.md\", then @'b c.md'", [["my notes.md"], ["b c.md"]]],
    ["read @my\\ notes.md now", [["my notes.md"]]],
    ["see @notes.md.", [["notes.md.", "notes.md"]]],
    ["(see @notes.md)", [["notes.md)", "notes.md"]]],
    ["see @notes.md?!", [["notes.md?!", "notes.md?", "notes.md"]]],
    ["请看@notes.md，然后回答", [["notes.md，然后回答", "notes.md"]]],
    ["请看 @笔记.md。", [["笔记.md。", "笔记.md"]]],
    ["总结@notes.md的内容", [["notes.md的内容", "notes.md"]]],
    ["mail me@example.com or @. or @ or @...", []],
    ["@a @b", [["a"], ["b"]]],
    ["read @https://example.com/a?b=1&c=2.", [["https://example.com/a?b=1&c=2"]]],
    ["(see @https://en.wikipedia.org/wiki/Go_(game))", [["https://en.wikipedia.org/wiki/Go_(game)"]]],
    ["总结@https://example.com/page的内容", [["https://example.com/page"]]],
    ["看 @https://zh.wikipedia.org/wiki/量子计算，然后回答", [["https://zh.wikipedia.org/wiki/量子计算"]]],
    ["@'https://zh.wikipedia.org/wiki/C语言'", [["https://zh.wikipedia.org/wiki/C语言"]]],
    ["@~/x", [["~/x"]]],
  ])("%s", (text, expected) => expect(paths(text)).toEqual(expected));

  test("a backslash parts folders on Windows", () => {
    expect(paths("see @C:\\Users\\me\\notes.md now", true)).toEqual([["C:\\Users\\me\\notes.md"]]);
    expect(paths("see @docs\\my\\ notes.md now", true)).toEqual([["docs\\my notes.md"]]);
  });

  test("counts as typed only where the whole of it was", () => {
    const typed = (...parts: Stretch[]) => mentionsIn(joined(...parts)).map((mention) => mention.typed);
    expect(typed(keyed("see @a.md "), foreign("and @~/.ssh/id_rsa"), keyed(" @b.md"))).toEqual([true, false, true]);
    expect(typed(keyed("@"), foreign("~/.ssh/id_rsa"))).toEqual([false]);
    expect(typed(foreign("@~/.ssh/"), keyed("id_rsa"))).toEqual([false]);
    const [mention] = mentionsIn(joined(keyed("看@notes.md"), foreign("的内容")));
    expect(mention).toEqual({ written: "@notes.md", paths: ["notes.md"], typed: true });
  });

  test("ends for any text, in little time", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("@", " ", "a", ".", "的", "，", '"', "\\", "\n", ")") }),
        (text) => {
          for (const { written } of mentionsIn(keyed(text))) expect(text).toContain(written);
        },
      ),
    );
    const took = processorTime(() => {
      mentionsIn(keyed("@a，的".repeat(20_000)));
      mentionsIn(keyed(`@${"的".repeat(100_000)}`));
      mentionsIn(keyed(`@${".".repeat(100_000)}`));
    });
    expect(took).toBeLessThan(5_000);
  });
});
