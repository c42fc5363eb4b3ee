import { accessSync, constants, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { skipNothing } from "./system-programs.ts";
import { temporaryFolder } from "./transcripts.ts";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
});

/** Whether tests with a browser run. */
export const hasBrowser = executable !== undefined || skipNothing;
if (!hasBrowser) process.stderr.write("chromium is not here: the tests that need it are skipped.\n");

export async function launchBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error("Chromium is missing; on Debian: apt-get install chromium");
  const { chromium } = await import("playwright-core");
  const quiet = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"];
  const args = [...quiet, "disable-component-update", "disable-sync"].map((name) => `--${name}`);
  return await chromium.launch({ executablePath: executable, args });
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** What a page that only shows itself never does: dialogs, requests, navigations, messages on the console. */
  readonly deeds: readonly string[];
}

/** Opens a page from a file of its own, and notes what it does. */
export async function visit(browser: Browser, html: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const file = join(temporaryFolder(), "page.html");
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const deeds: string[] = [];
  page.on("dialog", (dialog) => {
    deeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => request.url() === url || deeds.push(`request ${request.url()}`));
  page.on("framenavigated", (frame) => frame.url() === url || deeds.push(`navigation ${frame.url()}`));
  page.on("console", (message) => deeds.push(`console ${message.text()}`));
  page.on("pageerror", (error) => deeds.push(`error ${error.message}`));
  context.on("page", (opened) => deeds.push(`window ${opened.url()}`));
  await page.goto(url, { waitUntil: "load" });
  return { page, deeds, [Symbol.asyncDispose]: () => context.close() };
}

/** A computed property of the first element that the selector finds. */
export async function styleOf(page: Page, selector: string, property: string, pseudo = ""): Promise<string> {
  const element = `document.querySelector(${JSON.stringify(selector)})`;
  return await page.evaluate<string>(
    `getComputedStyle(${element}, ${JSON.stringify(pseudo)})[${JSON.stringify(property)}]`,
  );
}
