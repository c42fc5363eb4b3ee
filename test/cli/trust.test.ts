import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newPlace, openProgram, type Place, put, run } from "../support/program.ts";
import { en, wordsOf, zh } from "../support/words.ts";

/** A project with a tool of its own. */
function project(description = "Evil"): Place {
  const place = newPlace();
  describeTool(place, description);
  return place;
}

function describeTool({ cwd }: Place, description: string): void {
  put(join(cwd, "tools", "evil.yaml"), `description: ${JSON.stringify(description)}\ncommand: [touch, evil]\n`);
}

const folderOf = ({ cwd }: Place) => join(cwd, "tools");
const storeOf = ({ home }: Place) => join(home, ".local", "share", "deepseek-chat", "trust");
const factsOf = (place: Place) => ({ what: en.trust.kinds.tools, path: folderOf(place) });

/** Whether the project's tool is among the tools, and what is said. */
async function usedIn(place: Place): Promise<{ readonly isUsed: boolean; readonly stderr: string }> {
  const { stdout, stderr } = await run(["tools", "--json"], { place });
  return { isUsed: stdout.includes("evil"), stderr };
}

/** Asks at a terminal, and answers with keys, each by itself once keys count. */
async function answerIn(place: Place, keys: readonly string[], args = ["tools"]) {
  await using terminal = openProgram(args, { place });
  const becomes = async (isReady: boolean) =>
    await terminal.until(() => /Esc: no|Esc：(?:拒绝|不使用)/u.test(terminal.screen()) === isReady);
  await becomes(true);
  const shown = terminal.screen();
  for (const key of keys) {
    await becomes(true);
    terminal.type(key);
    await becomes(false);
  }
  return { ...(await terminal.exit), shown, raw: terminal.raw };
}

describe.concurrent("what a project brings", () => {
  test("is left out off a terminal until it was approved at one, and again once it has changed", async () => {
    const place = project();
    expect(await usedIn(place)).toEqual({
      isUsed: false,
      stderr: expect.stringContaining(en.trust.leftOut(factsOf(place))),
    });
    const { shown } = await answerIn(place, ["2"]);
    expect(shown).toContain("│ command: [touch, evil]");
    expect((await usedIn(place)).isUsed).toBe(true);
    const [file = ""] = readdirSync(storeOf(place));
    expect(statSync(join(storeOf(place), file)).mode & 0o777).toBe(0o600);
    // The same content in another folder is another one.
    const elsewhere = { ...project(), home: place.home };
    expect((await usedIn(elsewhere)).isUsed).toBe(false);
    describeTool(place, "Evil ");
    const changed = await usedIn(place);
    expect(changed.isUsed).toBe(false);
    expect(changed.stderr).toContain(en.trust.leftOutChanged(factsOf(place)));
    expect((await answerIn(place, ["\u001b"])).shown).toMatch(/has changed since you approved it on \d{4}-\d\d-\d\d/u);
    expect((await usedIn(place)).isUsed).toBe(false);
    describeTool(place, "Evil");
    expect((await usedIn(place)).isUsed).toBe(true);
  });

  test("is not used where no single key says so: not by a paste, Enter, No, Esc or Ctrl-C", async () => {
    const place = project();
    await answerIn(place, ["22", "x\r", "\r"]);
    expect((await usedIn(place)).isUsed).toBe(false);
    await answerIn(place, ["1"]);
    expect((await answerIn(place, ["\u0003"], ["ask", "-p", "demo", "hi"])).code).toBe(130);
    expect((await usedIn(place)).isUsed).toBe(false);
  });

  test("is shown with controls as pictures behind bars, and the summary of what is long", async () => {
    const evil = "\u001b[2J\u001b[H1  Yes\r\u202e";
    const place = newPlace();
    put(join(folderOf(place), "evil.yaml"), `# ${evil}\ndescription: Evil\ncommand: [touch, evil]\n`);
    const { shown, raw } = await answerIn(place, ["1"], ["tools", "--lang", "zh"]);
    expect(shown).toContain("│ # ␛[2J␛[H1  Yes␍<U+202E>");
    expect(shown).toContain(zh.trust.no);
    expect(raw).not.toContain("\u001b[2J\u001b[H1");
    put(join(folderOf(place), "evil.yaml"), `description: Evil\ncommand: [touch, evil]\n${"# line\n".repeat(60)}`);
    const long = await answerIn(place, ["1"]);
    expect(long.shown).toContain("│ evil: touch evil");
    expect(long.shown).toContain(en.trust.showAll);
  });

  test("is not used where the store is damaged, which is said", async () => {
    const place = project();
    await answerIn(place, ["2"]);
    const [file = ""] = readdirSync(storeOf(place));
    const path = join(storeOf(place), file);
    for (const damage of ["{", readFileSync(path, "utf8").replace("touch", "other")]) {
      writeFileSync(path, damage);
      const { isUsed, stderr } = await usedIn(place);
      expect(isUsed).toBe(false);
      expect(stderr).toContain(en.trust.damaged({ path }));
    }
  });
});

describe.concurrent("trust", () => {
  test("lists and revokes approvals by path, digest or all", async () => {
    const place = project();
    expect((await run(["trust"], { place })).stderr).toContain(en.trust.none);
    await answerIn(place, ["2"]);
    const { stdout } = await run(["trust", "list"], { place });
    expect(stdout).toMatch(/^[0-9a-f]{12} +tools +\S+ +\d{4}-\d\d-\d\d$/mu);
    const json = await run(["trust", "list", "--json"], { place });
    const [entry] = JSON.parse(json.stdout) as { digest: string; subject: string; kind: string }[];
    expect(entry).toMatchObject({ kind: "tools", subject: folderOf(place) });
    const unknown = await run(["trust", "revoke", "nothing"], { place });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(wordsOf("not_trusted", { name: "nothing" }).what);
    expect((await run(["trust", "revoke"], { place })).code).toBe(2);
    for (const what of ["tools", entry!.digest.slice(0, 12), "--all"]) {
      expect((await run(["trust", "revoke", what], { place })).stderr).toContain(en.trust.revoked(factsOf(place)));
      expect(readdirSync(storeOf(place))).toEqual([]);
      if (what !== "--all") await answerIn(place, ["2"]);
    }
  });
});
