import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installProgram, keyringTestable, openBeside, runBeside } from "../support/keyring.ts";
import { newPlace, type Place, put } from "../support/program.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";
import { en } from "../support/words.ts";

const key = "sk-kept-in-the-keyring";

describe.runIf(keyringTestable)("the system keyring", () => {
  let program: string;
  let launcher: string;
  let server: RawServer;
  beforeAll(async () => {
    program = installProgram();
    launcher = join(program, "bin", "deepseek-chat.js");
    server = await serve(({ path, headers }) => {
      if (headers.authorization !== `Bearer ${key}`) return refusal(401, { error: { message: "no such key" } });
      if (path.startsWith("/user/balance")) return refusal(200, { is_available: true, balance_infos: [] });
      if (path.startsWith("/models")) return refusal(200, { object: "list", data: [{ id: "deepseek-flash" }] });
      return answer("yes");
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(program, { recursive: true, force: true });
  });

  const asking = (more: Record<string, string> = {}) => ({ DEEPSEEK_BASE_URL: server.url, ...more });
  const ask = (state: Parameters<typeof runBeside>[0], place: Place, more: Record<string, string> = {}) =>
    runBeside(state, [launcher, "ask", "--no-transcript", "question"], { place, env: asking(more) });

  async function setUp(place: Place, state: Parameters<typeof runBeside>[0], more: Record<string, string> = {}) {
    await using terminal = openBeside(state, [launcher, "setup"], { place, env: asking(more) });
    await terminal.until(en.setup.intro);
    terminal.type("\r");
    await terminal.until("API key of deepseek");
    terminal.type(`${key}\r`);
    const { code } = await terminal.exit;
    return { code, screen: terminal.scrollback(), raw: terminal.raw };
  }

  it("keeps the key that setup is given, and only it", async () => {
    const place = newPlace();
    const { code, screen, raw } = await setUp(place, "unlocked");
    expect(screen).toContain(en.setup.inKeyring({ keyring: "Secret Service" }));
    expect(code).toBe(0);
    expect(raw).not.toContain(key);
    expect(existsSync(place.keyFile)).toBe(false);
    expect(readFileSync(place.configFile, "utf8")).not.toContain(key);
    expect(await ask("unlocked", place)).toMatchObject({ code: 0, stdout: "yes\n", stderr: "" });
  });

  it("names itself when its key is refused", async () => {
    const place = newPlace();
    await setUp(place, "unlocked");
    await using refusing = await serve([refusal(401, { error: { message: "revoked" } })]);
    const run = await ask("unlocked", place, { DEEPSEEK_BASE_URL: refusing.url });
    expect(run.stderr).toContain("rejected the API key from system keyring (Secret Service) (401: revoked)");
    expect(run.code).toBe(3);
  });

  it("lists the key by its end, and lets go of it", async () => {
    const place = newPlace();
    await setUp(place, "unlocked");
    const list = () => runBeside("unlocked", [launcher, "keys", "list"], { place, env: {} });
    const listed = await list();
    expect(listed.stdout).toMatch(/^deepseek +\u2026ring +in use +system keyring \(Secret Service\)$/mu);
    expect(listed.stdout + listed.stderr).not.toContain(key);
    const removed = await runBeside("unlocked", [launcher, "keys", "remove", "deepseek"], { place, env: {} });
    expect(removed.stderr).toContain(
      en.keys.removed({ provider: "deepseek", place: "system keyring (Secret Service)" }),
    );
    expect((await list()).stdout).toBe("");
  });

  it("takes the place of the file, and is asked before it", async () => {
    const place = newPlace();
    put(place.keyFile, JSON.stringify({ deepseek: "sk-old", siliconflow: "sk-other" }));
    await setUp(place, "unlocked");
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ siliconflow: "sk-other" });
    put(place.keyFile, JSON.stringify({ deepseek: "sk-old" }));
    expect((await ask("unlocked", place)).stdout).toBe("yes\n");
    const file = await ask("unlocked", place, { DEEPSEEK_CHAT_KEY_STORE: "file" });
    expect(file.stderr).toContain(place.keyFile);
  });

  it("leaves the key to the file where it is locked, and says so", async () => {
    const place = newPlace();
    await setUp(place, "unlocked");
    const { screen } = await setUp(place, "locked");
    expect(screen).toContain("The system keyring (Secret Service) failed (");
    expect(JSON.parse(readFileSync(place.keyFile, "utf8"))).toEqual({ deepseek: key });
    expect((await ask("locked", place)).stdout).toBe("yes\n");
  });

  it("is named where it is locked and the key is nowhere else", async () => {
    const place = newPlace();
    await setUp(place, "unlocked");
    const run = await ask("locked", place);
    expect(run.stderr).toMatch(/^Can.t use the system keyring \(Secret Service\) for the deepseek key: /u);
    expect(run.code).toBe(3);
  });

  it("is done without on a desktop that has none", async () => {
    const place = newPlace();
    const run = await ask("serviceless", place);
    expect(run.stderr).toMatch(/^No API key for deepseek\./u);
    expect(run.code).toBe(3);
    const { screen } = await setUp(place, "serviceless");
    expect(screen).toContain(`Stored in ${place.keyFile.replace(place.home, "~")}`);
    expect((await ask("serviceless", place)).stdout).toBe("yes\n");
  });

  it("alone is used where the settings say so", async () => {
    const place = newPlace();
    put(place.keyFile, JSON.stringify({ deepseek: key }));
    const only = { DEEPSEEK_CHAT_KEY_STORE: "keyring" };
    expect((await ask("unlocked", place, only)).stderr).toMatch(/^No API key for deepseek\./u);
    const { code, screen } = await setUp(place, "serviceless", only);
    expect(screen.replaceAll(/\s+/gu, " ")).toContain("no keyring on this machine");
    expect(code).toBe(3);
  });

  it("is not touched when the key is elsewhere, and is when it is not", async () => {
    const place = newPlace();
    let connections = 0;
    const bus = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const path = join(place.home, "bus");
    await new Promise<void>((resolve) => {
      bus.listen(path, resolve);
    });
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
    expect((await ask("busless", place, { ...env, DEEPSEEK_API_KEY: key })).stdout).toBe("yes\n");
    expect(connections).toBe(0);
    await ask("busless", place, env);
    expect(connections).toBeGreaterThan(0);
    bus.close();
  });
});
