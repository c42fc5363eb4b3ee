import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { en, wordsOf } from "../support/words.ts";

const [stored, given] = ["sk-stored-0123456789abcd", "sk-given-0123456789wxyz"];

/** DeepSeek's key in file and environment, a provider with a key command, and a key whose provider is gone. */
function place(): Place {
  const made = newPlace();
  put(made.keyFile, JSON.stringify({ deepseek: stored, gone: "sk-of-a-provider-that-is-gone", short: "sk-short" }));
  put(
    made.configFile,
    `providers:\n  vault: { base_url: "https://v.example.com/v1", key_command: "false" }\n  short: { base_url: "https://s.example.com/v1" }\n`,
  );
  return made;
}

const env = { DEEPSEEK_API_KEY: given };

describe.concurrent("keys", () => {
  test("are listed with where they come from, and not themselves", async () => {
    const where = place();
    for (const args of [["keys"], ["keys", "list"], ["keys", "list", "--lang", "zh"], ["keys", "list", "--json"]]) {
      const { code, stdout, stderr } = await run(args, { place: where, env });
      expect(code).toBe(0);
      expect(stdout + stderr).not.toMatch(/stored-0123|given-0123|sk-short|sk-of-a/u);
      expect(stdout).toContain("wxyz");
      expect(stdout).toContain("abcd");
    }
    const { stdout } = await run(["keys", "list"], { place: where, env });
    expect(stdout).toMatch(/^deepseek +\u2026wxyz +in use +environment DEEPSEEK_API_KEY$/mu);
    expect(stdout).toMatch(/^deepseek +\u2026abcd +key file .*keys\.json$/mu);
    expect(stdout).toMatch(/^vault +in use +key command$/mu);
  });

  test("are listed as JSON, also those of providers that are gone", async () => {
    const where = place();
    const { stdout } = await run(["keys", "list", "--json"], { place: where, env });
    expect(JSON.parse(stdout)).toEqual([
      {
        provider: "deepseek",
        origin: "environment",
        place: "DEEPSEEK_API_KEY",
        ends_with: "wxyz",
        in_use: true,
        failure: null,
      },
      { provider: "deepseek", origin: "store", place: where.keyFile, ends_with: "abcd", in_use: false, failure: null },
      { provider: "vault", origin: "command", place: "key_command", ends_with: null, in_use: true, failure: null },
      { provider: "short", origin: "store", place: where.keyFile, ends_with: null, in_use: true, failure: null },
      { provider: "gone", origin: "store", place: where.keyFile, ends_with: "gone", in_use: false, failure: null },
    ]);
  });

  test("are removed one by one, and what is left is said", async () => {
    const where = place();
    const removed = await run(["keys", "remove", "deepseek"], { place: where, env });
    expect(removed.code).toBe(0);
    expect(removed.stderr).toContain("Removed the key of deepseek from the key file");
    expect(removed.stderr).toContain(en.keys.left({ provider: "deepseek", place: "environment DEEPSEEK_API_KEY" }));
    expect(Object.keys(JSON.parse(readFileSync(where.keyFile, "utf8")) as object)).toEqual(["gone", "short"]);
    const again = await run(["keys", "remove", "deepseek"], { place: where, env });
    expect(again.code).toBe(3);
    const origin = "environment DEEPSEEK_API_KEY";
    expect(again.stderr).toContain(wordsOf("no_stored_key", { provider: "deepseek", origin }).whole);
    expect((await run(["keys", "remove", "gone"], { place: where })).code).toBe(0);
    expect((await run(["keys", "remove", "__proto__"], { place: where })).code).toBe(3);
  });

  test("are none at first, and the broken config file does not matter", async () => {
    const where = newPlace();
    put(where.configFile, "providers: [");
    const { code, stdout, stderr } = await run(["keys", "list"], { place: where });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toContain("deepseek-chat setup");
    expect(existsSync(where.keyFile)).toBe(false);
  });
});
