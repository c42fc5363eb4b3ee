import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place, put } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { deepseekExport } from "../support/foreign.ts";
import { answer, refusal } from "../support/wire.ts";
import { acted, hostileName, hostileText } from "./acting.ts";
import { en } from "../support/words.ts";

/** A place whose transcripts, settings and caches lie in folders of hostile names. */
function hostileFolders(): { place: Place; env: Record<string, string>; transcripts: string } {
  const place = newPlace();
  const inner = join(place.home, hostileName);
  const transcripts = join(inner, "kept");
  mkdirSync(transcripts, { recursive: true });
  const configFile = join(inner, "config.yaml");
  put(configFile, "key_store: file\ntemperature: 1\n");
  const folders = { XDG_DATA_HOME: inner, XDG_CACHE_HOME: inner, DEEPSEEK_CHAT_TRANSCRIPTS: transcripts };
  return { place, env: { ...folders, DEEPSEEK_CHAT_CONFIG: configFile }, transcripts };
}

const commands: Record<string, readonly string[]> = {
  ask: ["ask", "--verbose", "-m", hostileName, "hi"],
  list: ["transcripts", "list"],
  "a picker of nothing": ["transcripts"],
  "export of nothing": ["transcripts", "export", "--all", "-o", "out"],
  import: ["--verbose", "transcripts", "import", "export.json"],
  "config list": ["config", "list"],
  doctor: ["doctor", "--probe", "-m", hostileName],
  "a log that cannot be": ["ask", "--log-file", `/nowhere/${hostileName}`, "hi"],
};

describe.concurrent("in folders of such names", () => {
  test.each(Object.keys(commands))("%s", async (name) => {
    await using server = await serve(() => answer("yes"));
    const { place, env } = hostileFolders();
    put(join(place.cwd, "export.json"), JSON.stringify(deepseekExport()));
    const options = { place, env: { ...askingAt(server), ...env }, cols: 200 };
    await using terminal = openProgram(commands[name]!, options);
    const { code } = await terminal.exit;
    expect(acted(terminal.raw)).toEqual([]);
    expect(code).not.toBe(1);
    expect(terminal.scrollback()).toContain("\u241b]0;owned");
  });

  test("a session with a model of such a name", async () => {
    await using server = await serve(() => answer("yes"));
    const { place, env } = hostileFolders();
    const options = { place, env: { ...askingAt(server), ...env }, cols: 200 };
    await using session = openProgram(["-m", hostileName], options);
    for (const line of ["hi", "/provider deepseek", "/set model", "q"]) await say(session, line);
    await session.exit;
    expect(acted(session.raw)).toEqual([]);
    expect(session.scrollback().split("\u241b]0;owned").length).toBeGreaterThan(4);
  });

  test("set-up, with a service that refuses and greets in this way", async () => {
    await using server = await serve(({ path, headers }) => {
      if (headers.authorization !== "Bearer sk-right-0123456789")
        return refusal(401, { error: { message: hostileText } });
      if (path.endsWith("/models")) return refusal(200, { data: [{ id: hostileName }, { id: "deepseek-flash" }] });
      return refusal(200, {
        is_available: true,
        balance_infos: [{ currency: hostileName, total_balance: hostileName }],
      });
    });
    const { place, env } = hostileFolders();
    await using terminal = openProgram(["setup"], {
      place,
      env: { ...env, DEEPSEEK_BASE_URL: server.url },
      cols: 200,
      rows: 200,
    });
    await terminal.until(en.setup.intro);
    terminal.type("\r");
    await terminal.until(/API key of deepseek/u);
    terminal.type("sk-wrong-0123456789\r");
    await terminal.until(/\u241b\[31mred/u);
    await terminal.until(() => terminal.screen().split("API key of deepseek").length === 3);
    terminal.type("sk-right-0123456789\r");
    await terminal.exit;
    expect(acted(terminal.raw)).toEqual([]);
    expect(terminal.scrollback().split("\u241b]0;owned").length).toBeGreaterThan(3);
  });
});

describe.concurrent("another that takes over", () => {
  test("with the reasons of the first", async () => {
    await using server = await serve(({ body }) =>
      body?.["model"] === "deepseek-flash" ? refusal(503, { error: { message: hostileText } }) : answer("yes"),
    );
    const place = newPlace();
    put(place.configFile, `failover: {deepseek/deepseek-flash: [${JSON.stringify(`deepseek/${hostileName}`)}]}\n`);
    const options = { place, env: askingAt(server), cols: 200 };
    await using asked = openProgram(["ask", "--retries", "0", "-m", "deepseek-flash", "hi"], options);
    expect(await asked.exit).toMatchObject({ code: 0 });
    expect(acted(asked.raw)).toEqual([]);
    expect(asked.scrollback()).toContain("\u241b[31mred");
    expect(asked.scrollback()).toContain("a\u241b]0;owned");
  });
});
