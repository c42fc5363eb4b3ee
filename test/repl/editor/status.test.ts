import { describe, expect, test } from "vitest";
import { EditorOnScreen } from "../../support/in-process-editor.ts";

/** An editor with a status below its line. */
function opened(columns = 20, rows = 6) {
  const status = { now: "off-peak" as string | null };
  return { status, on: new EditorOnScreen({ status: () => status.now }, columns, rows) };
}

describe("a status below the line", () => {
  test("stands there while something is written, and is gone from what is left on the screen", async () => {
    const { on } = opened();
    const read = on.read();
    expect(await on.screen()).toEqual([">", "off-peak"]);
    expect(on.cursor).toEqual([0, 2]);
    await on.type(...Array.from("hello, a longer line"));
    expect(await on.screen()).toEqual(["> hello, a longer li", "ne", "off-peak"]);
    await on.type("\r");
    await read;
    expect(await on.screen()).toEqual(["> hello, a longer li", "ne"]);
  });

  test("becomes another without a key, and nothing is written where it is the same", async () => {
    const { on, status } = opened();
    void on.read();
    await on.screen();
    const before = on.written;
    on.editor.refresh();
    expect(on.written).toBe(before);
    status.now = "peak";
    on.editor.refresh();
    expect(await on.screen()).toEqual([">", "peak"]);
    expect(on.cursor).toEqual([0, 2]);
    status.now = null;
    on.editor.refresh();
    expect(await on.screen()).toEqual([">"]);
  });

  test("is left out where it does not fit, and comes back", async () => {
    const { on } = opened(9);
    void on.read();
    expect(await on.screen()).toEqual([">", "off-peak"]);
    on.resize(8);
    expect(await on.screen(200)).toEqual([">"]);
    on.resize(30);
    expect(await on.screen(200)).toEqual([">", "off-peak"]);
    on.resize(30, 5);
    expect(await on.screen(200)).toEqual([">"]);
  });

  test("is not below an answer", async () => {
    const { on } = opened();
    const read = on.read();
    await on.type("q", "\r");
    await read;
    on.editor.holdKeys(() => {});
    on.print("an answer");
    on.editor.refresh();
    expect(await on.screen()).toEqual(["> q", "an answer"]);
  });
});
