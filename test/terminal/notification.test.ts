import { expect, test } from "vitest";
import { notification } from "../../src/terminal/notification.ts";

const bell = "\u0007";

test.each([
  ["iTerm2", { TERM_PROGRAM: "iTerm.app" }, "\u001b]9;done\u001b\\"],
  ["iTerm2 over SSH", { TERM: "xterm-256color", LC_TERMINAL: "iTerm2" }, "\u001b]9;done\u001b\\"],
  ["WezTerm", { TERM_PROGRAM: "WezTerm" }, "\u001b]9;done\u001b\\"],
  ["Ghostty over SSH", { TERM: "xterm-ghostty" }, "\u001b]9;done\u001b\\"],
  ["kitty", { TERM: "xterm-kitty", KITTY_WINDOW_ID: "1" }, "\u001b]99;o=unfocused;done\u001b\\"],
  ["foot", { TERM: "foot" }, "\u001b]777;notify;deepseek-chat;done\u001b\\"],
  ["urxvt", { TERM: "rxvt-unicode-256color" }, `\u001b]777;notify;deepseek-chat;done\u001b\\${bell}`],
  ["GNOME Terminal", { VTE_VERSION: "7600" }, `\u001b]777;notify;deepseek-chat;done\u001b\\${bell}`],
  ["Windows Terminal", { WT_SESSION: "x" }, `\u001b]777;notify;deepseek-chat;done\u001b\\${bell}`],
  [
    "VS Code started from kitty",
    { TERM_PROGRAM: "vscode", KITTY_WINDOW_ID: "1" },
    `\u001b]777;notify;deepseek-chat;done\u001b\\${bell}`,
  ],
  [
    "tmux in kitty",
    { TERM: "tmux-256color", TERM_PROGRAM: "tmux", TMUX: "/tmp/x", KITTY_WINDOW_ID: "1" },
    `\u001bPtmux;\u001b\u001b]99;o=unfocused;done\u001b\u001b\\\u001b\\${bell}`,
  ],
  ["tmux in something", { TERM: "tmux-256color", TMUX: "/tmp/x" }, bell],
  ["screen in kitty", { TERM: "screen", STY: "1.x", KITTY_WINDOW_ID: "1" }, bell],
  ["an unknown terminal", { TERM: "xterm-256color", TERM_PROGRAM: "" }, bell],
])("on the desktop from %s", (_, variables, written) => {
  expect(notification("done", "desktop", variables)).toBe(written);
  expect(notification("done", "bell", variables)).toBe(bell);
});

test("nothing in its text acts on the terminal or ends it; it is one short line", () => {
  const hostile = `a;b\u001b\\\u001b[31m\u0007\u009c\nnext \u202e${"字".repeat(100)}`;
  const written = notification(hostile, "desktop", { TERM_PROGRAM: "iTerm.app" });
  const text = written.slice("\u001b]9;".length, -"\u001b\\".length);
  expect(written).toBe(`\u001b]9;${text}\u001b\\`);
  expect(text).toMatch(/^a,b[^\u0000-\u001f\u007f-\u009f\u202e;]+字…$/u);
  expect(text.length).toBeLessThan(80);
});
