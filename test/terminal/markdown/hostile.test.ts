import { describe, expect, it } from "vitest";
import { MarkdownStream, renderMarkdown, type MarkdownOptions } from "../../../src/terminal/markdown/stream.ts";
import { hostile, leaks } from "../hostile.ts";
import { capable, Screen } from "./screen.ts";

const terminal: MarkdownOptions = { ...capable, columns: 60 };

/** What the renderer itself may write: looks, moves within its own rows, synchronized output, links to web and mail. */
const own =
  /\x1b\[[\d;]*m|\x1b\[\d*[AGJK]|\x1b\[\?2026[hl]|\x1b\]8;;(?:(?:https?:\/\/|mailto:)[\x21-\x7e]+)?\x1b\\|\r/g;

describe("hostile text", () => {
  it.each(hostile)("never acts on the terminal: %s", (_, text) => {
    expect(leaks(renderMarkdown(text, terminal).replaceAll(own, ""))).toEqual([]);
    expect(leaks(renderMarkdown(text, { ...terminal, palette: null, hyperlinks: false }))).toEqual([]);
  });

  it.each(hostile)("never acts on the terminal however it is cut: %s", (_, text) => {
    for (let size = 1; size <= 5; size += 1) {
      const stream = new MarkdownStream(terminal);
      let written = "";
      for (let at = 0; at < text.length; at += size) written += stream.push(text.slice(at, at + size));
      expect(leaks((written + stream.end()).replaceAll(own, ""))).toEqual([]);
    }
  });

  it("leaves nothing behind: title, links and looks are as before", async () => {
    const screen = new Screen(terminal);
    const titles: string[] = [];
    screen.terminal.onTitleChange((title) => titles.push(title));
    for (const [, text] of hostile) await screen.write(renderMarkdown(text, terminal));
    await screen.write("x");
    expect(titles).toEqual([]);
    expect(screen.looks().at(-1)).toBe("{00000}x");
    screen.dispose();
  });
});

describe("a link", () => {
  const render = (text: string, special = {}) => renderMarkdown(text, { ...terminal, palette: null, ...special });

  it("can be clicked when it leads to the web or to mail", () => {
    expect(render("[a](https://x.example/b)")).toBe("\x1b]8;;https://x.example/b\x1b\\a\x1b]8;;\x1b\\\n");
    expect(render("<me@x.example>")).toBe("\x1b]8;;mailto:me@x.example\x1b\\me@x.example\x1b]8;;\x1b\\\n");
  });

  it.each(["javascript:alert(1)", "file:///etc/passwd", "vbscript:x", "data:text/html,x", "x-app:open", "/relative"])(
    "to %s is only text, its address shown",
    (address) => {
      expect(render(`[a](${address})`)).toBe(`a (${address})\n`);
    },
  );

  it("shows where it leads when its text names another place", () => {
    expect(render("[https://bank.example](https://evil.example/)")).toContain(" (https://evil.example/)");
    expect(render("[bank.example](https://evil.example/)")).toContain(" (https://evil.example/)");
    expect(render("[https://x.example/](https://x.example/)")).not.toContain("(");
  });

  it("has its address after the text where links cannot be clicked", () => {
    expect(render("[a](https://x.example/b) ![i](https://x.example/i.png)", { hyperlinks: false, columns: 100 })).toBe(
      "a (https://x.example/b) i (https://x.example/i.png)\n",
    );
    expect(render("<https://x.example/b>", { hyperlinks: false })).toBe("https://x.example/b\n");
  });
});
