import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfigFile } from "../../src/config/file.ts";

const pages = ["gateways.md", "gateways.zh.md"] as const;

/** The blocks of YAML of a page as config files: rows of one provider get it around them, and an address where they have none. */
function filesOf(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return Array.from(text.matchAll(/^```yaml\n([^]*?)^```$/gmu), ([, block]) => {
    if (!block!.startsWith("    ")) return block!;
    const address = /^ {4}base_url:/mu.test(block!)
      ? ""
      : `    base_url: ${/websocket/u.test(block!) ? "wss" : "https"}://gw.example\n`;
    return `providers:\n  gw:\n${address}${block}`;
  });
}

test.each(pages)("each row of %s loads as it is pasted", async (page) => {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-config-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = filesOf(page);
  expect(files.length).toBeGreaterThan(15);
  for (const [index, text] of files.entries()) {
    const path = join(folder, `${index}.yaml`);
    writeFileSync(path, text);
    const failure = await readConfigFile(path).then(
      () => null,
      (error: { details: unknown }) => error.details,
    );
    expect([text, failure]).toEqual([text, null]);
  }
});

test("the pages show the same rows in both languages", () => {
  const [en, zh] = pages.map((page) => filesOf(page).map((text) => text.replaceAll(/ *# .*$/gmu, "")));
  expect(zh).toEqual(en);
});
