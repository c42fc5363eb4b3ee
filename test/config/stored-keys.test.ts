import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Environment } from "../../src/config/environment.ts";
import { type Keyring, type KeyringEntry, keyringName, systemKeyring, useKeyring } from "../../src/config/keyring.ts";
import {
  filedProviders,
  findKey,
  isWellFormed,
  keyPlacesOf,
  type KeyPlaces,
  looksLikeKey,
  removeKey,
  storeKey,
} from "../../src/config/keys.ts";

const never = new AbortController().signal;

/** Places without a keyring: there is no session bus. */
function places(more: Partial<KeyPlaces> = {}, variables: Record<string, string> = {}): KeyPlaces {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const environment = new Environment(variables, {}, "/x/.env");
  const keyFile = join(folder, "config", "keys.json");
  return { environment, keyring: systemKeyring(variables), keyFile, store: "auto", keyVariables: [], ...more };
}

const mine = { provider: "mine", variable: "MINE_KEY", command: null };
const stored = ({ keyFile }: KeyPlaces): unknown => JSON.parse(readFileSync(keyFile, "utf8"));

function written(at: KeyPlaces, text: string): KeyPlaces {
  mkdirSync(dirname(at.keyFile), { recursive: true });
  writeFileSync(at.keyFile, text);
  return at;
}

describe.skipIf(process.platform !== "linux")("where there is no keyring", () => {
  test("a key is kept in the file, beside those of others", async () => {
    const at = places();
    expect(await at.keyring("mine")).toBeNull();
    const origin = { kind: "store", name: at.keyFile };
    expect(await storeKey("other", "k1", at)).toEqual({ origin, keyringFailure: null });
    await storeKey("mine", "k2", at);
    await storeKey("mine", "k3", at);
    expect(stored(at)).toEqual({ other: "k1", mine: "k3" });
    expect(filedProviders(at)).toEqual(["other", "mine"]);
    expect(await findKey(mine, at, never)).toEqual({ value: "k3", origin });
    expect(await findKey({ ...mine, provider: "third" }, at, never)).toBeNull();
    expect(await removeKey("mine", at)).toEqual([origin]);
    expect(await removeKey("mine", at)).toEqual([]);
    expect(stored(at)).toEqual({ other: "k1" });
  });

  test("settings that want the keyring alone have no key, and store none", async () => {
    const at = written(places({ store: "keyring" }), '{"mine":"k"}');
    expect(await findKey(mine, at, never)).toBeNull();
    await expect(storeKey("mine", "k2", at)).rejects.toMatchObject({
      code: "keyring_failed",
      details: { provider: "mine", reason: null },
    });
    expect(stored(at)).toEqual({ mine: "k" });
  });
});

test.skipIf(process.platform !== "linux")("a keyring that is named and not there is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-bus-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  expect(await systemKeyring({ XDG_RUNTIME_DIR: folder })("mine")).toBeNull();
});

/** A keyring in memory; `refuses` is why it gives nothing and takes nothing. */
class MemoryKeyring {
  readonly keys = new Map<string, string>();
  refuses: string | null = null;

  readonly open: Keyring = (provider) => {
    const asking = async <Value>(answer: () => Value): Promise<Value> => {
      if (this.refuses !== null) throw new Error(`Couldn't access platform storage: Secret Service: ${this.refuses} `);
      return answer();
    };
    return Promise.resolve<KeyringEntry>({
      getPassword: () => asking(() => this.keys.get(provider) ?? null),
      setPassword: (key) => asking(() => void this.keys.set(provider, key)),
      deleteCredential: () => asking(() => this.keys.delete(provider)),
    });
  };
}

describe("where there is a keyring", () => {
  const inKeyring = { kind: "keyring", name: keyringName };
  const beside = () => {
    const memory = new MemoryKeyring();
    return { memory, at: places({ keyring: memory.open }) };
  };

  test("a key is kept in it, and no longer in the file", async () => {
    const { memory, at } = beside();
    written(at, '{"mine":"sk-old","other":"k1"}');
    expect(await storeKey("mine", "sk-0123456789abcd", at)).toEqual({ origin: inKeyring, keyringFailure: null });
    expect([...memory.keys]).toEqual([["mine", "sk-0123456789abcd"]]);
    expect(stored(at)).toEqual({ other: "k1" });
    const { mtimeMs } = statSync(at.keyFile);
    await storeKey("mine", "sk-0123456789abce", at);
    expect(statSync(at.keyFile).mtimeMs).toBe(mtimeMs);
    expect(await findKey(mine, at, never)).toEqual({ value: "sk-0123456789abce", origin: inKeyring });
    expect(await keyPlacesOf(mine, at)).toEqual([{ provider: "mine", origin: inKeyring, last: "abce", failure: null }]);
    expect(await findKey({ ...mine, provider: "other" }, at, never)).toMatchObject({ value: "k1" });
  });

  test("it is asked before the file, and both let go of a key", async () => {
    const { memory, at } = beside();
    written(at, '{"mine":"k1"}');
    memory.keys.set("mine", "k2");
    expect(await findKey(mine, at, never)).toEqual({ value: "k2", origin: inKeyring });
    const filed = { kind: "store", name: at.keyFile };
    expect((await keyPlacesOf(mine, at)).map(({ origin }) => origin)).toEqual([inKeyring, filed]);
    expect(await removeKey("mine", at)).toEqual([inKeyring, filed]);
    expect(memory.keys.size).toBe(0);
    const { mtimeMs } = statSync(at.keyFile);
    expect(await removeKey("mine", at)).toEqual([]);
    expect(statSync(at.keyFile).mtimeMs).toBe(mtimeMs);
    memory.keys.set("mine", "");
    expect(await findKey(mine, at, never)).toBeNull();
  });

  test("and it refuses, the file takes the key, unless the settings want the keyring alone", async () => {
    const { memory, at } = beside();
    memory.refuses = "unlock prompt was dismissed";
    const failed = {
      code: "keyring_failed",
      details: { provider: "mine", keyring: keyringName, reason: memory.refuses },
    };
    await expect(findKey(mine, at, never)).rejects.toMatchObject(failed);
    const origin = { kind: "store", name: at.keyFile };
    expect(await storeKey("mine", "k", at)).toEqual({ origin, keyringFailure: memory.refuses });
    expect(await findKey(mine, at, never)).toEqual({ value: "k", origin });
    expect(await keyPlacesOf(mine, at)).toEqual([
      { provider: "mine", origin: inKeyring, last: null, failure: memory.refuses },
      { provider: "mine", origin, last: null, failure: null },
    ]);
    await expect(removeKey("mine", at)).rejects.toMatchObject(failed);
    await expect(storeKey("mine", "k", { ...at, store: "keyring" })).rejects.toMatchObject(failed);
  });

  test("and it never answers, it is given up", async () => {
    const { open } = new MemoryKeyring();
    const answer = await useKeyring(open, "mine", () => new Promise<never>(() => {}), 20);
    expect(answer).toEqual({ value: null, failure: "timeout" });
  });
});

describe("a key of the environment", () => {
  test("is the one of the provider's variable, without blanks, and comes before the stored one", async () => {
    const at = written(places({ store: "file" }, { MINE_KEY: " k1 ", OTHER: "k2" }), '{"mine":"k3"}');
    expect(await findKey(mine, at, never)).toEqual({ value: "k1", origin: { kind: "environment", name: "MINE_KEY" } });
    expect(await findKey({ ...mine, variable: null }, at, never)).toMatchObject({ value: "k3" });
  });

  test.each(["k\u4f60", "a b", 'k"', "k'", "k`", "\u201ck\u201d"])(
    "that cannot be one is told, not shown: %s",
    async (value) => {
      const at = places({ store: "file" }, { MINE_KEY: value });
      await expect(findKey(mine, at, never)).rejects.toMatchObject({
        code: "key_malformed",
        details: { provider: "mine", origin: "MINE_KEY" },
      });
      expect([isWellFormed(value), isWellFormed("sk-!~"), isWellFormed("")]).toEqual([false, true, false]);
    },
  );
});

test("all places of a key are named in their order, with its last characters where it is long", async () => {
  const at = written(places({ store: "file" }, { MINE_KEY: "  sk-0123456789abc  " }), '{"mine":"sk-0123456789ab"}');
  const named = await keyPlacesOf({ ...mine, command: "pass show" }, at);
  expect(named).toEqual([
    { provider: "mine", origin: { kind: "environment", name: "MINE_KEY" }, last: "9abc", failure: null },
    { provider: "mine", origin: { kind: "command", name: "key_command" }, last: null, failure: null },
    { provider: "mine", origin: { kind: "store", name: at.keyFile }, last: null, failure: null },
  ]);
  expect(await keyPlacesOf({ provider: "none", variable: null, command: null }, at)).toEqual([]);
});

test.each([
  ["[", "no_keys"],
  ['["mine"]', "no_keys"],
  ['"mine"', "no_keys"],
  ["null", "no_keys"],
  ['{"mine":1}', "no_keys"],
])("a key file that is not ours is told, and its text is nowhere in the error: %s", async (text, reason) => {
  const at = written(places({ store: "file" }), text);
  const error: unknown = await findKey(mine, at, never).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "config_broken",
    details: { path: at.keyFile, line: null, key: null, reason, said: "" },
  });
  expect((error as Error).cause).toBeUndefined();
});

test("a key file that cannot be read is told with the reason", async () => {
  const at = places({ store: "file" });
  mkdirSync(at.keyFile, { recursive: true });
  await expect(findKey(mine, at, never)).rejects.toMatchObject({ code: "config_broken", details: { said: "" } });
  expect(filedProviders({ ...at, keyFile: join(at.keyFile, "below", "keys.json") })).toEqual([]);
});

test("what looks like a key is not shown where something else was asked for", () => {
  for (const key of [
    "sk-abc",
    "SK_abc",
    "gsk_1",
    "ghp_x",
    "github_pat_x",
    "hf_x",
    "xai-1",
    "nvapi-a",
    "tgp_a",
    "csk-a",
    "pplx-a",
    "glpat-a",
    "pk-a",
    "rk-a",
    "AIzaSyA12345",
    "AKIA12345678",
    "eyJhbGci.x-1",
    "0123456789abcdef01234567",
    "Ab-cd_EFGHIJKLMNOPQRSTU1",
  ])
    expect([key, looksLikeKey(key)]).toEqual([key, true]);
  for (const text of [
    "deepseek-chat",
    "sk",
    "my-sk-abc",
    "sk-a b",
    "AIza",
    "xAIzaSyA12345",
    "eyJ",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789abcdef0123456",
    "claude-sonnet-4-5-20250929-v1",
    "0123456789abcdef 1234567",
    "a question?",
  ])
    expect([text, looksLikeKey(text)]).toEqual([text, false]);
});
