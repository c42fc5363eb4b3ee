import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KillRing } from "../../../src/repl/editor/draft.ts";
import type { KeyEvent } from "../../../src/repl/editor/keys.ts";
import { onBorder } from "../../../src/repl/editor/motions.ts";
import { foreign, Origins } from "../../../src/repl/editor/origin.ts";
import { Pastes } from "../../../src/repl/editor/paste.ts";
import { type PromptOutcome, Prompting } from "../../../src/repl/editor/prompt-state.ts";
import { graphemes } from "../../../src/terminal/width.ts";
import { editor as words } from "../../../src/words/en/editor.ts";

function prompting(text = "", history: readonly string[] = []): Prompting {
  return new Prompting({
    prompt: { text: "> ", styled: "> " },
    initial: foreign(text),
    history: () => history,
    kills: new KillRing(),
    pastes: new Pastes(),
    origins: new Origins(),
    words,
    columns: () => 80,
    multiline: () => false,
    queued: () => false,
    vi: { register: { lines: null }, prompt: { text: "< ", styled: "< " } },
  });
}

/** Keys as one text: `\x1b` is Escape, `\r` Enter, `\x12` Ctrl-R, `\x7f` Backspace; the others write themselves. */
const named: Readonly<Record<string, string>> = { "\x1b": "Escape", "\r": "Enter", "\x12": "C-r", "\x7f": "Backspace" };

function eventOf(key: string): KeyEvent {
  const name = named[key];
  return name === undefined ? { type: "text", text: key } : { type: "key", key: name };
}

function press(at: Prompting, keys: string): PromptOutcome | null {
  return graphemes(keys).reduce<PromptOutcome | null>((outcome, key) => at.handle(eventOf(key)) ?? outcome, null);
}

const shown = ({ text, caret }: Prompting) => `${text.slice(0, caret)}|${text.slice(caret)}`;

/** A text in normal mode, with its caret at `|`. */
function normal(text: string): Prompting {
  const at = prompting(text.replace("|", ""));
  press(at, "\x1bgg0");
  const caret = text.indexOf("|");
  while (at.caret < caret) {
    const before = at.caret;
    press(at, " ");
    if (at.caret === before) at.handle({ type: "key", key: "Down" });
    if (at.caret === before) break;
  }
  return at;
}

const family = "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}";

describe("normal mode", () => {
  test.each([
    // Motions; a caret that would stand behind the last character stands on it.
    ["abc|d", "h", "ab|cd"],
    ["|abcd", "3l", "abc|d"],
    ["|ab", "9l", "a|b"],
    [`|${family}x`, "l", `${family}|x`],
    ["  a|b c", "0", "|  ab c"],
    ["  ab |c", "^", "  |ab c"],
    ["|ab\ncd", "$", "a|b\ncd"],
    ["|foo.bar baz", "w", "foo|.bar baz"],
    ["|foo.bar baz", "W", "foo.bar |baz"],
    ["|\u6211\u4eec\u5728\u5317\u4eac", "w", "\u6211\u4eec|\u5728\u5317\u4eac"],
    ["\u6211\u4eec\u5728\u5317|\u4eac", "b", "\u6211\u4eec\u5728|\u5317\u4eac"],
    ["|\u6211\u4eec\u5728\u5317\u4eac", "e", "\u6211|\u4eec\u5728\u5317\u4eac"],
    ["|a b\n\nc", "3w", "a b\n\n|c"],
    ["a b\n\n|c", "2b", "a |b\n\nc"],
    ["|foo bar", "2e", "foo ba|r"],
    ["foo.b|ar baz", "B", "|foo.bar baz"],
    ["|foo.bar baz", "E", "foo.ba|r baz"],
    ["|a,b,c", "2f,", "a,b|,c"],
    ["|a,b,c", "t,", "|a,b,c"],
    ["|a,b,c", "f,;", "a,b|,c"],
    ["|a,b,c", "f,;,", "a|,b,c"],
    ["|ab,cd,e", "t,;", "ab,c|d,e"],
    ["a,b,|c", "F,", "a,b|,c"],
    ["a,b,|c", "2T,", "a,|b,c"],
    ["|\u95ee\uff1a\u7b54", "f\uff1a", "\u95ee|\uff1a\u7b54"],
    ["a\n|b\nc", "gg", "|a\nb\nc"],
    ["|a\nb\n c", "G", "a\nb\n |c"],
    ["|a\nb\nc", "2G", "a\n|b\nc"],
    ["|ab\ncd", "j", "ab\n|cd"],
    ["ab\nc|d", "k", "a|b\ncd"],
    // Operators.
    ["|foo bar", "dw", "|bar"],
    ["foo |bar\nbaz", "dw", "foo| \nbaz"],
    ["|a b c d", "2dw", "|c d"],
    ["|a b c d", "d2w", "|c d"],
    ["|foo bar", "de", "| bar"],
    ["foo b|ar", "db", "foo |ar"],
    ["a|bcd", "d$", "|a"],
    ["a|bcd", "D", "|a"],
    ["abc|d", "d0", "|d"],
    ["|a(b)c", "df)", "|c"],
    ["|a(b)c", "dt)", "|)c"],
    ["a\n|b\nc", "dd", "a\n|c"],
    ["a\n|b", "dd", "|a"],
    ["|a\nb\nc", "2dd", "|c"],
    ["|a\nb\nc", "dj", "|c"],
    ["a\nb\n|c", "dk", "|a"],
    ["a\nb\n|c", "dgg", "|"],
    ["a|bc", "x", "a|c"],
    ["|abc", "2x", "|c"],
    ["ab|c", "X", "a|c"],
    ["|foo bar", "cwx\x1b", "|x bar"],
    ["a |b c", "Cx\x1b", "a |x"],
    ["a |b\nc", "ccx\x1b", "|x\nc"],
    ["a|bc", "sxy\x1b", "ax|yc"],
    ["a |b\nc", "Sx\x1b", "|x\nc"],
    ["|abc", "rx", "|xbc"],
    ["|abc", "2rx", "x|xc"],
    ["|abc", "4rx", "|abc"],
    ["|\u4f60\u597d", "r\u6211", "|\u6211\u597d"],
    ["|aBc", "2~", "Ab|c"],
    ["|a\n  b", "J", "a| b"],
    // Cutting, copying and putting back.
    ["|ab", "xp", "b|a"],
    ["|foo bar", "yww2P", "foo foo foo| bar"],
    ["|a\nb", "yyjp", "a\nb\n|a"],
    ["a\n|b", "ddP", "|b\na"],
    // Inserting.
    ["a|b", "ix\x1b", "a|xb"],
    ["a|b", "ax\x1b", "ab|x"],
    [" a|b", "Ix\x1b", " |xab"],
    ["|ab", "Ax\x1b", "ab|x"],
    ["|a\nb", "ox\x1b", "a\n|x\nb"],
    ["a\n|b", "Ox\x1b", "a\n|x\nb"],
    // Undoing: what one command wrote goes at once.
    ["|ab", "Afoo bar\x1bu", "a|b"],
    ["|ab", "Afoo\x1bu\x12", "abfo|o"],
    ["|foo bar", "cwx y\x1bu", "|foo bar"],
    ["|abcd", "xx2u", "|abcd"],
    // Once more.
    ["|abcd", "x.", "|cd"],
    ["|a b", "cwx\x1b", "|x b"],
    ["|a b", "cwx\x1bw", "x |b"],
    ["|a b", "cwx\x1bw.", "x |x"],
    // What is no command changes nothing.
    ["a|b", "dz", "a|b"],
    ["a|b", "dcx", "|a"],
    ["a|b", "2\x1bx", "|a"],
    ["ab|c", "\x7f", "a|bc"],
    ["|", "xXDdwp~J.u", "|"],
  ])("%j: %j gives %j", (before, keys, after) => {
    const at = normal(before);
    expect(shown(at)).toBe(before);
    press(at, keys);
    expect(shown(at)).toBe(after);
  });
});

describe("beside the text", () => {
  test("Enter sends, j and k go through the history, v and Escape ask for what they mean", () => {
    expect(press(normal("a|b"), "\r")).toMatchObject({ type: "line", line: { text: "ab" } });
    const at = prompting("", ["one", "two"]);
    press(at, "\x1bkk");
    expect(shown(at)).toBe("on|e");
    press(at, "jjiz");
    expect(shown(at)).toBe("z|");
    expect(press(normal("a|b"), "v")).toEqual({ type: "openEditor" });
    expect(press(normal("a|b"), "\x1b")).toEqual({ type: "cancel" });
    expect(press(normal("a|b"), "2d\x1b")).toBeNull();
  });

  test("/ searches the history", () => {
    const at = prompting("", ["git push", "ls"]);
    press(at, "\x1b/push");
    at.handle({ type: "key", key: "Right" });
    expect(at.text).toBe("git push");
    press(at, "x");
    expect(at.text).toBe("git psh");
  });

  test("the prompt tells the mode, and inserting begins anew after Ctrl-C", () => {
    const lead = (at: Prompting) => at.frame(10).rows[0]?.[0]?.text;
    const at = prompting("ab");
    expect(lead(at)).toBe("> ");
    press(at, "\x1b");
    expect(lead(at)).toBe("< ");
    expect(at.handle({ type: "key", key: "C-c" })).toEqual({ type: "abandon" });
    at.reset();
    expect(lead(at)).toBe("> ");
  });

  test("Escape with a character right behind it is both, and many characters at once are as many keys", () => {
    const at = prompting("foo bar");
    at.handle({ type: "key", key: "M-b" });
    expect(shown(at)).toBe("foo |bar");
    at.handle({ type: "text", text: "2xihello" });
    expect(shown(at)).toBe("foo hello|r");
  });

  test("a paste in normal mode is put in, and @ in it names no file", () => {
    const at = normal("|ab");
    at.handle({ type: "paste", text: "@x" });
    expect(at.written).toMatchObject({ text: "@xab" });
    press(at, "0x$p");
    const outcome = press(at, "\r");
    expect(outcome).toMatchObject({ type: "line", line: { text: "xab@", typed: "----" } });
  });
});

const keys = "hjkl0^$wbeWBEfFtT;,dcyxXDCsSYrgGpP~JuiaIAoO.123 \x1b\x12\x7f".split("");
const texts = fc.string({
  unit: fc.constantFrom("a", " ", ".", "\n", "\u4f60", "\u597d", family, "e\u0301"),
  maxLength: 20,
});
const presses = fc.array(fc.constantFrom(...keys), { maxLength: 60 });

describe("whatever is pressed", () => {
  test("the caret is on a character in normal mode, and on a border of one always", () => {
    fc.assert(
      fc.property(texts, presses, (text, pressed) => {
        const at = prompting(text);
        press(at, "\x1b");
        for (const key of pressed) {
          press(at, key);
          expect(at.caret).toBe(onBorder(at.text, at.caret));
        }
        press(at, "\x1b\x1b");
        const [before, behind] = [at.text.slice(0, at.caret), at.text.slice(at.caret)];
        const isBehindLine = /[^\n]$/u.test(before) && /^(?:\n|$)/u.test(behind);
        expect(isBehindLine).toBe(false);
        expect(at.written.typed).toHaveLength(at.text.length);
      }),
      { numRuns: 150 },
    );
  });

  test("undoing gives back the text it began with, and redoing that it came to", () => {
    fc.assert(
      fc.property(texts, presses, (text, pressed) => {
        const at = prompting(text);
        press(at, "\x1b");
        for (const key of pressed) if (!"jku\x12".includes(key)) press(at, key);
        press(at, "\x1b\x1b");
        const after = at.text;
        press(at, "99u99u99u");
        expect(at.text).toBe(text);
        press(at, "99\x1299\x1299\x12");
        expect(at.text).toBe(after);
      }),
      { numRuns: 150 },
    );
  });
});
