import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BurstGate } from "../../../src/repl/editor/paste-detector.ts";
import { KeyDecoder, type KeyEvent } from "../../../src/repl/editor/keys.ts";

function decode(...chunks: string[]): KeyEvent[] {
  const events: KeyEvent[] = [];
  const decoder = new KeyDecoder((event) => events.push(event));
  for (const chunk of chunks) decoder.push(chunk);
  decoder.flush();
  return events;
}

const names = (text: string) => decode(text).map((event) => (event.type === "key" ? event.key : event));

/** Runs of text in one piece, however they were read. */
function merged(events: readonly KeyEvent[]): KeyEvent[] {
  const all: KeyEvent[] = [];
  for (const event of events) {
    const last = all.at(-1);
    if (event.type === "text" && last?.type === "text")
      all[all.length - 1] = { type: "text", text: last.text + event.text };
    else all.push(event);
  }
  return all;
}

describe("keys", () => {
  test.each([
    ["\r", "Enter"],
    ["\r\n", "Enter"],
    ["\n", "C-j"],
    ["\t", "Tab"],
    ["\x01", "C-a"],
    ["\x1f", "C-_"],
    ["\x7f", "Backspace"],
    ["\x08", "C-h"],
    ["\x1b", "Escape"],
    ["\x1b\r", "M-Enter"],
    ["\x1b\n", "M-Enter"],
    ["\x1b\x7f", "M-Backspace"],
    ["\x1bb", "M-b"],
    ["\x1b<", "M-<"],
    ["\x1b\x05", "C-M-e"],
    ["\x1b[A", "Up"],
    ["\x1bOB", "Down"],
    ["\x1b[1;5D", "C-Left"],
    ["\x1b[1;3C", "M-Right"],
    ["\x1b\x1b[D", "M-Left"],
    ["\x1b[1;8H", "C-M-S-Home"],
    ["\x1b[1~", "Home"],
    ["\x1b[8~", "End"],
    ["\x1bOF", "End"],
    ["\x1b[3~", "Delete"],
    ["\x1b[3;5~", "C-Delete"],
    ["\x1b[Z", "S-Tab"],
    ["\x1bOM", "Enter"],
    ["\x1b[13;2u", "S-Enter"],
    ["\x1b[27;2;13~", "S-Enter"],
    ["\x1b[13;5u", "C-Enter"],
    ["\x1b[99;5u", "C-c"],
    ["\x1b[98;3u", "M-b"],
    ["\x1b[127;5u", "C-Backspace"],
  ])("%j is %s", (bytes, key) => {
    expect(names(bytes)).toEqual([key]);
  });

  test.each([
    ["\x1b[97;2u\x1b[97:65;2u\x1b[49:33;2u\x1b[27;2;65~", "AA!A"],
    ["\x1b[97;1;228u\x1b[0;1;20013:22269u", "\u00e4\u4e2d\u56fd"],
    ["\x1b[97;129u\x1b[97;65u\x1b[97;66u", "aAa"],
    ["\x1b[57400u\x1b[57408u\x1b[57413;129u", "19+"],
    ["a\x1b[57441;2u\x1b[57428u\x1b[98;1:3ub", "ab"],
    ["a\x1b[M !!b\x1b[<0;10;5M\x1b[32;10;5Mc", "abc"],
  ])("%j writes %s, as kitty's protocol and reports of the mouse go", (bytes, text) => {
    const written = (events: readonly KeyEvent[]) =>
      events.map((event) => (event.type === "text" ? event.text : "?")).join("");
    expect(written(decode(bytes))).toBe(text);
    expect(written(decode(...bytes.split("")))).toBe(text);
  });

  test("keys of no interest are passed over: functions, releases, answers of the terminal", () => {
    expect(names("\x1b[15~\x1bOP\x1b[[A\x1b[97;1:3u\x1b]11;rgb:ffff/ffff/ffff\x1b\\")).toEqual([]);
  });

  test("the cursor's place is counted from zero", () => {
    expect(decode("\x1b[3;7R")).toEqual([{ type: "position", row: 2, column: 6 }]);
    expect(decode("\x1b[I", "\x1b", "[Oa")).toEqual([
      { type: "focus", focused: true },
      { type: "focus", focused: false },
      { type: "text", text: "a" },
    ]);
  });

  test("text comes in runs, between keys", () => {
    expect(decode("ab\u4f60\x01c")).toEqual([
      { type: "text", text: "ab\u4f60" },
      { type: "key", key: "C-a" },
      { type: "text", text: "c" },
    ]);
  });

  test("a character outside ASCII behind an Escape is not lost", () => {
    expect(decode("\x1b\u4f60")).toEqual([
      { type: "key", key: "Escape" },
      { type: "text", text: "\u4f60" },
    ]);
  });

  test("a bracketed paste is one event, control characters and all", () => {
    expect(decode("a\x1b[200~one\r\ttwo\x1b[31m\x03\x1b[201~b")).toEqual([
      { type: "text", text: "a" },
      { type: "paste", text: "one\r\ttwo\x1b[31m\x03" },
      { type: "text", text: "b" },
    ]);
  });

  test("the events do not depend on where the reads are split", () => {
    const stream =
      "a\u4f60\u{1F469}\x1b[1;5D\x1b[200~one\rtwo\x1b[20\x1b[201~\x1bOA\r\x1bf\x1b]0;x\x07\x1b\x1b[C\x1b[3;7Rz\x1b[[B\x1b[13;2u";
    const whole = merged(decode(stream));
    expect(whole).toHaveLength(10);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const chunks = places.slice(1).map((end, index) => stream.slice(places[index], end));
        expect(merged(decode(...chunks))).toEqual(whole);
      }),
    );
  });
});

describe("time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("an ESC alone becomes the key Escape after a while, not before", () => {
    const events: KeyEvent[] = [];
    const decoder = new KeyDecoder((event) => events.push(event));
    decoder.push("\x1b");
    vi.advanceTimersByTime(40);
    decoder.push("[A");
    decoder.push("\x1b");
    expect(events).toEqual([{ type: "key", key: "Up" }]);
    vi.advanceTimersByTime(60);
    expect(events.slice(1)).toEqual([{ type: "key", key: "Escape" }]);
  });

  /** Decodes pieces with a pause of so many milliseconds before each. */
  function decodeSlowly(pieces: readonly (readonly [text: string, pause: number])[]): KeyEvent[] {
    const events: KeyEvent[] = [];
    const decoder = new KeyDecoder((event) => events.push(event));
    const bursts = new BurstGate(
      (text) => decoder.push(text),
      (text) => events.push({ type: "paste", text }),
    );
    for (const [text, pause] of pieces) {
      vi.advanceTimersByTime(pause);
      bursts.push(text, decoder.unfinished);
    }
    vi.advanceTimersByTime(5000);
    return merged(events);
  }

  const text = (typed: string): KeyEvent => ({ type: "text", text: typed });
  const key = (name: string): KeyEvent => ({ type: "key", key: name });

  test.each<[string, readonly string[], readonly KeyEvent[]]>([
    ["an arrow", ["ab", "\x1b[", "D", "X"], [text("ab"), key("Left"), text("X")]],
    ["an arrow of application mode", ["\x1bO", "A"], [key("Up")]],
    ["an arrow behind a late ESC", ["\x1b", "[D"], [key("Escape"), key("Left")]],
    ["all of it apart", ["\x1b", "[", "1", ";", "5", "D"], [key("Escape"), key("C-Left")]],
    ["the colour of the ground", ["ab", "\x1b]11;rgb:ffff/", "ffff/ffff\x07", "X"], [text("abX")]],
    ["a report with ST at its end", ["\x1b]11;rgb:0/0/0\x1b", "\\", "X"], [text("X")]],
    ["an answer by DCS", ["\x1bP1+r", "436f=3235\x1b\\", "X"], [text("X")]],
    ["a paste", ["\x1b[20", "0~one\rtwo", "\x1b[201~"], [{ type: "paste", text: "one\rtwo" }]],
    ["a paste's end", ["\x1b[200~x\x1b[20", "1~y"], [{ type: "paste", text: "x" }, text("y")]],
    ["a sequence without an end", ["\x1b[1;", "\r"], [key("Enter")]],
    ["a report cut off by a key", ["\x1b]11;rgb:ff", "\x1b[A"], [key("Up")]],
    ["Escape and a word", ["\x1b", "Ok"], [key("Escape"), text("Ok")]],
    ["Escape and a link", ["\x1b", "[", "x](y)"], [key("Escape"), text("[x](y)")]],
  ])("%s in pieces, as a slow line brings them", (_, pieces, events) => {
    expect(decodeSlowly(pieces.map((piece) => [piece, 80]))).toEqual(events);
  });

  test("what never ends is dropped, and what comes later is text again", () => {
    expect(
      decodeSlowly([
        ["\x1b[1;", 0],
        ["a", 600],
      ]),
    ).toEqual([text("a")]);
    expect(
      decodeSlowly([
        ["\x1b]11;rgb:ff", 0],
        ["a", 600],
      ]),
    ).toEqual([text("a")]);
    expect(
      decodeSlowly([
        ["\x1b", 0],
        ["[", 100],
      ]),
    ).toEqual([key("Escape"), text("[")]);
  });

  test("a paste whose end was lost is ended by Ctrl-C, after a moment of silence", () => {
    expect(
      decodeSlowly([
        ["\x1b[200~one", 0],
        ["\x03", 1500],
        ["x", 0],
      ]),
    ).toEqual([{ type: "paste", text: "one" }, key("C-c"), text("x")]);
    expect(
      decodeSlowly([
        ["\x1b[200~one", 0],
        ["\x03", 500],
        ["\x1b[201~", 0],
      ]),
    ).toEqual([{ type: "paste", text: "one\x03" }]);
  });

  test("an ESC pressed after a sequence is not told by the time of that", () => {
    expect(
      decodeSlowly([
        ["\x1b", 0],
        ["[A", 40],
        ["\x1b", 5],
        ["[B", 30],
      ]),
    ).toEqual([key("Up"), key("Down")]);
    // 45 ms after the ESC it waits for the rest of the sequence, and no longer for the one of the key.
    expect(
      decodeSlowly([
        ["\x1b", 0],
        ["[", 45],
        ["A", 300],
      ]),
    ).toEqual([key("Up")]);
  });

  test("no pause within a sequence changes what it means", () => {
    const stream =
      "a\u4f60\u{1F469}\x1b[1;5D\x1b[200~one\rtwo\x1b[20\x1b[201~\x1bOA\x1bf\x1b]11;rgb:1/2/3\x07\x1b\x1b[C\x1b[3;7Rz\x1b[[B\x1b[13;2u\x1bP>|x\x1b\\";
    const whole = merged(decode(stream));
    const cut = fc.record({ at: fc.nat(stream.length), pause: fc.nat(450) });
    fc.assert(
      fc.property(fc.array(cut), (cuts) => {
        const sorted = cuts.toSorted((a, b) => a.at - b.at);
        const places = [0, ...sorted.map(({ at }) => at), stream.length];
        const pieces = places.slice(1).map((end, index): [string, number] => {
          const before = stream.slice(0, places[index]);
          // Only an ESC alone is in doubt.
          return [stream.slice(places[index], end), before.endsWith("\x1b") ? 0 : (sorted[index - 1]?.pause ?? 0)];
        });
        expect(decodeSlowly(pieces.filter(([piece]) => piece !== ""))).toEqual(whole);
      }),
    );
  });

  function gate(): { gate: BurstGate; log: string[] } {
    const log: string[] = [];
    const bursts = new BurstGate(
      (text) => log.push(`keys ${JSON.stringify(text)}`),
      (text) => log.push(`paste ${JSON.stringify(text)}`),
      { enter: 10, burst: 40 },
    );
    return { gate: bursts, log };
  }

  test("single keys pass at once", () => {
    const { gate: bursts, log } = gate();
    bursts.push("a", false);
    bursts.push("\x1b[A", false);
    expect(log).toEqual(['keys "a"', 'keys "\\u001b[A"']);
  });

  test("a line and its Enter are keys, after a moment without more", () => {
    const { gate: bursts, log } = gate();
    bursts.push("hello\r", false);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(15);
    expect(log).toEqual(['keys "hello\\r"']);
  });

  test("an Enter does not wait where the terminal marks pastes; lines in one read are a paste there too", () => {
    const { gate: bursts, log } = gate();
    bursts.marksPastes = true;
    bursts.push("hello", false);
    bursts.push("\r", false);
    expect(log).toEqual(['keys "hello"', 'keys "\\r"']);
    bursts.push("one\rtwo\r", false);
    vi.advanceTimersByTime(41);
    expect(log.slice(2)).toEqual(['paste "one\\rtwo\\r"']);
  });

  test.each([
    ["\x1b[?2004;1$y", [{ type: "mode", mode: 2004, known: true }]],
    ["\x1b[?2004;0$y", [{ type: "mode", mode: 2004, known: false }]],
    ["\x1b[?2004;4$y", [{ type: "mode", mode: 2004, known: false }]],
    ["\x1b[?2004$y", []],
    ["\x1b[?62;22c", [{ type: "attributes", sixels: false }]],
    ["\x1b[?62;4;22c", [{ type: "attributes", sixels: true }]],
    ["\x1b[?4;22c", [{ type: "attributes", sixels: false }]],
  ])("the terminal's answer %j is no key", (report, events) => {
    expect(decode(report)).toEqual(events);
  });

  test("lines in one read are a paste, further reads soon after belong to it", () => {
    const { gate: bursts, log } = gate();
    bursts.push("one\rtwo\r", false);
    vi.advanceTimersByTime(30);
    bursts.push("three\r", false);
    vi.advanceTimersByTime(30);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(30);
    expect(log).toEqual(['paste "one\\rtwo\\rthree\\r"']);
  });

  test("an Enter at the end of a read with text in the next is within a paste", () => {
    const { gate: bursts, log } = gate();
    bursts.push("one\r", false);
    vi.advanceTimersByTime(5);
    bursts.push("two", false);
    vi.advanceTimersByTime(60);
    expect(log).toEqual(['paste "one\\rtwo"']);
  });

  test("a control key is not drawn into a paste, nor is a pasted one held", () => {
    const { gate: bursts, log } = gate();
    bursts.push("one\rtwo", false);
    bursts.push("\x03", false);
    bursts.push("\x1b[200~a\rb", false);
    bursts.push("c\rd\x1b[201~", true);
    expect(log).toEqual([
      'paste "one\\rtwo"',
      'keys "\\u0003"',
      'keys "\\u001b[200~a\\rb"',
      'keys "c\\rd\\u001b[201~"',
    ]);
  });

  test("two Enters held down are no paste", () => {
    const { gate: bursts, log } = gate();
    bursts.push("\r\r", false);
    vi.advanceTimersByTime(15);
    expect(log).toEqual(['keys "\\r\\r"']);
  });
});
