import { Decoder } from "sixel";
import { describe, expect, test } from "vitest";
import { findGraphics } from "../../../src/terminal/graphics/detection.ts";
import { kittyPicture, kittyPlaceholders } from "../../../src/terminal/graphics/kitty.ts";
import { placed } from "../../../src/terminal/graphics/placement.ts";
import { sixelPicture } from "../../../src/terminal/graphics/sixel.ts";
import { graphicsOf } from "../../../src/terminal/graphics/tmux.ts";

const terminal = { outIsTerminal: true, capable: true, hasSixels: false };

describe("a terminal", () => {
  test.each([
    [{ TERM: "xterm-kitty" }, "kitty"],
    [{ TERM: "xterm-ghostty", SSH_CONNECTION: "a" }, "kitty"],
    [{ TERM: "xterm-256color", KITTY_WINDOW_ID: "1" }, "kitty"],
    [{ TERM: "xterm-256color", KITTY_WINDOW_ID: "1", TERM_PROGRAM: "vscode" }, null],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, "iterm2"],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" }, "iterm2"],
    [{ TERM: "xterm-256color", LC_TERMINAL: "iTerm2", SSH_TTY: "/dev/pts/1" }, "iterm2"],
    [{ TERM: "foot" }, "sixel"],
    [{ TERM: "xterm-256color", KONSOLE_VERSION: "230805" }, "kitty"],
    [{ TERM: "xterm-256color", KONSOLE_VERSION: "211204" }, null],
    [{ TERM: "xterm-256color" }, null],
    [{ TERM: "xterm-kitty", CI: "true" }, null],
    [{ TERM: "xterm-kitty", STY: "1.a" }, null],
    [{ TERM: "xterm-256color", ZELLIJ: "0", KITTY_WINDOW_ID: "1" }, null],
  ])("by %j has %s", async (variables, protocol) => {
    expect((await findGraphics(terminal, "auto", variables))?.protocol ?? null).toBe(protocol);
  });

  test("that says it has sixels has them, also in a multiplexer that answers for itself", async () => {
    const sixels = { ...terminal, hasSixels: true };
    expect(await findGraphics(sixels, "auto", { TERM: "xterm" })).toMatchObject({ protocol: "sixel" });
    expect(await findGraphics(sixels, "auto", { ZELLIJ: "0" })).toMatchObject({ protocol: "sixel" });
  });

  test("that is none, or cannot move its cursor, gets nothing whatever the setting says", async () => {
    const variables = { TERM: "xterm-kitty" };
    expect(await findGraphics({ ...terminal, outIsTerminal: false }, "kitty", variables)).toBeNull();
    expect(await findGraphics({ ...terminal, capable: false }, "sixel", variables)).toBeNull();
    expect(await findGraphics(terminal, "none", variables)).toBeNull();
    expect(await findGraphics(terminal, "sixel", variables)).toMatchObject({ protocol: "sixel" });
  });

  test.each([
    ["256,RGB,sixel\nxterm\nxterm\n", { protocol: "sixel", throughTmux: false }],
    ["256,RGB\nkitty(0.42)\nxterm-kitty\non\n", { protocol: "kitty", throughTmux: true }],
    ["256,RGB\nkitty(0.42)\nxterm-kitty\noff\n", null],
    ["256,RGB\niTerm2 3.5\nxterm-256color\nall\n", null],
    ["", null],
  ])("around tmux that says %j", (answer, graphics) => {
    expect(graphicsOf(answer)).toEqual(graphics);
  });
});

test.each([
  [
    { width: 200, height: 100 },
    { columns: 20, rows: 5 },
  ],
  [
    { width: 4000, height: 1000 },
    { columns: 80, rows: 10 },
  ],
  [
    { width: 1000, height: 4000 },
    { columns: 8, rows: 16 },
  ],
  [
    { width: 1, height: 100_000 },
    { columns: 1, rows: 16 },
  ],
])("a picture of %j is never larger than the window", (size, cells) => {
  expect(placed(size, { columns: 80, rows: 24 }).cells).toEqual(cells);
});

const cells = { columns: 4, rows: 2 };
/** What stands between the sequences and the data in them, of kitty's protocol. */
const commands = (text: string) =>
  [...text.matchAll(/\x1b_G([^;]*);([^\x1b]*)\x1b\\/gu)].map(([, keys, data]) => [keys, data]);

test("kitty's protocol gets pieces of 4096 characters, and is told to answer nothing", () => {
  const png = Buffer.alloc(10_000, 1);
  const found = commands(kittyPicture(png, cells));
  expect(found.map(([keys]) => keys)).toEqual(["a=T,f=100,q=2,c=4,m=1", "m=1", "m=1", "m=0"]);
  expect(Buffer.from(found.map(([, data]) => data).join(""), "base64").equals(png)).toBe(true);
});

test("through tmux it is placed by characters, which tmux keeps", () => {
  const text = kittyPlaceholders(Buffer.from("png"), cells, 0x010203);
  expect(text).toContain("\x1bPtmux;\x1b\x1b_Ga=T,U=1,f=100,q=2,i=66051,c=4,r=2,m=0;");
  expect(text.slice(text.lastIndexOf("\x1b\\") + 2)).toBe(
    "\x1b[38;2;1;2;3m\u{10eeee}\u0305\u{10eeee}\u{10eeee}\u{10eeee}\x1b[39m\n\x1b[38;2;1;2;3m\u{10eeee}\u030d\u{10eeee}\u{10eeee}\u{10eeee}\x1b[39m",
  );
});

test("sixels show the pixels of a picture, and nothing where it is transparent", async () => {
  const [width, height] = [8, 10];
  const data = new Uint8Array(width * height * 4);
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
  ];
  for (let at = 0; at < width * height; at++) {
    const x = at % width;
    data.set(x < 6 ? [...colours[Math.floor(x / 3)]!, 255] : [9, 9, 9, 100], at * 4);
  }
  const decoder = new Decoder();
  const sixels = await sixelPicture({ width, height, data });
  decoder.init(0);
  decoder.decodeString(sixels.slice(sixels.indexOf("q") + 1, -2));
  const pixels = new Uint32Array(decoder.data32);
  const row = (y: number) => Array.from({ length: width }, (_, x) => pixels[y * decoder.width + x]! >>> 0);
  const [red, green] = [0xff_00_00_ff, 0xff_00_ff_00];
  expect(row(0)).toEqual([red, red, red, green, green, green, 0, 0]);
  expect(row(9)).toEqual([red, red, red, green, green, green, 0, 0]);
});
