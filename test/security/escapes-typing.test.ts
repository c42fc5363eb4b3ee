import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, environment, launcher, newPlace, openProgram, type Place, put } from "../support/program.ts";
import { openTerminal, type PtyTerminal, say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { head, listen } from "../support/tcp.ts";
import { answer, delta, done, finish, refusal, text } from "../support/wire.ts";
import { acted, hostileLines, hostileName, hostilePlace, hostileText, unseen } from "./acting.ts";

const last = "the very last word";
const [up, reverse, tab] = ["\u001b[A", "\u0012", "\t"];

/** A service that answers, and whose models have hostile names. */
async function hostileService(): Promise<RawServer> {
  return await serve(({ path }) =>
    path.endsWith("/models")
      ? refusal(200, { object: "list", data: hostileLines.map((id) => ({ id: `mm${id}`, owned_by: id })) })
      : answer(hostileText, `\n\n${last}`),
  );
}

describe.concurrent("the prompt", () => {
  test("recalls what was typed, searches for it, and completes names of files, models and conversations", async () => {
    await using server = await hostileService();
    const place = hostilePlace();
    for (const name of ["one", "two"]) put(join(place.cwd, `${hostileName}${name}`), hostileText);
    const history = join(place.home, "data");
    put(join(history, "deepseek-chat", "history"), JSON.stringify(`q ${hostileLines.join(" ")} q`));
    const options = { place, env: { ...askingAt(server), XDG_DATA_HOME: history }, cols: 200, rows: 50 };
    await using session = openProgram([], options);
    await session.until(/^>$/mu);
    session.type(up);
    await session.until(/> q red[^]* q$/u);
    session.type("\u0003");
    await session.until(/^>$/mu);
    session.type(`${reverse}red`);
    await session.until(/red[^]*red/u);
    session.type("\u0003");
    const lists = { "/file a": "one", "@a": "two", "/resume ": "listed", "/model m": "pwned" };
    for (const [typed, listed] of Object.entries(lists)) {
      await session.until(/^>$/mu);
      session.type(typed);
      await session.until(`> ${typed}`);
      const below = () => session.screen().split(`> ${typed}`.trimEnd())[1] ?? "";
      session.type(tab);
      // What is common to all of them is put in first, where there is such, and listing them comes next.
      if (typed !== "/resume ") await session.until(() => below() !== "");
      session.type(tab);
      await session.until(() => below().includes(listed));
      for (const key of [tab, tab]) session.type(key);
      session.type("\u0003");
    }
    await say(session, "/file a*");
    await say(session, "hi");
    await session.until(last);
    await say(session, "q");
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    expect(unseen(session.scrollback())).toEqual([]);
  });
});

const seen = ["--no-render", "--thinking"];
const answered = () => [delta({ reasoning_content: hostileText }), text(`${hostileText}\n\n${last}`), finish(), done];

/** The program in a shell, which can send one stream elsewhere; the launcher and its arguments stand in "$@". */
function openInShell(script: string, args: readonly string[], place: Place, env: Record<string, string>): PtyTerminal {
  return openTerminal({
    command: "/bin/sh",
    args: ["-c", script, "sh", process.execPath, launcher, ...args],
    cwd: place.cwd,
    env: environment(place, env),
    cols: 200,
  });
}

describe.concurrent("one stream on the terminal", () => {
  test.each([
    ["stderr alone, the exact text elsewhere", '"$@" >kept.txt', `${hostileText.toWellFormed()}\n\n${last}\n`],
    ["stdout alone", '"$@" 2>kept.txt', ""],
  ])("%s", async (_, script, kept) => {
    await using server = await serve([{ body: answered() }]);
    const place = newPlace();
    put(place.configFile, "show_thinking: always\n");
    await using asked = openInShell(script, ["ask", ...seen, "hi"], place, askingAt(server));
    expect(await asked.exit).toMatchObject({ code: 0 });
    expect(acted(asked.raw)).toEqual([]);
    expect(unseen(asked.scrollback())).toEqual([]);
    expect(readFileSync(join(place.cwd, "kept.txt"), "utf8")).toBe(kept);
  });

  test("lines piped into a session", async () => {
    await using server = await serve(() => ({ body: answered() }));
    const place = newPlace();
    const lines = [
      "/set",
      "/role",
      "/model",
      "/file",
      "/resume",
      "/lang",
      "/search",
      "/\u001b]0;owned\u0007",
      "/export",
      "/save",
    ];
    put(join(place.cwd, "lines"), lines.map((line) => `${line} ${hostileName.replace("\r", "")}\n`).join(""));
    await using session = openInShell('"$@" <lines', [], place, askingAt(server));
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    expect(session.scrollback()).toMatch(/\u241b\]0;owned/u);
  });

  test("what completes in a shell", async () => {
    const place = hostilePlace();
    await using list = openInShell('"$@"', ["complete-words", "--", "transcripts", "show", ""], place, {});
    await list.exit;
    expect(acted(list.raw)).toEqual([]);
    expect(list.scrollback()).toContain("last");
  });
});

describe.concurrent("a terminal that shows links", () => {
  test("is given those of the text alone", async () => {
    await using server = await serve([{ body: answered() }]);
    const options = { place: newPlace(), env: { ...askingAt(server), FORCE_HYPERLINK: "1" }, cols: 200 };
    await using asked = openProgram(["ask", "hi"], options);
    await asked.exit;
    expect(acted(asked.raw)).toEqual([]);
    expect(asked.raw).toContain("\u001b]8;;http://a.example/");
    expect(unseen(asked.scrollback())).toEqual([]);
  });
});

describe.concurrent("less", () => {
  test.each([["rendered"], ["--raw"]])("is given what is harmless: %s", async (form) => {
    const place = hostilePlace();
    const pager = join(place.cwd, "pager.sh");
    put(pager, "cat >paged.txt\n");
    const args = ["transcripts", "show", `${hostileName}.md`, ...(form === "--raw" ? [form] : [])];
    const options = { place, env: { PAGER: `sh ${pager}` }, cols: 200, rows: 10 };
    await using shown = openProgram(args, options);
    await shown.exit;
    const paged = readFileSync(join(place.cwd, "paged.txt"), "utf8");
    expect(acted(paged)).toEqual([]);
    expect(unseen(paged.replaceAll(/\u001b\[[\d;]*m/gu, ""))).toEqual([]);
  });
});

const named: Record<string, string> = {
  "a provider's name": `provider: ${JSON.stringify(hostileName)}\nproviders: {${JSON.stringify(hostileName)}: {base_url: "http://127.0.0.1:1", key_needed: false, model: m}}\n`,
  "a role's name": `roles: {${JSON.stringify(hostileName)}: x}\n`,
};

describe.concurrent("a config file with", () => {
  test.each(Object.keys(named))("%s", async (name) => {
    const place = newPlace();
    put(place.configFile, named[name]!);
    await using session = openInShell('printf "/role\\n/provider\\nq\\n" | "$@"', [], place, {
      DEEPSEEK_API_KEY: "sk-x",
    });
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    expect(session.scrollback()).toContain("\u241b]0;owned\u2407");
  });
});

describe.concurrent("a response's head", () => {
  const heads: Record<string, string> = {
    "a status text": head("HTTP/1.1 500 \u009b31m\u009d0;x\u009c"),
    "a status text with ESC": head("HTTP/1.1 500 \u001b]0;owned\u0007"),
    "a place to go to": head(302, "location: http://\u009b31m.example/\u009d0;x\u009c"),
    "a time to wait": head(429, "retry-after: \u009b31m", "retry-after-ms: \u009b31m"),
    "a kind of content": head(200, "content-type: \u009b31m\u009d0;x\u009c"),
    "a line that is no header": head(200, "\u001b]0;owned\u0007"),
    "no HTTP at all": "\u001b]0;owned\u0007\u009b31m\r\n\r\n",
  };
  test.each(Object.keys(heads))("%s", async (name) => {
    await using server = await listen(({ socket }) => socket.end(Buffer.from(heads[name]!, "latin1")));
    const options = { place: newPlace(), env: { ...askingAt(server), DEEPSEEK_CHAT_DEBUG: "1" }, cols: 200 };
    await using asked = openProgram(["ask", "--verbose", "--retries", "0", "hi"], options);
    const { code } = await asked.exit;
    expect(acted(asked.raw)).toEqual([]);
    expect([4, 5]).toContain(code);
  });
});
