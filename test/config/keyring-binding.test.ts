import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Environment } from "../../src/config/environment.ts";
import { clearKeyring, hasKeyring, keyringName, readKeyring, writeKeyring } from "../../src/config/keyring.ts";
import { findKey, keyPlacesOf, type KeyPlaces, removeKey, storeKey } from "../../src/config/keys.ts";

/** The package that reaches the system's keyring, with a keyring of the test's own behind it. */
const binding = vi.hoisted(() => {
  const entries = new Map<string, string>();
  const state = {
    entries,
    /** What each call fails with. */
    failure: null as unknown,
    /** Whether no entry can be made, as without a service. */
    missing: false,
    /** Whether it waits for a person who never comes. */
    waiting: false,
    stores: new Set<unknown>(),
  };
  class AsyncEntry {
    readonly #name: string;
    constructor(service: string, user: string, options: unknown) {
      if (state.missing) throw new Error("no service");
      state.stores.add(JSON.stringify(options));
      this.#name = `${service} ${user}`;
    }
    async #answer<Value>(value: () => Value): Promise<Value> {
      if (state.waiting) await new Promise(() => {});
      if (state.failure !== null) throw state.failure;
      return value();
    }
    async getPassword() {
      return await this.#answer(() => entries.get(this.#name));
    }
    async setPassword(password: string) {
      await this.#answer(() => entries.set(this.#name, password));
    }
    async deleteCredential() {
      return await this.#answer(() => entries.delete(this.#name));
    }
  }
  return Object.assign(state, { AsyncEntry });
});
vi.mock("@napi-rs/keyring", () => ({ AsyncEntry: binding.AsyncEntry }));

beforeEach(() => {
  binding.entries.clear();
  Object.assign(binding, { failure: null, missing: false, waiting: false });
});

const bus = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
const never = new AbortController().signal;
const locked = new Error("Couldn't access platform storage: Secret Service: it is locked ");

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-keyring-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("the keyring", () => {
  test("has what was written under a provider's name, until that is removed", async () => {
    expect(await readKeyring("mine", bus)).toEqual({ state: "done", value: null });
    expect(await writeKeyring("mine", "k1", bus)).toEqual({ state: "done", value: undefined });
    expect([...binding.entries]).toEqual([["deepseek-chat mine", "k1"]]);
    expect(await readKeyring("mine", bus)).toEqual({ state: "done", value: "k1" });
    expect(await readKeyring("other", bus)).toEqual({ state: "done", value: null });
    expect(await clearKeyring("mine", bus)).toEqual({ state: "done", value: true });
    expect(await clearKeyring("mine", bus)).toEqual({ state: "done", value: false });
    await writeKeyring("mine", "", bus);
    expect(await readKeyring("mine", bus)).toEqual({ state: "done", value: null });
    expect([...binding.stores]).toEqual(['{"linux":{"store":"secret-service"}}']);
  });

  test.each<[unknown, string]>([
    [locked, "it is locked"],
    [new Error("refused"), "refused"],
    [Object.assign(new Error("a: b"), { code: "EIO" }), "b"],
  ])("that fails gives the last part of its reason: %s", async (failure, reason) => {
    binding.failure = failure;
    const failed = { state: "failed", reason };
    expect(await readKeyring("mine", bus)).toEqual(failed);
    expect(await writeKeyring("mine", "k", bus)).toEqual(failed);
    expect(await clearKeyring("mine", bus)).toEqual(failed);
    expect(await hasKeyring("mine", bus)).toBe(true);
  });

  test("is waited for a minute, no longer", async () => {
    binding.waiting = true;
    const stop = new AbortController();
    const asked: number[] = [];
    const timer = vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      asked.push(milliseconds);
      return stop.signal;
    });
    onTestFinished(() => timer.mockRestore());
    const answer = readKeyring("mine", bus);
    while (asked.length === 0) await new Promise(setImmediate);
    stop.abort();
    expect(await answer).toEqual({ state: "failed", reason: "timeout" });
    expect(asked).toEqual([60_000]);
  });

  test("is none where its service is not there", async () => {
    binding.missing = true;
    expect(await hasKeyring("mine", bus)).toBe(false);
    expect(await readKeyring("mine", bus)).toEqual({ state: "absent" });
    expect(await writeKeyring("mine", "k", bus)).toEqual({ state: "absent" });
    expect(await clearKeyring("mine", bus)).toEqual({ state: "absent" });
  });
});

/** Whether there may be a keyring for these variables on a system. */
async function mayBe(platform: NodeJS.Platform, variables: Record<string, string>): Promise<boolean> {
  const real = process.platform;
  Object.defineProperty(process, "platform", { value: platform });
  try {
    return await hasKeyring("mine", variables);
  } finally {
    Object.defineProperty(process, "platform", { value: real });
  }
}

test("it is looked for on every desktop, elsewhere only beside a session bus", async () => {
  const folder = temporary();
  expect([await mayBe("darwin", {}), await mayBe("win32", {}), await mayBe("linux", {})]).toEqual([true, true, false]);
  expect(await mayBe("linux", bus)).toBe(true);
  expect(await mayBe("linux", { DBUS_SESSION_BUS_ADDRESS: "" })).toBe(false);
  expect(await mayBe("linux", { XDG_RUNTIME_DIR: folder })).toBe(false);
  expect(await mayBe("linux", { ...bus, XDG_RUNTIME_DIR: folder })).toBe(true);
  writeFileSync(join(folder, "bus"), "");
  expect(await mayBe("linux", { XDG_RUNTIME_DIR: folder })).toBe(true);
});

describe("keys beside a keyring", () => {
  const keyring = { kind: "keyring", name: keyringName };
  const mine = { provider: "mine", variable: null, command: null };

  function places(filed: Record<string, string> | null, store: KeyPlaces["store"] = "auto"): KeyPlaces {
    const keyFile = join(temporary(), "config", "keys.json");
    if (filed !== null) {
      mkdirSync(dirname(keyFile));
      // Not as the program writes it, to see whether it does.
      writeFileSync(keyFile, JSON.stringify(filed));
    }
    return { environment: new Environment(bus, {}, "/x/.env"), keyFile, store, keyVariables: [] };
  }

  const fileOf = ({ keyFile }: KeyPlaces) => readFileSync(keyFile, "utf8");
  const put = (key: string) => binding.entries.set("deepseek-chat mine", key);
  const failed = {
    code: "keyring_failed",
    details: { provider: "mine", keyring: keyringName, reason: "it is locked" },
  };

  test("are taken from it before the file, unless the settings want the file", async () => {
    put("k1");
    const filed = { mine: "k2" };
    expect(await findKey(mine, places(filed), never)).toEqual({ value: "k1", origin: keyring });
    expect(await findKey(mine, places(filed, "keyring"), never)).toEqual({ value: "k1", origin: keyring });
    expect(await findKey(mine, places(filed, "file"), never)).toMatchObject({ value: "k2" });
    binding.entries.clear();
    expect(await findKey(mine, places(filed), never)).toMatchObject({ value: "k2" });
    expect(await findKey(mine, places(filed, "keyring"), never)).toBeNull();
  });

  test("are taken from the file where it is locked, which is told where they are nowhere", async () => {
    binding.failure = locked;
    expect(await findKey(mine, places({ mine: "k2" }), never)).toMatchObject({ value: "k2" });
    await expect(findKey(mine, places(null), never)).rejects.toMatchObject(failed);
    await expect(findKey(mine, places({ mine: "k2" }, "keyring"), never)).rejects.toMatchObject(failed);
    expect(await findKey(mine, places(null, "file"), never)).toBeNull();
  });

  test("are stored in it, and leave the file", async () => {
    const at = places({ mine: "old", other: "k3" });
    expect(await storeKey("mine", "k1", at)).toEqual({ origin: keyring, keyringFailure: null });
    expect(binding.entries.get("deepseek-chat mine")).toBe("k1");
    expect(JSON.parse(fileOf(at))).toEqual({ other: "k3" });
    const without = places({ other: "k3" });
    await storeKey("mine", "k1", without);
    expect(fileOf(without)).toBe('{"other":"k3"}');
  });

  test("are stored in the file where it is locked or not wanted", async () => {
    const wanted = places(null, "file");
    const origin = { kind: "store", name: wanted.keyFile };
    expect(await storeKey("mine", "k1", wanted)).toEqual({ origin, keyringFailure: null });
    expect(binding.entries.size).toBe(0);
    binding.failure = locked;
    const at = places(null);
    expect(await storeKey("mine", "k1", at)).toMatchObject({ keyringFailure: "it is locked" });
    expect(JSON.parse(fileOf(at))).toEqual({ mine: "k1" });
    await expect(storeKey("mine", "k1", places(null, "keyring"))).rejects.toMatchObject(failed);
  });

  test("are named in both places, and in neither where there is none", async () => {
    put("sk-0123456789abc");
    const at = places({ mine: "k2" });
    const filed = { provider: "mine", origin: { kind: "store", name: at.keyFile }, last: null, failure: null };
    expect(await keyPlacesOf(mine, at)).toEqual([
      { provider: "mine", origin: keyring, last: "9abc", failure: null },
      filed,
    ]);
    expect(await keyPlacesOf(mine, { ...at, store: "file" })).toEqual([filed]);
    binding.failure = locked;
    expect(await keyPlacesOf(mine, at)).toEqual([
      { provider: "mine", origin: keyring, last: null, failure: "it is locked" },
      filed,
    ]);
    binding.failure = null;
    binding.entries.clear();
    expect(await keyPlacesOf(mine, at)).toEqual([filed]);
    binding.missing = true;
    expect(await keyPlacesOf(mine, places(null))).toEqual([]);
  });

  test("are removed from both, and from the file even where it is locked", async () => {
    put("k1");
    const at = places({ mine: "k2" });
    const filed = { kind: "store", name: at.keyFile };
    expect(await removeKey("mine", at)).toEqual([keyring, filed]);
    expect(binding.entries.size).toBe(0);
    expect(await removeKey("mine", at)).toEqual([]);
    put("k1");
    expect(await removeKey("mine", { ...at, store: "file" })).toEqual([]);
    expect(await removeKey("mine", at)).toEqual([keyring]);
    binding.failure = locked;
    const other = places({ mine: "k2", other: "k3" });
    await expect(removeKey("mine", other)).rejects.toMatchObject(failed);
    expect(JSON.parse(fileOf(other))).toEqual({ other: "k3" });
    binding.missing = true;
    const untouched = places({ other: "k3" });
    expect(await removeKey("mine", untouched)).toEqual([]);
    expect(fileOf(untouched)).toBe('{"other":"k3"}');
  });
});
