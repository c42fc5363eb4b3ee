import { describe, expect, test } from "vitest";
import type { Cell } from "../../../src/repl/editor/cells.ts";
import { KillRing } from "../../../src/repl/editor/draft.ts";
import { foreign, Origins } from "../../../src/repl/editor/origin.ts";
import { Pastes } from "../../../src/repl/editor/paste.ts";
import { Prompting, type PromptingOptions } from "../../../src/repl/editor/prompt-state.ts";
import { editor as words } from "../../../src/words/en/editor.ts";

const prompt = { text: "> ", styled: "> " };

function prompting(more: Partial<PromptingOptions> & { readonly entries?: readonly string[] } = {}): Prompting {
  const own = {
    prompt,
    initial: foreign(""),
    words,
    origins: new Origins(),
    kills: new KillRing(),
    pastes: new Pastes(),
  };
  return new Prompting({
    ...own,
    history: () => more.entries ?? [],
    columns: () => 20,
    multiline: () => false,
    queued: () => false,
    vi: null,
    ...more,
  });
}

/** Text is typed, a key stands in angle brackets: `ab<Left>c`. */
function type(at: Prompting, keys: string): Prompting {
  for (const [, key, text] of keys.matchAll(/<([^<>]+|M-<|M->)>|([^<]+)/g))
    at.handle(key === undefined ? { type: "text", text: text! } : { type: "key", key });
  return at;
}

const shown = ({ text, caret }: Prompting) => `${text.slice(0, caret)}|${text.slice(caret)}`;
const plain = (cells: readonly Cell[]) =>
  cells
    .map(({ text }) => text)
    .join("")
    .trimEnd();
const screen = (at: Prompting, height = 10) => at.frame(height).rows.map(plain);
const caretOf = (at: Prompting, height = 10) => at.frame(height).caret;
/** What is drawn in one style. */
const styled = (at: Prompting, style: string) =>
  at
    .frame(10)
    .rows.flat()
    .filter((cell) => cell.style === style)
    .map(({ text }) => text)
    .join("");

describe("keys", () => {
  // As GNU readline has them in its Emacs mode; `one two.three` with the caret before `two` to begin with.
  test.each([
    ["<M-Enter>", "one \n|two.three"],
    ["<S-Enter>", "one \n|two.three"],
    ["<C-Enter>", "one \n|two.three"],
    ["<C-j>", "one \n|two.three"],
    ["<Left>", "one| two.three"],
    ["<Right>", "one t|wo.three"],
    ["<C-b>", "one| two.three"],
    ["<C-f>", "one t|wo.three"],
    ["<M-b>", "|one two.three"],
    ["<M-f>", "one two.three|"],
    ["<C-Left>", "|one two.three"],
    ["<C-Right>", "one two.three|"],
    ["<M-Left>", "|one two.three"],
    ["<M-Right>", "one two.three|"],
    ["<Home>", "|one two.three"],
    ["<End>", "one two.three|"],
    ["<C-a>", "|one two.three"],
    ["<C-e>", "one two.three|"],
    ["x<C-j><C-Home>", "|one x\ntwo.three"],
    ["x<C-j><Left><C-End>", "one x\ntwo.three|"],
    ["<Backspace>", "one|two.three"],
    ["<C-h>", "one|two.three"],
    ["<Delete>", "one |wo.three"],
    ["<C-d>", "one |wo.three"],
    ["<C-k>", "one |"],
    ["<C-u>", "|two.three"],
    ["<C-w>", "|two.three"],
    ["<M-d>", "one |"],
    ["<C-Delete>", "one |"],
    ["<M-Delete>", "one |"],
    ["<M-Backspace>", "|two.three"],
    ["<C-Backspace>", "|two.three"],
    ["<C-k><C-a><C-y>", "two.three|one "],
    ["<C-k><Left><C-w><C-y><M-y>", "two.three| "],
    ["<C-t>", "onet |wo.three"],
    ["<M-u>", "one TWO.THREE|"],
    ["<M-c>", "one Two.three|"],
    ["<M-u><C-a><M-l>", "one| TWO.THREE"],
    ["x<C-_>", "one |two.three"],
    ["x<C-/>", "one |two.three"],
    ["x<C-x><C-u>", "one |two.three"],
    ["<C-x>x", "one x|two.three"],
    ["<C-x><C-q>x", "one x|two.three"],
    ["<F1><Escape><C-g>", "one |two.three"],
    ["<S-Left>", "one| two.three"],
    ["<M-B>", "|one two.three"],
    ["<C-M-F>", "one |two.three"],
  ])("%s leads to %j", (keys, expected) => {
    const at = prompting();
    at.replaceText("one two.three");
    type(at, "<C-a><Right><Right><Right><Right>");
    expect(shown(type(at, keys))).toBe(expected);
  });

  test.each([
    ["<C-c>", { type: "interrupt" }],
    ["<C-x><C-c>", { type: "interrupt" }],
    ["x<C-c>", { type: "abandon" }],
    ["<C-d>", { type: "end" }],
    ["<C-z>", { type: "suspend" }],
    ["<C-l>", { type: "clearScreen" }],
    ["<C-x><C-e>", { type: "openEditor" }],
    ["/<Tab>", { type: "complete" }],
    ["/<S-Tab>", null],
    ["a<C-d>", null],
    ["<F1>", null],
  ])("%s asks for %j", (keys, outcome) => {
    const at = prompting();
    const [, before, last] = /^(.*)<([^<>]+)>$/.exec(keys)!;
    type(at, before!);
    expect(at.handle({ type: "key", key: last! })).toEqual(outcome);
  });

  test("an answer about the cursor's place is none", () => {
    const at = prompting();
    expect(at.handle({ type: "position", row: 1, column: 2 })).toBeNull();
    expect(at.touched).toBe(false);
    at.handle({ type: "key", key: "C-c" });
    expect(at.touched).toBe(false);
    at.handle({ type: "key", key: "F1" });
    expect(at.touched).toBe(true);
    at.reset();
    expect(at.touched).toBe(false);
  });

  test("Enter sends the line, Alt-Enter where lines are many", () => {
    const enter = (at: Prompting, key: string) => at.handle({ type: "key", key });
    expect(enter(type(prompting(), "a"), "Enter")).toMatchObject({ type: "line", line: { text: "a", typed: "t" } });
    const many = { multiline: () => true };
    expect(enter(type(prompting(many), "a"), "M-Enter")).toMatchObject({ type: "line" });
    const at = type(prompting(many), "a");
    expect(enter(at, "Enter")).toBeNull();
    expect(shown(at)).toBe("a\n|");
    expect(enter(at, "S-Enter")).toBeNull();
    expect(shown(at)).toBe("a\n\n|");
  });

  test.each([
    ["a\\", "a\n|"],
    ["a\\\\\\", "a\\\\\n|"],
  ])("an odd number of backslashes before Enter starts a new line: %j", (text, expected) => {
    const at = type(prompting(), text);
    expect(at.handle({ type: "key", key: "Enter" })).toBeNull();
    expect(shown(at)).toBe(expected);
  });

  test("an even number, or one that is not at a line's end, is text", () => {
    for (const keys of ["a\\\\", "\\a<Left>", "\\<Left>", "a"]) {
      const at = type(prompting(), keys);
      expect(at.handle({ type: "key", key: "Enter" })).toMatchObject({ line: { text: keys.replace("<Left>", "") } });
    }
    const first = type(prompting(), "a\\<C-j>b<Up><C-e>");
    expect(first.handle({ type: "key", key: "Enter" })).toBeNull();
    expect(first.text).toBe("a\n\nb");
  });

  test("what was abandoned comes back by undoing", () => {
    const at = type(prompting({ entries: ["old"] }), "new<Up>");
    at.reset();
    expect(shown(at)).toBe("|");
    expect(shown(type(at, "<C-_>"))).toBe("old|");
    at.reset();
    expect(shown(type(at, "<Up>"))).toBe("old|");
  });
});

describe("going up and down", () => {
  test("keeps the column over short lines until another key is pressed", () => {
    const at = type(prompting(), "first line<C-j>b<C-j>third line");
    expect(shown(type(at, "<Up>"))).toBe("first line\nb|\nthird line");
    expect(shown(type(at, "<Up>"))).toBe("first line|\nb\nthird line");
    type(at, "<Left><Left><Down>");
    expect(shown(at)).toBe("first line\nb|\nthird line");
    expect(shown(type(at, "<Down>"))).toBe("first line\nb\nthird li|ne");
    type(at, "<Up><Left><Down>");
    expect(shown(at)).toBe("first line\nb\n|third line");
  });

  test("goes through the rows of one long line, then through the history", () => {
    const at = type(prompting({ entries: ["one", "two"] }), "a".repeat(30));
    expect(shown(type(at, "<Up>"))).toBe(`${"a".repeat(10)}|${"a".repeat(20)}`);
    expect(shown(type(at, "<Up>"))).toBe("two|");
    expect(shown(type(at, "<C-p>"))).toBe("one|");
    expect(shown(type(at, "<C-p>"))).toBe("one|");
    expect(shown(type(at, "!<C-n>"))).toBe("two|");
    expect(shown(type(at, "<Up>"))).toBe("one!|");
    expect(shown(type(at, "<Down><Down>"))).toBe(`${"a".repeat(30)}|`);
    expect(shown(type(at, "<Down>"))).toBe(`${"a".repeat(30)}|`);
    at.handle({ type: "key", key: "M-<" });
    expect(shown(at)).toBe("one!|");
    at.handle({ type: "key", key: "M->" });
    expect(shown(at)).toBe(`${"a".repeat(30)}|`);
  });

  test("an entry from elsewhere is cleaned, and counts as not typed", () => {
    const at = type(prompting({ entries: ["a\x1b[31mb\r\nc"] }), "<Up>");
    expect(at.text).toBe("ab\nc");
    expect(at.handle({ type: "key", key: "Enter" })).toMatchObject({ line: { typed: "----" } });
  });
});

describe("searching the history", () => {
  const entries = ["git push", "say\nhello", "git pull"];
  const searching = (keys: string) => type(prompting({ entries, columns: () => 40 }), keys);

  test("shows what is found in place of the text, marked, and below what is looked for", () => {
    const at = searching("draft<C-r>git");
    expect(screen(at)).toEqual(["> git pull", `${words.search}git`]);
    expect(styled(at, "chosen")).toBe("git");
    expect(caretOf(at)).toEqual({ row: 1, column: words.search.length + 3 });
    expect(screen(type(at, "<C-r>"))[0]).toBe("> git push");
    expect(screen(type(at, "<C-r>"))).toEqual(["> git push", `${words.search}git${words.notFound}`.trimEnd()]);
    expect(screen(type(at, "<C-s>"))[0]).toBe("> git pull");
    expect(screen(type(at, "<Backspace><Backspace><Backspace>"))).toEqual(["> draft", words.search.trimEnd()]);
    expect(styled(at, "chosen")).toBe("");
  });

  test("ends with what was found at any other key, with the caret where it is", () => {
    const at = searching("draft<C-r>push<Right>");
    expect(shown(at)).toBe("git p|ush");
    expect(screen(at)).toEqual(["> git push"]);
    expect(shown(searching("draft<C-r>hello<C-e>"))).toBe("say\nhello|");
    expect(shown(searching("draft<C-r>push<Down>"))).toBe("say\nhello|");
  });

  test("ends without it by Ctrl-G, Escape and Ctrl-C, and where nothing was found", () => {
    for (const key of ["<C-g>", "<Escape>", "<C-c>"]) expect(shown(searching(`draft<C-r>push${key}`))).toBe("draft|");
    expect(shown(searching("draft<C-r>nowhere<Left>"))).toBe("draf|t");
    expect(screen(searching("draft<C-r>nowhere"))).toEqual([
      "> draft",
      `${words.search}nowhere${words.notFound}`.trimEnd(),
    ]);
    expect(screen(searching("draft<C-s>pull"))[0]).toBe("> git pull");
  });

  test("takes pasted text too, on one line", () => {
    const at = searching("<C-r>");
    at.handle({ type: "paste", text: "say\r\nhe" });
    expect(screen(at).at(-1)).toBe(`${words.search}say he${words.notFound}`.trimEnd());
    at.handle({ type: "key", key: "C-g" });
    expect(shown(at)).toBe("|");
  });

  test("leaves out the start of what is looked for where it is too long, then its label", () => {
    const at = type(prompting({ entries, columns: () => 16 }), "<C-r>abcdefghijklmnopqrst");
    const [row] = screen(at).slice(-1);
    expect(row).toMatch(/qrst$/);
    expect(row!.length).toBeLessThan(16);
    expect(caretOf(at).column).toBe(15);
  });
});

describe("completing", () => {
  const offer = (from: number, ...values: string[]) => ({ from, candidates: values.map((value) => ({ value })) });

  test("puts in what is certain, then lists, then goes through the list, and Escape puts back what was typed", () => {
    const at = type(prompting({ columns: () => 40 }), "say /m");
    at.completed(offer(4, "/model", "/mode"));
    expect(shown(at)).toBe("say /mode|");
    expect(screen(at)).toEqual(["> say /mode"]);
    expect(at.handle({ type: "key", key: "Tab" })).toBeNull();
    expect(screen(at)).toEqual(["> say /mode", "/model  /mode"]);
    expect(shown(type(at, "<Tab>"))).toBe("say /model|");
    expect(styled(at, "chosen")).toBe("/model");
    expect(shown(type(at, "<Tab>"))).toBe("say /mode|");
    expect(shown(type(at, "<S-Tab>"))).toBe("say /model|");
    expect(shown(type(at, "<Escape>"))).toBe("say /mode|");
    expect(screen(at)).toEqual(["> say /mode"]);
    expect(at.handle({ type: "key", key: "Tab" })).toEqual({ type: "complete" });
  });

  test("is over at any other key, and what it put in stays", () => {
    const at = type(prompting(), "/");
    at.completed(offer(0, "/a", "/b"));
    type(at, "<Tab><Tab>x");
    expect(shown(at)).toBe("/ax|");
    expect(screen(at)).toEqual(["> /ax"]);
    expect(shown(type(at, "<Escape>"))).toBe("/ax|");
  });

  test("one candidate is put in at once, none changes nothing, and where nothing is typed the list comes first", () => {
    const one = type(prompting(), "/q");
    one.completed(offer(0, "/quit "));
    expect(shown(one)).toBe("/quit |");
    expect(one.handle({ type: "key", key: "Tab" })).toEqual({ type: "complete" });
    const none = type(prompting(), "/q");
    none.completed(offer(0));
    expect(shown(none)).toBe("/q|");
    const empty = prompting();
    empty.completed(offer(0, "a", "/b"));
    expect(screen(empty)).toEqual([">", "a   /b"]);
    expect(shown(type(empty, "<Tab>"))).toBe("a|");
    expect(shown(type(empty, "<Escape>"))).toBe("|");
  });

  test("does not put back a start that is shorter than what is typed", () => {
    const at = type(prompting(), "/MO");
    at.completed(offer(0, "/model", "/mobile"));
    expect(shown(at)).toBe("/MO|");
    type(at, "<Tab><Tab>");
    expect(shown(at)).toBe("/model|");
  });

  test("its values are cleaned, and its list has ten rows at most, fewer on a low screen", () => {
    const at = prompting();
    at.completed({
      from: 0,
      candidates: Array.from({ length: 30 }, (_, index) => ({ value: `c${index}`, hint: "x" })),
    });
    expect(screen(at, 24)).toHaveLength(11);
    expect(screen(at, 24).at(-1)).toBe(words.moreCandidates(21));
    expect(screen(at, 5)).toHaveLength(5);
    const odd = prompting();
    odd.completed(offer(0, "a\x07b"));
    expect(odd.text).toBe("ab");
  });
});

describe("the frame", () => {
  test("has a hint below the text, cut to the screen, unless a list is there", () => {
    const hint = (text: string) => (text === "h" ? "a hint that is longer than the screen" : null);
    const at = type(prompting({ hint }), "h");
    expect(screen(at)).toEqual(["> h", "a hint that is long\u2026"]);
    expect(screen(type(at, "x"))).toEqual(["> hx"]);
    type(at, "<Backspace>");
    at.completed({ from: 0, candidates: [{ value: "h1" }, { value: "h2" }] });
    expect(screen(type(at, "<Tab>"))).toEqual(["> h", "h1  h2"]);
  });

  test("shows the rows around the caret where the screen is too low, and moves no more than it must", () => {
    const at = type(prompting(), ["1", "2", "3", "4", "5", "6"].join("<C-j>"));
    expect(screen(at, 3)).toEqual(["  4", "  5", "  6"]);
    expect(caretOf(at, 3)).toEqual({ row: 2, column: 3 });
    expect(screen(type(at, "<Up>"), 3)).toEqual(["  4", "  5", "  6"]);
    expect(caretOf(at, 3)).toEqual({ row: 1, column: 3 });
    expect(screen(type(at, "<Up><Up>"), 3)).toEqual(["  3", "  4", "  5"]);
    expect(screen(type(at, "<C-Home>"), 3)).toEqual(["> 1", "  2", "  3"]);
    expect(screen(type(at, "<C-End><Backspace><Backspace>"), 3)).toEqual(["  3", "  4", "  5"]);
    expect(screen(at, 1)).toEqual(["  5"]);
  });

  test("has the prompt in its colours before the first line, and what continues it before the others", () => {
    const at = type(
      prompting({ prompt: { text: "ask> ", styled: "\x1b[1mask> \x1b[0m", continuation: ". " } }),
      "a<C-j>b",
    );
    expect(at.frame(9).rows.map(plain)).toEqual(["\x1b[1mask> \x1b[0ma", ". b"]);
    expect(caretOf(at)).toEqual({ row: 1, column: 3 });
    const narrow = type(
      prompting({ prompt: { text: "a long prompt> ", styled: "styled" }, columns: () => 16 }),
      "ab<C-j>c",
    );
    expect(screen(narrow)).toEqual(["a long prompt> a", "b", "c"]);
  });

  test("that is left on the screen has each line whole, a paste by its label and what follows at the end", () => {
    const at = type(prompting(), "one<C-j>");
    at.handle({ type: "paste", text: "x\n".repeat(20) });
    expect(at.lines("^C").map(plain)).toEqual(["> one", "  [pasted #1: 20 lines]^C"]);
    expect(at.lines().map(plain)).toEqual(["> one", "  [pasted #1: 20 lines]"]);
    expect(prompting().lines("^C").map(plain)).toEqual(["> ^C"]);
  });

  test("typed control characters are no text", () => {
    expect(shown(type(prompting(), "a\u{10f000}b\x07"))).toBe("ab|");
  });
});

describe("a pasted picture", () => {
  const picture = { type: "image", name: "image 1, 2×3", url: "data:image/png;base64,AA==" } as const;

  test("is one unit for Backspace and undo, comes back from the history and from an editor, and goes with the line", () => {
    const [pastes, origins, entries] = [new Pastes(), new Origins(), [] as string[]];
    const at = type(prompting({ pastes, origins, entries, columns: () => 40 }), "see ");
    at.paste(pastes.picture(picture));
    expect(screen(at)).toEqual(["> see [image 1, 2×3]"]);
    type(at, "<Backspace>");
    expect(screen(at)).toEqual(["> see"]);
    type(at, "<C-_>");
    at.replaceText("Look: [image 1, 2×3]");
    expect(pastes.picturesIn(at.text)).toEqual([picture]);
    const sent = at.handle({ type: "key", key: "Enter" });
    if (sent?.type !== "line") throw new Error("nothing was sent");
    expect([sent.line.text, pastes.picturesIn(sent.written.text)]).toEqual(["Look: [image 1, 2×3]", [picture]]);
    entries.push(sent.line.text);
    const next = type(prompting({ pastes, origins, entries }), "<Up>");
    expect(pastes.picturesIn(next.text)).toEqual([picture]);
    // A line of another session names another picture.
    const other = type(prompting({ pastes, entries }), "<Up>");
    expect(pastes.picturesIn(other.text)).toEqual([]);
  });

  test("stays in a draft while the history is looked through", () => {
    const pastes = new Pastes();
    const at = prompting({ pastes, entries: ["older"] });
    at.paste(pastes.picture(picture));
    expect(shown(type(at, "<Up>"))).toBe("older|");
    expect(pastes.picturesIn(type(at, "<Down>").text)).toEqual([picture]);
  });

  test("is asked for by Ctrl-V, by Alt-V, and by an empty paste", () => {
    const asked = { type: "pasteClipboard" };
    expect(prompting().handle({ type: "key", key: "C-v" })).toEqual(asked);
    expect(prompting().handle({ type: "key", key: "M-v" })).toEqual(asked);
    expect(prompting().handle({ type: "paste", text: "" })).toEqual(asked);
  });
});
