import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTerminal } from "../support/pty.ts";
import { environment, newPlace, type Place, put, run } from "../support/program.ts";
import { en, wordsOf, zh } from "../support/words.ts";

const program = join(import.meta.dirname, "../support/trust-program.ts");
const asked = { kind: "mcp", content: '{"mcpServers":{"files":{"command":"evil"}}}', summary: "files: evil" } as const;

function contentOf(place: Place, content: string = asked.content) {
  const path = join(place.cwd, ".mcp.json");
  put(path, content);
  return { ...asked, path, content };
}

function askOffTerminal(place: Place, ...contents: readonly object[]) {
  const { stdout, stderr } = spawnSync(process.execPath, [program, JSON.stringify(contents)], {
    env: environment(place),
    cwd: place.cwd,
    encoding: "utf8",
  });
  return { answers: JSON.parse(stdout) as boolean[], stderr };
}

async function askAtTerminal(place: Place, content: object, keys: string, rows = 24, language = "en") {
  await using terminal = openTerminal({
    args: [program, JSON.stringify([content]), language],
    env: environment(place),
    cwd: place.cwd,
    rows,
  });
  const words = language === "zh" ? zh : en;
  await terminal.until(() => /[:：]否|Esc: no/u.test(terminal.screen()));
  const shown = terminal.screen();
  terminal.type(keys);
  const { code, signal } = await terminal.exit;
  return { code, signal, shown, words, after: terminal.screen(), raw: terminal.raw };
}

const storeOf = ({ home }: Place) => join(home, ".local", "share", "deepseek-chat", "trust");

describe.concurrent("what a project brings", () => {
  test("is left out off a terminal until it was approved at one, and again once it has changed", async () => {
    const place = newPlace();
    const content = contentOf(place);
    const facts = { what: en.trust.kinds.mcp, path: content.path };
    const before = askOffTerminal(place, content, content);
    expect(before.answers).toEqual([false, false]);
    expect(before.stderr).toBe(`${en.trust.leftOut(facts)}\n`);

    const { shown, after } = await askAtTerminal(place, content, "2");
    expect(shown).toContain(content.content);
    expect(after).toContain("[true]");
    expect(askOffTerminal(place, content)).toEqual({ answers: [true], stderr: "" });
    const store = storeOf(place);
    const [file = ""] = readdirSync(store);
    expect(statSync(join(store, file)).mode & 0o777).toBe(0o600);

    // The same content elsewhere, as another kind, or with a character more is another one.
    put(join(place.cwd, "other.json"), content.content);
    const others = [
      { ...content, kind: "role" },
      { ...content, path: join(place.cwd, "other.json") },
    ];
    expect(askOffTerminal(place, ...others).answers).toEqual([false, false]);
    const changed = contentOf(place, `${content.content} `);
    const again = askOffTerminal(place, changed);
    expect(again).toEqual({ answers: [false], stderr: `${en.trust.leftOutChanged(facts)}\n` });
    const { shown: second } = await askAtTerminal(place, changed, "\u001b");
    expect(second).toMatch(/has changed since you approved it on \d{4}-\d\d-\d\d/u);
    expect(askOffTerminal(place, changed, content).answers).toEqual([false, true]);
  });

  test.each(["\r", "1", "\u001b", "\u0004", "x\r"])("is not used where a person answers %j", async (keys) => {
    const place = newPlace();
    const content = contentOf(place);
    await using terminal = openTerminal({
      args: [program, JSON.stringify([content])],
      env: environment(place),
      cwd: place.cwd,
    });
    const ready = async (isReady: boolean) =>
      await terminal.until(() => terminal.screen().includes("Esc: no") === isReady);
    // Before the question is there, and in one piece with another key, the key for yes is none.
    terminal.type("2");
    await ready(true);
    terminal.type("22");
    await ready(false);
    await ready(true);
    terminal.type(keys);
    if (keys.length > 1) {
      await ready(false);
      await ready(true);
      terminal.type("\r");
    }
    await terminal.exit;
    expect(terminal.screen()).toContain("[false]");
    expect(askOffTerminal(place, content).answers).toEqual([false]);
  });

  test("is not used where Ctrl-C ends the program", async () => {
    const place = newPlace();
    const { signal } = await askAtTerminal(place, contentOf(place), "\u0003");
    expect(signal).toBe(2);
    expect(askOffTerminal(place, contentOf(place)).answers).toEqual([false]);
  });

  test("is shown with controls as pictures, each row behind a bar, and the summary of a long one", async () => {
    const place = newPlace();
    const evil = "\u001b[2J\u001b[H1  Yes\r\u202e";
    const short = await askAtTerminal(place, contentOf(place, evil), "1", 24, "zh");
    expect(short.shown).toContain("│ ␛[2J␛[H1  Yes␍<U+202E>");
    expect(short.shown).toContain(zh.trust.no);
    expect(short.raw).not.toContain("\u001b[2J\u001b[H1");
    const long = contentOf(place, "line\n".repeat(60));
    const { shown } = await askAtTerminal(place, long, "1");
    expect(shown).toContain("│ files: evil");
    expect(shown).toContain(en.trust.more({ rows: 60 }));
    expect(shown).toContain(en.trust.showAll);
  });

  test("is not used where the store is damaged, which is said once", async () => {
    const place = newPlace();
    const content = contentOf(place);
    await askAtTerminal(place, content, "2");
    const [file = ""] = readdirSync(storeOf(place));
    const path = join(storeOf(place), file);
    for (const damage of ["", "{", readFileSync(path, "utf8").replace("evil", "good")]) {
      writeFileSync(path, damage);
      const { answers, stderr } = askOffTerminal(place, content, { ...content, kind: "role" });
      expect(answers).toEqual([false, false]);
      expect(stderr.split(en.trust.damaged({ path })).length).toBe(2);
    }
  });
});

describe.concurrent("trust", () => {
  test("lists and revokes approvals by path, digest or all", async () => {
    const place = newPlace();
    expect((await run(["trust"], { place })).stderr).toContain(en.trust.none);
    const content = contentOf(place);
    await askAtTerminal(place, content, "2");
    const { stdout } = await run(["trust", "list"], { place });
    expect(stdout).toMatch(/^[0-9a-f]{12} +MCP servers +.*\.mcp\.json +\d{4}-\d\d-\d\d$/mu);
    const json = await run(["trust", "list", "--json"], { place });
    const [entry] = JSON.parse(json.stdout) as { digest: string; subject: string; kind: string }[];
    expect(entry).toMatchObject({ kind: "mcp", subject: content.path });
    const unknown = await run(["trust", "revoke", "nothing"], { place });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(wordsOf("not_trusted", { name: "nothing" }).what);
    expect((await run(["trust", "revoke"], { place })).code).toBe(2);
    const gone = en.trust.revoked({ what: en.trust.kinds.mcp, path: content.path });
    expect((await run(["trust", "revoke", ".mcp.json"], { place })).stderr).toContain(gone);
    expect(askOffTerminal(place, content).answers).toEqual([false]);
    for (const what of [entry!.digest.slice(0, 12), "--all"]) {
      await askAtTerminal(place, content, "2");
      expect((await run(["trust", "revoke", what], { place })).stderr).toContain(gone);
      expect(readdirSync(storeOf(place))).toEqual([]);
    }
  });
});
