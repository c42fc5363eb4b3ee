import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { History } from "../../../src/repl/editor/history.ts";
import { editor as words } from "../../../src/words/en/editor.ts";
import { EditorOnScreen } from "../../support/in-process-editor.ts";
import type { Clipping } from "../../../src/repl/editor/paste.ts";

async function ready(...options: ConstructorParameters<typeof EditorOnScreen>) {
  const at = new EditorOnScreen(...options);
  const answer = at.read();
  await at.settle();
  return { at, answer };
}

describe("reading", () => {
  test("gives the line with what of it was typed, remembers it, and leaves it on the screen", async () => {
    const history = new History(null);
    const { at, answer } = await ready({ history });
    expect(await at.screen()).toEqual([">"]);
    expect(at.input).toMatchObject({ raw: true, reading: true });
    at.send("hi\x1b[200~there\x1b[201~");
    expect(await at.screen()).toEqual(["> hithere"]);
    expect(at.cursor).toEqual([0, 9]);
    at.send("\r");
    expect(await answer).toMatchObject({ kind: "line", text: "hithere", typed: "tt-----" });
    expect(history.entries).toEqual(["hithere"]);
    expect(await at.screen()).toEqual(["> hithere"]);
    expect(at.cursor).toEqual([1, 0]);
    at.editor.close();
    expect(at.input).toMatchObject({ raw: false, reading: false });
    expect(at.input.eventNames().filter((name) => at.input.listenerCount(name) > 0)).toEqual([]);
    expect(at.listensToSize).toBe(false);
    expect(at.written).toContain("\x1b[?2004h");
    expect(at.written.endsWith("\x1b[?2004l")).toBe(true);
  });

  test("begins with the text given, cleaned and not typed, unless it was answered before", async () => {
    const at = new EditorOnScreen();
    const first = at.read("a\x07b");
    await at.settle();
    at.send("c\r");
    expect(await first).toMatchObject({ kind: "line", text: "abc", typed: "--t" });
    const again = at.read("abc", true);
    await at.settle();
    at.send("\r");
    expect(await again).toMatchObject({ kind: "line", text: "abc", typed: "--t" });
    at.editor.close();
  });

  test("tells of Ctrl-C at an empty prompt, and whether any key came before it", async () => {
    const { at, answer } = await ready();
    at.send("\x03");
    expect(await answer).toEqual({ kind: "interrupt", touched: false });
    const second = at.read();
    await at.settle();
    at.send("x\x7f\x03");
    expect(await second).toEqual({ kind: "interrupt", touched: true });
    expect(await at.screen()).toEqual(["> ^C", "> ^C"]);
    expect(at.cursor).toEqual([2, 0]);
    at.editor.close();
  });

  test("after Ctrl-C with text starts an empty prompt on the next line, with no line between", async () => {
    const { at, answer } = await ready();
    at.send("half\x03");
    expect(await at.screen()).toEqual(["> half^C", ">"]);
    expect(at.cursor).toEqual([1, 2]);
    at.send("\x04");
    expect(await answer).toEqual({ kind: "end" });
    at.editor.close();
  });

  test.each(["end", "close", "error"])(
    "ends with the input, by its event %s, once what came is answered",
    async (event) => {
      const { at, answer } = await ready();
      at.send("last\r");
      at.input.emit(event);
      expect(await answer).toMatchObject({ text: "last" });
      expect(await at.read()).toEqual({ kind: "end" });
    },
  );

  test("ends by closing, which keeps what was typed on the screen", async () => {
    const { at, answer } = await ready();
    at.send("half");
    await at.settle();
    at.editor.close();
    expect(await answer).toEqual({ kind: "end" });
    expect(await at.screen()).toEqual(["> half"]);
  });

  test("takes what was typed before the prompt for keys, its line feeds for Enter, and shows no empty prompt first", async () => {
    const at = new EditorOnScreen();
    const answer = at.read();
    at.send("early\n");
    expect(await answer).toMatchObject({ kind: "line", text: "early" });
    expect(await at.screen()).toEqual(["> early"]);
    const next = at.read();
    await at.settle();
    await at.type("a", "\n", "b", "\r");
    expect(await next).toMatchObject({ text: "a\nb" });
    at.editor.close();
  });

  test("puts characters together that come in halves", async () => {
    const { at, answer } = await ready();
    const bytes = Buffer.from("\u4f60");
    at.send(bytes.subarray(0, 1));
    at.send(bytes.subarray(1));
    at.input.emit("data", "\u597d");
    at.send("\r");
    expect(await answer).toMatchObject({ text: "\u4f60\u597d" });
    at.editor.close();
  });

  test("on a terminal that tells no size takes eighty columns", async () => {
    const { at, answer } = await ready();
    Object.defineProperty(at.terminal, "cols", { value: 0 });
    Object.defineProperty(at.terminal, "rows", { value: 0 });
    at.send("x".repeat(90));
    await at.settle();
    expect(at.written).toContain("x".repeat(78));
    expect(at.written).not.toContain("x".repeat(79));
    at.send("\x03\x03");
    expect(await answer).toMatchObject({ kind: "interrupt" });
    at.editor.close();
  });
});

describe("while an answer streams", () => {
  async function streaming(...options: ConstructorParameters<typeof EditorOnScreen>) {
    const at = new EditorOnScreen(...options);
    const stops: number[] = [];
    const release = at.editor.holdKeys(() => stops.push(1));
    await at.settle();
    at.print("answ");
    return { at, stops, release };
  }

  test("a picture is pasted and queued, and that there is none is said below the answer until the next key", async () => {
    const picture = { type: "image", name: "image 1, 2\u00d73", url: "data:image/png;base64,AA==" } as const;
    const clippings: Clipping[] = [
      { kind: "nothing", message: "no picture" },
      { kind: "picture", picture },
      { kind: "text", text: "some text" },
    ];
    const { at } = await streaming({ clipboard: () => Promise.resolve(clippings.shift()!) }, 44, 12);
    await at.type("\x16");
    expect(await at.screen()).toEqual(["answ", "", ">", "no picture"]);
    await at.type("\x1bv");
    expect(await at.screen()).toEqual(["answ", "", "> [image 1, 2\u00d73]", words.queueHint]);
    await at.type("\r", "\x16");
    expect(await at.screen()).toEqual(["answ", "", "  \u2192 [image 1, 2\u00d73]", "> some text", words.queueHint]);
    expect(await at.read()).toMatchObject({ text: "[image 1, 2\u00d73]", pictures: [picture] });
    at.editor.close();
  });

  test("a clipboard that hangs is left with Ctrl-C or Escape, and what was typed meanwhile is there", async () => {
    let asked = 0;
    const clipboard = async (signal: AbortSignal): Promise<Clipping> => {
      asked++;
      await once(signal, "abort");
      return { kind: "text", text: "late" };
    };
    const { at, stops } = await streaming({ clipboard }, 44, 12);
    await at.type("a\x16b");
    expect(await at.screen()).toEqual(["answ"]);
    await at.type("\x03");
    expect(await at.screen()).toEqual(["answ", "", "> ab", words.queueHint]);
    // Escape as terminals send it that mark each key.
    await at.type("\x16c", "\x1b[27u");
    expect(await at.screen()).toEqual(["answ", "", "> abc", words.queueHint]);
    expect([asked, stops.length]).toEqual([2, 0]);
    at.editor.close();
  });

  test("the line is below it from the first key on, and what is entered is queued and read in order", async () => {
    const history = new History(null);
    const { at } = await streaming({ history }, 44, 12);
    expect(await at.screen()).toEqual(["answ"]);
    await at.type("one");
    expect(await at.screen()).toEqual(["answ", "", "> one", words.queueHint]);
    at.print("er\r\nof two rows");
    expect(await at.screen()).toEqual(["answer", "of two rows", "", "> one", words.queueHint]);
    expect(at.cursor).toEqual([3, 5]);
    await at.type("\r");
    expect(await at.screen()).toEqual(["answer", "of two rows", "", "  \u2192 one", ">", words.queuedHint]);
    await at.type("\x1b[200~two\nlines\x1b[201~", "\r", "/\u4f60\u597d", "\r", "half", "\x1b[D");
    at.print("\r\n");
    expect(await at.screen()).toEqual(
      [
        "answer",
        "of two rows",
        "",
        "  \u2192 one",
        "  \u2192 two lines",
        "  \u2192 /\u4f60\u597d",
        "> half",
        words.queueHint,
      ].toSpliced(3, 2, `  ${words.moreQueued(2)}`),
    );
    expect(history.entries).toEqual(["one", "two\nlines", "/\u4f60\u597d"]);
    expect(await at.read()).toMatchObject({ kind: "line", text: "one", typed: "ttt" });
    expect(await at.read()).toMatchObject({ kind: "line", text: "two\nlines", typed: "---------" });
    expect(await at.read()).toMatchObject({ text: "/\u4f60\u597d" });
    const last = at.read();
    expect(await at.screen()).toEqual([
      "answer",
      "of two rows",
      "> one",
      "> two",
      "  lines",
      "> /\u4f60\u597d",
      "> half",
    ]);
    expect(at.cursor).toEqual([6, 5]);
    at.send("!\r");
    expect(await last).toMatchObject({ text: "hal!f" });
    at.editor.close();
  });

  test("Up takes the newest back, and clearing it removes it", async () => {
    const { at } = await streaming({}, 44, 12);
    await at.type("one", "\r", "two", "\r", "\x1b[A", "!");
    expect(await at.screen()).toEqual(["answ", "", "  \u2192 one", "> two!", words.queueHint]);
    await at.type("\r", "\x1b[A", "\x15", "\r");
    expect(await at.screen()).toEqual(["answ", "", "  \u2192 one", ">", words.queuedHint]);
    await at.type("\x1b[A", "\x15");
    expect(await at.screen()).toEqual(["answ"]);
    at.editor.close();
  });

  test.each([
    ["Ctrl-C", "\x03"],
    ["Escape", "\x1b"],
  ])("%s stops it; what is queued then waits for Enter at the empty line, below the rest", async (_, key) => {
    const { at, stops, release } = await streaming({}, 44, 12);
    await at.type("one", "\r", "half", key);
    await at.settle(60);
    expect(stops).toHaveLength(1);
    release();
    at.editor.pauseQueue();
    at.print("er\r\n");
    const first = at.read();
    expect(await at.screen()).toEqual(["answer", "  \u2192 one", "> half"]);
    await at.type("\r");
    expect(await first).toMatchObject({ text: "half" });
    const second = at.read();
    expect(await at.screen()).toEqual(["answer", "> half", "  \u2192 one", ">", words.pausedHint]);
    await at.type("\r");
    expect(await second).toMatchObject({ text: "one" });
    expect(await at.screen()).toEqual(["answer", "> half", "> one"]);
    at.editor.close();
  });

  test("Escape closes what is open first, and Ctrl-D leaves once the answer is there", async () => {
    const { at, stops } = await streaming({}, 44, 12);
    await at.type("\x12", "\x1b");
    await at.settle(60);
    expect(stops).toEqual([]);
    await at.type("\x04", "\x0c", "\x18\x05");
    expect(await at.screen()).toEqual(["answ", "", "  \u2192 /quit", ">", words.queuedHint]);
    expect(await at.read()).toMatchObject({ text: "/quit" });
    at.editor.close();
  });

  test("a text to be edited comes before what was typed, and holds up the queue", async () => {
    const { at } = await streaming({}, 44, 12);
    await at.type("one", "\r", "half");
    const answer = at.read("edit me");
    at.print("\r\n");
    expect(await at.screen()).toEqual(
      ["answ", "  \u2192 one", "> edit me", "  half"]
        .toSpliced(0, 1, "answ  \u2192 one")
        .slice(0, 0)
        .concat(await at.screen()),
    );
    at.send("\r");
    expect(await answer).toMatchObject({ text: "edit me\nhalf" });
    at.editor.close();
  });

  test("the end of an earlier holding leaves a later one", async () => {
    const at = new EditorOnScreen();
    const calls: string[] = [];
    const release = at.editor.holdKeys(() => calls.push("first"));
    at.editor.holdKeys(() => calls.push("second"));
    release();
    at.send("\x03");
    await at.settle();
    expect(calls).toEqual(["second"]);
    at.editor.close();
  });
});

describe("messages", () => {
  test("stand above the prompt, which keeps its text and caret", async () => {
    const { at } = await ready();
    at.send("text\x1b[D");
    await at.settle();
    at.editor.message("a note\nof two lines");
    expect(await at.screen()).toEqual(["a note", "of two lines", "> text"]);
    expect(at.cursor).toEqual([2, 5]);
    at.editor.close();
  });

  test("stand where the cursor is when there is no prompt", async () => {
    const at = new EditorOnScreen();
    at.editor.message("a note");
    expect(await at.screen()).toEqual(["a note"]);
  });
});

describe("completing", () => {
  const complete =
    (ms: number, asked: string[] = []) =>
    async (text: string, caret: number) => {
      asked.push(`${text.slice(0, caret)}|${text.slice(caret)}`);
      await setTimeout(ms);
      return { from: 0, candidates: [{ value: "/model " }] };
    };

  test("asks for what may stand at the caret, and keeps further keys waiting for it", async () => {
    const asked: string[] = [];
    const { at, answer } = await ready({ complete: complete(30, asked) });
    at.send("/mx\x1b[D\t");
    await at.settle();
    at.send("y\r");
    expect(await answer).toMatchObject({ text: "/model yx" });
    expect(asked).toEqual(["/m|x"]);
    at.editor.close();
  });

  test("is given up some time after the next key, and not before it", async () => {
    const { at, answer } = await ready({ complete: complete(1000) });
    at.send("/m\t");
    await at.settle(250);
    const pressed = performance.now();
    at.send("x\r");
    expect(await answer).toMatchObject({ text: "/mx" });
    expect(performance.now() - pressed).toBeGreaterThan(150);
    at.editor.close();
  });

  test("that fails or is not there changes nothing", async () => {
    for (const options of [{ complete: () => Promise.reject(new Error("no")) }, {}, { complete: async () => null }]) {
      const { at, answer } = await ready(options);
      at.send("/m\tx\r");
      expect(await answer).toMatchObject({ text: "/mx" });
      at.editor.close();
    }
  });
});

describe("another editor", () => {
  test("has the terminal and the whole text, and what it gives takes the place of that", async () => {
    const texts: string[] = [];
    const { at, answer } = await ready({
      openEditor: async (text) => {
        texts.push(text);
        expect(at.input).toMatchObject({ raw: false, reading: false });
        expect(await at.screen()).toEqual([]);
        return "changed\nthere\r\n";
      },
    });
    const long = "x\n".repeat(20);
    at.send(`a\x1b[200~${long}\x1b[201~`);
    await at.settle();
    at.send("\x18\x05");
    await at.settle(30);
    expect(texts).toEqual([`a${long}`]);
    expect(await at.screen()).toEqual(["> changed", "  there"]);
    expect(at.input).toMatchObject({ raw: true, reading: true });
    at.send("!\r");
    expect(await answer).toMatchObject({
      kind: "line",
      text: "changed\nthere!",
      typed: `${"-".repeat(13)}t`,
    });
    at.editor.close();
  });

  test.each(["", "\n"])("that only ends the text with %j changes nothing", async (end) => {
    const { at, answer } = await ready({ openEditor: async (text) => text + end });
    at.send("typed\x18\x05");
    await at.settle(20);
    at.send("\r");
    expect(await answer).toMatchObject({ kind: "line", text: "typed", typed: "ttttt" });
    at.editor.close();
  });

  test("that fails is told about, and the text stays", async () => {
    const openEditor = () => Promise.reject(Object.assign(new Error("spawn vi ENOENT"), { code: "ENOENT" }));
    const { at } = await ready({ openEditor }, 60);
    at.send("typed\x18\x05");
    const [message, prompt] = await at.screen(20);
    expect(message).toMatch(new RegExp(`^${words.editorFailed("").slice(0, 20)}`));
    expect(prompt).toBe("> typed");
    at.editor.close();
    const none = await ready();
    none.at.send("typed\x18\x05");
    expect(await none.at.screen()).toEqual(["> typed"]);
    none.at.editor.close();
  });
});

describe("another width", () => {
  test("draws the prompt anew in it, asking for the cursor's place where that is in doubt", async () => {
    const { at, answer } = await ready();
    at.send("x".repeat(15));
    await at.settle();
    const before = at.written.length;
    at.resize(10);
    await at.settle();
    expect(at.written.slice(before)).toContain("\x1b[6n");
    at.send("y");
    await at.settle();
    expect(at.written.slice(before)).not.toContain("y");
    const { cursorX, cursorY } = at.terminal.buffer.active;
    at.send(`\x1b[${cursorY + 1};${cursorX + 1}R`);
    expect((await at.screen(20)).join("")).toBe(`> ${"x".repeat(15)}y`);
    at.send("\r");
    expect(await answer).toMatchObject({ text: `${"x".repeat(15)}y` });
    at.editor.close();
  });

  test("is not waited for longer than a moment, and a wider one not at all", async () => {
    const { at } = await ready();
    at.send("x".repeat(15));
    await at.settle();
    const before = at.written.length;
    at.resize(30);
    expect(await at.screen()).toEqual([`> ${"x".repeat(15)}`]);
    expect(at.written.slice(before)).not.toContain("\x1b[6n");
    at.resize(10);
    at.send("y");
    await at.settle(250);
    expect((await at.screen()).join("").endsWith(`${"x".repeat(5)}y`)).toBe(true);
    at.editor.close();
  });

  test("Ctrl-L empties the screen and keeps it in what can be scrolled back", async () => {
    const { at } = await ready();
    at.editor.message("before");
    at.send("now\x0c");
    expect(await at.screen()).toEqual(["> now"]);
    expect(at.cursor).toEqual([0, 5]);
    expect(at.terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("before");
    at.editor.close();
  });
});
