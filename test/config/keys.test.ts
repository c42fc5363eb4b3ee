import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Environment } from "../../src/config/environment.ts";
import { withoutKeys } from "../../src/config/variables.ts";
import { runKeyCommand } from "../../src/config/key-command.ts";
import { noKeyring } from "../../src/config/keyring.ts";
import { findKey, type KeyPlaces, storeKey } from "../../src/config/keys.ts";
import { AppError, exitCodeOf } from "../../src/errors.ts";

let folder: string;
let keyFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deepseek-chat-keys-"));
  keyFile = join(folder, "config", "keys.json");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const { PATH } = process.env;
/** Prints what the JavaScript says, as a vault's program would. */
const script = (code: string) => [process.execPath, "-e", code];

function places(variables: Record<string, string> = {}, dotenv: Record<string, string> = {}): KeyPlaces {
  return {
    environment: new Environment({ PATH, ...variables }, dotenv, "/project/.env"),
    keyFile,
    keyring: noKeyring,
    store: "file",
    keyVariables: ["DEEPSEEK_API_KEY", "MY_GATEWAY"],
  };
}

function find(where: KeyPlaces, command: string | readonly string[] | null = null, signal = never) {
  return findKey({ provider: "deepseek", variable: "DEEPSEEK_API_KEY", command }, where, signal);
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe("the order of places", () => {
  it("takes the environment, .env, the command, then the file", async () => {
    await storeKey("deepseek", "sk-file", places());
    const command = script("console.log('sk-command')");
    const all = places({ DEEPSEEK_API_KEY: "sk-environment" }, { DEEPSEEK_API_KEY: "sk-dotenv" });
    expect(await find(all, command)).toEqual({
      value: "sk-environment",
      origin: { kind: "environment", name: "DEEPSEEK_API_KEY" },
    });
    expect(await find(places({}, { DEEPSEEK_API_KEY: "sk-dotenv" }), command)).toEqual({
      value: "sk-dotenv",
      origin: { kind: "dotenv", name: "DEEPSEEK_API_KEY (/project/.env)" },
    });
    expect(await find(places(), command)).toEqual({
      value: "sk-command",
      origin: { kind: "command", name: "key_command" },
    });
    expect(await find(places())).toEqual({ value: "sk-file", origin: { kind: "store", name: keyFile } });
  });

  it("does not run the command when the environment has the key", async () => {
    const witness = join(folder, "was-run");
    const command = script(`require("fs").writeFileSync(${JSON.stringify(witness)}, "")`);
    await find(places({ DEEPSEEK_API_KEY: "sk-environment" }), command);
    expect(statSync(witness, { throwIfNoEntry: false })).toBeUndefined();
  });

  it("finds none where there is none", async () => {
    expect(await find(places())).toBeNull();
  });
});

describe("key_command", () => {
  it.each([
    ["a list of words", script("console.log('sk-a b'.split(' ')[0])"), "sk-a"],
    ["one line with quotes", `"${process.execPath}" -e 'console.log(["sk", "b"].join("-"))'`, "sk-b"],
    ["no newline at the end", script("process.stdout.write('sk-c')"), "sk-c"],
    [
      "blank lines before and fields below, as pass has them",
      script("console.log('\\r\\n sk-d \\r\\nuser: me')"),
      "sk-d",
    ],
  ])("takes the key from %s", async (_, command, key) => {
    expect((await find(places(), command))?.value).toBe(key);
  });

  it("has no shell: what is special to one is plain text", async () => {
    const special = "$(echo no) && `id` > /dev/null";
    const command = [...script("console.log(process.argv[1].length)"), special];
    expect((await find(places(), command))?.value).toBe(String(special.length));
  });

  it("gives the program no keys, and nothing to read", async () => {
    const code = `const input = require("fs").readFileSync(0, "utf8");
      const { DEEPSEEK_API_KEY, OPENAI_API_KEY, MY_GATEWAY, VAULT_TOKEN } = process.env;
      console.log(JSON.stringify([input.length, DEEPSEEK_API_KEY, OPENAI_API_KEY, MY_GATEWAY, VAULT_TOKEN]).replaceAll('"', ""))`;
    const variables = { OPENAI_API_KEY: "sk-openai", MY_GATEWAY: "sk-mine", VAULT_TOKEN: "opens-the-vault" };
    const where = places({ ...variables, DEEPSEEK_API_KEY: "" });
    expect((await find(where, script(code)))?.value).toBe("[0,null,null,null,opens-the-vault]");
  });

  it("tells how it failed and what it said, and not what it printed", async () => {
    const error = await failure(
      find(
        places(),
        script("console.log('sk-printed'); console.error('vault is locked,\\n not sk-printed.'); process.exit(3)"),
      ),
    );
    expect(error.details).toEqual({
      provider: "deepseek",
      command: process.execPath,
      why: "failed",
      reason: "3",
      said: "vault is locked, not [key]",
    });
    expect(exitCodeOf(error.kind)).toBe(3);
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain("sk-printed");
  });

  it.each([
    ["is not there", ["/nowhere/vault"], "missing", "ENOENT"],
    ["is no program", ["/etc"], "missing", "EACCES"],
    ["prints nothing", script("process.stdout.write(' \\n')"), "empty", ""],
    ["prints no end", script("setInterval(() => process.stdout.write('x'.repeat(1e5)), 1)"), "flooded", ""],
    ["was killed", script("process.kill(process.pid, 'SIGTERM')"), "failed", "SIGTERM"],
  ])("fails when the program %s", async (_, command, why, reason) => {
    expect((await failure(find(places(), command))).details).toMatchObject({ why, reason });
  });

  it("is given up after a while", async () => {
    const options = { provider: "deepseek", variables: { PATH }, keyVariables: [], timeout: 300, signal: never };
    const error = await failure(runKeyCommand({ ...options, command: script("setInterval(() => {}, 1e6)") }));
    expect(error.details).toMatchObject({ why: "timeout", reason: "0.3" });
  });

  it("ends with the program that asked for the key", async () => {
    const stop = new AbortController();
    const marker = join(folder, "started");
    const code = `require("fs").writeFileSync(${JSON.stringify(marker)}, ""); setInterval(() => {}, 1e6)`;
    const finding = failure(find(places(), script(code), stop.signal));
    await expect.poll(() => statSync(marker, { throwIfNoEntry: false }), { timeout: 240_000 }).toBeDefined();
    stop.abort();
    expect((await finding).code).toBe("interrupted");
  });
});

describe("a key that cannot be one", () => {
  it.each([
    ["blanks", "sk abc"],
    ["quotes", '"sk-abc"'],
    ["Chinese punctuation", "sk-abc\uFF0C"],
    ["what a web page hides", "sk-abc\u200B"],
    ["a second line", "sk-abc\nsk-def"],
  ])("is named by its origin: %s", async (_, value) => {
    const error = await failure(find(places({ DEEPSEEK_API_KEY: value })));
    expect([error.code, error.details]).toEqual([
      "key_malformed",
      { provider: "deepseek", origin: "DEEPSEEK_API_KEY" },
    ]);
  });

  it("may have blanks around it", async () => {
    expect((await find(places({ DEEPSEEK_API_KEY: " sk-abc\r\n" })))?.value).toBe("sk-abc");
  });
});

describe("the key file", () => {
  it("is 0600 in a folder of 0700, also under a loose umask, and keeps the keys of others", async () => {
    const before = process.umask(0);
    try {
      await storeKey("deepseek", "sk-one", places());
      await storeKey("siliconflow", "sk-two", places());
    } finally {
      process.umask(before);
    }
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "config")).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(keyFile, "utf8"))).toEqual({ deepseek: "sk-one", siliconflow: "sk-two" });
  });

  it("is made private again when it was not", async () => {
    await storeKey("deepseek", "sk-one", places());
    chmodSync(keyFile, 0o644);
    await storeKey("deepseek", "sk-two", places());
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it("is named and not quoted when it is broken", async () => {
    await storeKey("deepseek", "sk-one", places());
    writeFileSync(keyFile, '{"deepseek": "sk-secret"');
    const error = await failure(find(places()));
    expect(error.details).toMatchObject({ path: keyFile });
    expect(JSON.stringify([error, error.message, error.cause ?? null])).not.toContain("sk-secret");
  });

  it("has no provider that is named like a part of every object", async () => {
    await storeKey("deepseek", "sk-one", places());
    expect(await findKey({ provider: "constructor", variable: null, command: null }, places(), never)).toBeNull();
  });
});

it("takes keys out of an environment, and leaves the rest", () => {
  const variables = { PATH: "/bin", DEEPSEEK_API_KEY: "a", openai_api_key: "b", MY_GATEWAY: "c", VAULT_TOKEN: "d" };
  expect(withoutKeys(variables, ["MY_GATEWAY"])).toEqual({ PATH: "/bin", VAULT_TOKEN: "d" });
});
