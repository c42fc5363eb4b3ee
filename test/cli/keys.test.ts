import { chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { wordsOf, zh } from "../support/words.ts";

const key = "sk-from-the-vault-0123456789";

/** A vault's program in the home, and a config file that names it. */
function withVault(script: string, more = ""): Place {
  const place = newPlace();
  put(join(place.home, "bin", "vault"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(place.home, "bin", "vault"), 0o700);
  put(place.configFile, `providers: { deepseek: { key_command: "~/bin/vault read 'the key'" } }\n${more}`);
  return place;
}

describe.skipIf(process.platform === "win32")("key_command", () => {
  it("gives the key that is sent", async () => {
    await using server = await serve([answer("yes")]);
    const place = withVault(`test "$1 $2" = "read the key" && echo ${key}`);
    const { stdout, code } = await run(["ask", "hello"], { place, env: { DEEPSEEK_BASE_URL: server.url } });
    expect([stdout, code]).toEqual(["yes\n", 0]);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
  });

  it("is named when its key is refused, and the key is nowhere", async () => {
    await using server = await serve([refusal(401, { error: { message: `invalid key ${key}` } })]);
    const place = withVault(`echo ${key}`);
    const env = { DEEPSEEK_BASE_URL: server.url, DEEPSEEK_CHAT_DEBUG: "1" };
    const args = ["--verbose", "--log-file", "run.log", "--log-content", "ask", "hello"];
    const { stdout, stderr, code } = await run(args, { place, env });
    expect(stderr).toContain("rejected the API key from key_command (401: invalid key [key])");
    const transcripts = (await run(["transcripts", "show", "last", "--raw"], { place })).stdout;
    for (const text of [stdout, stderr, readFileSync(join(place.cwd, "run.log"), "utf8"), transcripts]) {
      expect(text).not.toContain(key);
    }
    expect(code).toBe(3);
  });

  it("tells why there is no key, in what the vault said", async () => {
    const place = withVault(`echo ${key}; echo "vault is sealed\u001b[2J" >&2; exit 2`);
    const english = await run(["ask", "hello"], { place });
    const details = {
      provider: "deepseek",
      command: join(place.home, "bin", "vault"),
      why: "failed",
      reason: "2",
      said: "vault is sealed\u241b[2J",
    } as const;
    expect(english.stderr).toBe(`${wordsOf("key_command_failed", details).whole}\n`);
    const chinese = await run(["--lang", "zh", "ask", "hello"], { place });
    expect(chinese.stderr).toBe(`${wordsOf("key_command_failed", details, zh).whole}\n`);
    for (const { stderr, code } of [english, chinese]) {
      expect(stderr).not.toContain(key);
      expect(code).toBe(3);
    }
  });

  it("sends its key nowhere that a project's .env points", async () => {
    await using thief = await serve([answer("thanks")]);
    const place = withVault(`echo ${key}`);
    put(join(place.cwd, ".env"), `DEEPSEEK_BASE_URL=${thief.url}\n`);
    const { code } = await run(["ask", "hello"], { place });
    expect([code, thief.requests.length]).toEqual([3, 0]);
  });

  it("is no setting of a project's .env", async () => {
    const place = newPlace();
    put(join(place.cwd, ".env"), "DEEPSEEK_CHAT_KEY_COMMAND=touch stolen\nKEY_COMMAND=touch stolen\n");
    expect((await run(["ask", "hello"], { place })).code).toBe(3);
    expect(statSync(join(place.cwd, "stolen"), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe.skipIf(process.platform === "win32")("an editor", () => {
  it("is given the environment without keys", async () => {
    const place = newPlace();
    const seen = join(place.home, "seen");
    put(join(place.home, "editor"), `#!/bin/sh\nenv > ${seen}\n`);
    chmodSync(join(place.home, "editor"), 0o700);
    put(
      place.configFile,
      "providers: { mine: { base_url: https://gateway.example.com, key_variable: MY_GATEWAY } }\nfoo: 1\n",
    );
    const env = {
      EDITOR: join(place.home, "editor"),
      TERM: "xterm-256color",
      DEEPSEEK_API_KEY: "sk-1111",
      OPENAI_API_KEY: "sk-2222",
      MY_GATEWAY: "sk-3333",
    };
    await using terminal = openProgram(["config", "edit"], { place, env });
    // The file is checked when the editor is closed.
    expect((await terminal.exit).code).toBe(3);
    const unknown = { path: place.configFile, line: 2, key: "foo", nearest: null };
    expect(terminal.scrollback().replace(/\s+/gu, " ")).toContain(wordsOf("config_unknown", unknown).what);
    const given = readFileSync(seen, "utf8");
    expect(given).toContain("EDITOR=");
    expect(given).not.toMatch(/sk-\d/u);
  });
});

it("tells of a key that cannot be one before anything is sent", async () => {
  await using server = await serve([answer("yes")]);
  const env = { DEEPSEEK_API_KEY: "sk-abc\uff0c", DEEPSEEK_BASE_URL: server.url };
  const { stderr, code } = await run(["ask", "hello"], { env });
  expect(stderr).toContain(wordsOf("key_malformed", { provider: "deepseek", origin: "DEEPSEEK_API_KEY" }).what);
  expect([code, server.requests.length]).toEqual([3, 0]);
});
