import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { graphemes } from "../../src/terminal/width.ts";
import { askingAt, newPlace, openProgram, put } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type Reply, serve } from "../support/raw-server.ts";
import { answer, delta, event, finish, refusal, text } from "../support/wire.ts";
import { acted, hostileName, hostilePlace, hostileText, unseen } from "./acting.ts";
import { en } from "../support/words.ts";

const last = "the very last word";
const streams: Record<string, (name: "content" | "reasoning_content") => string[]> = {
  whole: (name) => [delta({ [name]: hostileText })],
  "character by character": (name) =>
    graphemes(hostileText).flatMap((one) => Array.from(one, (code) => delta({ [name]: code }))),
  "cut within sequences": (name) => (hostileText.match(/.{1,3}/gsu) ?? []).map((piece) => delta({ [name]: piece })),
};

const looks: Record<string, { args: string[]; env: Record<string, string> }> = {
  rendered: { args: [], env: {} },
  "rendered without colours": { args: ["--no-color"], env: {} },
  "not rendered": { args: ["--no-render"], env: {} },
  "on a dumb terminal": { args: [], env: { TERM: "dumb" } },
};
const cases = Object.keys(looks).flatMap((look) => Object.keys(streams).map((cut) => [look, cut] as const));

describe.concurrent("an answer and its thinking", () => {
  test.each(cases)("%s, %s", async (look, cut) => {
    const pieces = streams[cut]!;
    const body = [...pieces("reasoning_content"), ...pieces("content"), text(`\n\n${last}`), finish()];
    await using server = await serve([{ body }]);
    const { args, env } = looks[look]!;
    const place = newPlace();
    put(place.configFile, "show_thinking: always\n");
    const options = { place, env: { ...askingAt(server), ...env }, cols: 200 };
    await using session = openProgram(["--thinking", ...args], options);
    await say(session, "hi");
    await session.until(last);
    for (const line of ["/thinking", "/history", "/undo"]) await say(session, line);
    await say(session, "q");
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    expect(unseen(session.scrollback(), 2)).toEqual([]);
    await using asked = openProgram(["ask", "--thinking", ...args, "hi"], options);
    await asked.exit;
    expect(asked.scrollback()).toContain(last);
    expect(acted(asked.raw)).toEqual([]);
    expect(unseen(asked.scrollback(), 2)).toEqual([]);
  });
});

const error = { message: hostileText, type: hostileText, code: hostileText, param: hostileText };
const refusals: Record<string, Reply> = {
  ...Object.fromEntries(
    [400, 401, 402, 403, 404, 422, 429, 500, 503].map((status) => [
      `status ${status}`,
      refusal(status, { error }, { "x-request-id": "\u009b31m" }),
    ]),
  ),
  "an error in the stream": { body: [text(hostileText), event({ error })] },
  "a page": { ...refusal(502, `<html><title>${hostileText}</title>${hostileText}`) },
  "a page with status 200": { ...refusal(200, `<html><title>${hostileText}</title>${hostileText}`) },
  "what is no JSON": { body: [event(hostileText), finish()] },
  "an unknown reason to finish": { body: [text("yes"), finish(hostileText)] },
  "a model of another name": { body: [delta({ content: "yes" }, { model: hostileText, id: hostileText }), finish()] },
};

describe.concurrent("an error of the server's", () => {
  test.each(Object.keys(refusals))("%s", async (name) => {
    const { body = "", ...reply } = refusals[name]!;
    await using server = await serve(() => ({ ...reply, body }));
    const options = { place: newPlace(), env: askingAt(server), cols: 200 };
    await using asked = openProgram(["ask", "--verbose", "--retries", "1", "hi"], options);
    await using session = openProgram(["--verbose", "--retries", "0"], options);
    await say(session, "hi");
    await say(session, "/cost");
    await say(session, "q");
    await Promise.all([asked.exit, session.exit]);
    expect([acted(asked.raw), acted(session.raw)]).toEqual([[], []]);
    expect(server.requests.length).toBeGreaterThan(1);
  });
});

describe.concurrent("a session", () => {
  test("that goes on with a conversation, and the picker of them", async () => {
    await using server = await serve([refusal(200, { data: [{ id: hostileName, object: "model" }] })]);
    const place = hostilePlace();
    const options = { place, env: { ...askingAt(server), PAGER: "cat" }, cols: 200, rows: 50 };
    await using session = openProgram(["--continue", "-p", "deepseek", "-m", "deepseek-flash"], options);
    await say(session, "/model");
    await session.until("\u276f a\u241b]0;owned");
    session.type("\r");
    for (const line of [
      "/system",
      "/history",
      "/fork",
      "/search red",
      "/export md x.md",
      "/save x.txt",
      "/undo",
      "q",
    ]) {
      await say(session, line);
    }
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    await using picker = openProgram(["transcripts"], options);
    await picker.until("Conversations (3)");
    await picker.until("owe");
    for (const key of ["\u001b[B", "\u001b[B"]) picker.type(key);
    picker.type("d");
    await picker.until("permanently?");
    picker.type("n\r");
    await picker.until("r resume");
    picker.type("\r");
    await picker.until(en.picker.back);
    expect(picker.scrollback()).toContain("Answer");
    picker.type(" ");
    await picker.until("r resume");
    picker.type("q");
    await picker.exit;
    expect(acted(picker.raw)).toEqual([]);
  });

  test("in a folder of such a name", async () => {
    await using server = await serve(() => answer("yes"));
    const place = newPlace();
    const inner = { ...place, cwd: join(place.cwd, hostileName) };
    mkdirSync(join(inner.cwd, "transcripts"), { recursive: true });
    const options = { place: inner, env: askingAt(server), cols: 200 };
    await using session = openProgram([], options);
    for (const line of ["hi", "/fork", `/save ${hostileName.replaceAll(/[^ -~]/gu, "")}`, "/file nothing", "q"]) {
      await say(session, line);
    }
    await session.exit;
    await using list = openProgram(["transcripts", "path"], options);
    await list.exit;
    expect([acted(session.raw), acted(list.raw)]).toEqual([[], []]);
  });
});

describe("what looks for it", () => {
  test.each([
    ["a title", "yes\u001b]0;pwned\u0007"],
    ["looks of another kind", "\u001b[5;8;48;5;201m"],
    ["a lone CR", "curl good.example\rcurl evil.example "],
    ["a bidi override", "x\u202ey"],
    ["a link to elsewhere", "\u001b]8;;javascript:x\u001b\\"],
    ["a link that no address of the text leads to", "\u001b]8;;http://evil.example\u001b\\"],
    ["erasing all", "\u001b[2J"],
    ["going home", "\u001b[H"],
    ["a question", "\u001b[6n"],
    ["a mode", "\u001b[?1049h"],
  ])("finds %s", (_, written) => {
    expect(acted(`\u001b[1mbold\u001b[22m\r\n${written}`)).not.toEqual([]);
  });

  test("leaves alone what the program writes", () => {
    expect(
      acted("\u001b[1mbold\u001b[22m\r\n\u001b[2A\r\u001b[J\u001b]8;;https://a.example/\u001b\\a\u001b]8;;\u001b\\"),
    ).toEqual([]);
  });
});

test.skipIf(process.platform === "win32")(
  "a terminal of ISO 8859-1 gets no bytes of UTF-8, which would be controls to it",
  async () => {
    const text = "\u00db2J \u00dd0;title\u00dc \u4e2d\u2014";
    await using server = await serve([answer(text)]);
    const shown = async (locale: string) => {
      const env = { ...askingAt(server), LC_ALL: locale };
      await using terminal = openProgram(["ask", "--no-render", "q"], { place: newPlace(), env });
      await terminal.exit;
      return terminal.raw;
    };
    // Read as UTF-8 here, the one byte of each letter is none.
    expect(await shown("en_US.ISO-8859-1")).toContain("\ufffd2J \ufffd0;title\ufffd ???");
    expect(await shown("C")).toContain(text);
    expect(await shown("zh_CN.UTF-8")).toContain(text);
  },
);
