import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";

/** Homes in which no folder can be made. */
const homes: Record<string, (place: Place) => string> = {
  "below /proc": () => "/proc/nowhere",
  "a device": () => "/dev/null",
  "a file": ({ home }) => {
    writeFileSync(join(home, "file"), "");
    return join(home, "file");
  },
};

describe.runIf(process.platform === "linux").concurrent.each(Object.keys(homes))("a home that is %s", (what) => {
  const attempts: readonly (readonly [readonly string[], number])[] = [
    [["ask", "hello"], 6],
    [["ask", "--no-transcript", "hello"], 0],
    [["chat"], 6],
    [["transcripts", "list"], what === "below /proc" ? 0 : 6],
    [["config", "list"], 0],
    [["config", "set", "temperature", "0.5"], 6],
    [["completion", "bash"], 0],
    [["complete-words", "--", "ask", "--prov"], 0],
  ];

  test.each(attempts)("lets %j end, with a sentence where something cannot be kept", async (args, code) => {
    const place = newPlace();
    rmSync(join(place.cwd, "transcripts"), { recursive: true });
    await using server = await serve(() => answer("yes"));
    const env = { ...askingAt(server), HOME: homes[what]!(place), DEEPSEEK_CHAT_CONFIG: undefined };
    const ran = await run(args, { place, env, input: "hello\nq\n" });
    expect([ran.code, ran.signal]).toEqual([code, null]);
    expect(ran.stderr).not.toMatch(/internal|\n\s+at /iu);
    expect(ran.stderr).toMatch(code === 6 ? /can't (?:write|read)|isn't saved/iu : /^/u);
  });
});

describe
  .runIf(process.platform === "linux")
  .concurrent("folders that are named by a relative path count as not set", () => {
    test.each(["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"])("%s", async (variable) => {
      const place = newPlace();
      rmSync(join(place.cwd, "transcripts"), { recursive: true });
      const env = { DEEPSEEK_CHAT_CONFIG: undefined, [variable]: "relative" };
      for (const command of ["config", "transcripts"]) {
        const { code, stdout } = await run([command, "path"], { place, env });
        const path = stdout.trimEnd();
        const inWork = !relative(place.cwd, path).startsWith("..");
        expect({ code, absolute: isAbsolute(path), inWork }).toEqual({ code: 0, absolute: true, inWork: false });
      }
      expect(readdirSync(place.cwd)).toEqual([]);
    });
  });
