import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { en, wordsOf, zh } from "../support/words.ts";

/** A gateway with a test and a production deployment. */
function placeWith(url: string, more: object = {}): Place {
  const place = newPlace();
  const gw = { base_url: `${url}/none`, model: "m", headers: { "X-A": "1" } };
  const profiles = {
    test: { temperature: 0.5, providers: { gw: { base_url: `${url}/test` } } },
    production: { provider: "live", providers: { live: { base_url: `${url}/live`, model: "big" } } },
  };
  put(place.configFile, JSON.stringify({ provider: "gw", providers: { gw }, profiles, ...more }));
  return place;
}

describe.concurrent("a profile", () => {
  test("chosen by a flag, a variable or the file changes settings and rows of providers", async () => {
    await using server = await serve(() => answer("yes"));
    const place = placeWith(server.url);
    const ask = async (args: readonly string[], env = {}, at = place) =>
      (await run([...args, "--no-transcript", "hello"], { place: at, env })).code;
    expect(await ask(["ask", "--profile", "test"])).toBe(0);
    expect(await ask(["--profile=test", "ask", "-T", "0.1"])).toBe(0);
    expect(await ask(["ask"], { DEEPSEEK_CHAT_PROFILE: "production" })).toBe(0);
    expect(await ask(["ask"], {}, placeWith(server.url, { profile: "test" }))).toBe(0);
    const sent = server.requests.map(({ path, headers, body }) => [
      path,
      headers["x-a"],
      body?.["model"],
      body?.["temperature"],
    ]);
    expect(sent).toEqual([
      ["/test/chat/completions", "1", "m", 0.5],
      ["/test/chat/completions", "1", "m", 0.1],
      ["/live/chat/completions", undefined, "big", undefined],
      ["/test/chat/completions", "1", "m", 0.5],
    ]);
  });

  test("is not chosen by a folder's .env, which is told", async () => {
    await using server = await serve(() => answer("yes"));
    const place = placeWith(server.url);
    const path = join(place.cwd, ".env");
    put(path, "DEEPSEEK_CHAT_PROFILE=production\n");
    const { stderr } = await run(["ask", "--no-transcript", "hello"], { place });
    expect(server.requests[0]!.path).toBe("/none/chat/completions");
    expect(stderr).toContain(en.ignored.variable({ path, name: "DEEPSEEK_CHAT_PROFILE", writes: false }));
  });

  test("that there is not is told with the nearest one, and asks nothing", async () => {
    const place = placeWith("http://127.0.0.1:9");
    const known = ["test", "production"];
    const [flag, variable, set] = await Promise.all([
      run(["ask", "--profile", "tset", "hello"], { place }),
      run(["models"], { place, env: { DEEPSEEK_CHAT_PROFILE: "xyz", LC_ALL: "zh_CN.UTF-8" } }),
      run(["config", "set", "profile", "prodction"], { place }),
    ]);
    expect([flag.code, variable.code, set.code]).toEqual([2, 2, 2]);
    expect(flag.stderr).toContain(wordsOf("unknown_profile", { name: "tset", known, nearest: "test" }).whole);
    expect(variable.stderr).toContain(wordsOf("unknown_profile", { name: "xyz", known, nearest: null }, zh).whole);
    expect(set.stderr).toContain("production?");
  });

  test("is shown by config list with its origin, read by config get, and written by config set", async () => {
    const place = placeWith("http://127.0.0.1:9");
    const output = async (...args: readonly string[]) => (await run(args, { place })).stdout;
    const rows = JSON.parse(await output("config", "list", "--json", "--profile", "test")) as {
      name: string;
      value: unknown;
      origin: unknown;
    }[];
    const rowOf = (name: string) => rows.find((row) => row.name === name);
    const origin = { kind: "profile", name: "test" };
    expect(rowOf("profile")).toMatchObject({ value: "test", origin: { kind: "flag" } });
    expect(rowOf("temperature")).toMatchObject({ value: 0.5, origin });
    expect(rowOf("providers.gw.base_url")).toMatchObject({ value: "http://127.0.0.1:9/test", origin });
    expect(rowOf("providers.gw.model")).toMatchObject({ value: "m", origin: { kind: "file" } });
    expect(await output("config", "get", "temperature", "--profile", "test")).toBe("0.5\n");

    expect(await run(["config", "set", "--profile", "fresh", "temperature", "1"], { place })).toMatchObject({
      code: 0,
    });
    await run(["config", "unset", "--profile", "test", "temperature"], { place });
    await run(["config", "set", "profile", "fresh"], { place });
    const { profiles, profile } = parse(readFileSync(place.configFile, "utf8")) as Record<string, unknown>;
    expect([profile, profiles]).toMatchObject(["fresh", { fresh: { temperature: 1 } }]);
    expect(profiles).not.toHaveProperty("test.temperature");
    const wrong = await run(["config", "set", "--profile", "fresh", "temperature", "9"], { place });
    expect(wrong.stderr).toContain(
      wordsOf("bad_value", { name: "profiles.fresh.temperature", value: "9", expected: "0 to 2" }).what,
    );
    expect((await run(["config", "set", "--profile", "fresh", "lang", "zh"], { place })).code).toBe(2);
    expect(await output("complete-words", "--", "ask", "--profile", "")).toContain("fresh");
  });
});
