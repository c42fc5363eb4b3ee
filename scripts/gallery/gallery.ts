/**
 * Makes docs/gallery: pictures of the program's screens, from the built program in a pseudo-terminal, over a local service.
 * `npm run gallery [part of a name]…`; needs Chromium and fonts (Debian: chromium fonts-jetbrains-mono
 * fonts-noto-cjk fonts-noto-color-emoji).
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.ts";
import { openTerminal } from "../../test/support/pty.ts";
import type { RawServer } from "../../test/support/raw-server.ts";
import { en, zh } from "./answers.ts";
import { photograph } from "./picture.ts";
import { type Screen, screens } from "./screens.ts";
import { serveGallery } from "./service.ts";

const launcher = resolve("bin/deepseek-chat.js");
const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-gallery-"));
const output = resolve("docs/gallery");
/** Milliseconds that anything may take to appear. */
const longestWait = 20_000;
/** The prompt of a session, empty. */
const emptyPrompt = /^[>›❯]$/mu;

/** What the program finds around it; `place` is a home and a working directory of its own. */
function environment(place: string, { url }: RawServer, { language, background, env }: Screen): Record<string, string> {
  const variables: Record<string, string> = {
    HOME: place,
    LC_ALL: language === "zh" ? "zh_CN.UTF-8" : "en_US.UTF-8",
    COLORTERM: "truecolor",
    COLORFGBG: background === "dark" ? "15;0" : "0;15",
    TERM_PROGRAM: "WezTerm",
    TERM_PROGRAM_VERSION: "20240203",
    DEEPSEEK_CHAT_CONFIG: join(place, "config.yaml"),
    DEEPSEEK_CHAT_KEY_STORE: "file",
    DEEPSEEK_CHAT_SHOW_TARIFF: "never",
    DEEPSEEK_API_KEY: "sk-gallery-0123456789",
    DEEPSEEK_BASE_URL: url,
    ...env,
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}

/** A folder with conversations as somebody has them after a while, asked by the program itself; made once for each language. */
async function library(server: RawServer, language: "en" | "zh"): Promise<string> {
  const place = join(folder, `library-${language}`);
  if (existsSync(place)) return place;
  mkdirSync(join(place, "work", "transcripts"), { recursive: true });
  const screen: Screen = { name: "", language, columns: 80, background: "dark", args: [] };
  for (const { question } of Object.values(language === "en" ? en : zh)) {
    await using terminal = openTerminal({
      args: [launcher, "ask", question],
      cwd: join(place, "work"),
      env: environment(place, server, screen),
    });
    await terminal.exit;
  }
  return place;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Plays one screen and writes its picture. */
async function make(browser: Browser, screen: Screen): Promise<void> {
  const gate = Promise.withResolvers<void>();
  await using server = await serveGallery(gate.promise);
  const place = mkdtempSync(join(folder, "place-"));
  const work = join(place, "work");
  mkdirSync(join(work, "transcripts"), { recursive: true });
  if (screen.library === true) {
    const from = await library(server, screen.language);
    cpSync(join(from, "work"), work, { recursive: true });
  }
  screen.files?.(work);
  // Under a place that is the same everywhere: doctor shows where Node is.
  const node = join(place, ".local", "bin", "node");
  mkdirSync(dirname(node), { recursive: true });
  linkOrCopy(process.execPath, node);
  await using terminal = openTerminal({
    command: node,
    args: [launcher, ...screen.args],
    cwd: work,
    env: environment(place, server, screen),
    cols: screen.columns,
    rows: screen.play === undefined ? 100 : 60,
  });
  const prompt = () => terminal.until(emptyPrompt, longestWait);
  await (screen.play?.({
    terminal,
    prompt,
    see: (text) => terminal.until(text, longestWait),
    say: async (line, wait = true) => {
      terminal.type(line);
      const shown = (text: string) => text.replaceAll(/\s/gu, "");
      await terminal.until(() => shown(terminal.screen()).endsWith(shown(line)), longestWait);
      terminal.type("\r");
      if (!wait) return;
      await terminal.until(() => !shown(terminal.screen()).endsWith(shown(line)), longestWait);
      await prompt();
    },
  }) ?? terminal.exit);
  // What a picture shows has been drawn: the terminal's own queue is empty.
  await new Promise<void>((drawn) => {
    terminal.terminal.write("", drawn);
  });
  writeFileSync(join(output, `${screen.name}.png`), await photograph(browser, terminal.terminal, screen.background));
  gate.resolve();
}

const wanted = process.argv.slice(2);
const chosen = screens.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
mkdirSync(output, { recursive: true });
await using browser = await launchBrowser();
let failed = 0;
for (const screen of chosen) {
  try {
    await make(browser, screen);
    console.log(screen.name);
  } catch (error) {
    failed += 1;
    console.error(`${screen.name}: ${String(error)}`);
  }
}
rmSync(folder, { recursive: true, force: true });
const kilobytes = Math.ceil(
  readdirSync(output).reduce((sum, name) => sum + statSync(join(output, name)).size, 0) / 1024,
);
console.log(`${chosen.length - failed} of ${chosen.length} screens; docs/gallery has ${kilobytes} kB`);
if (failed > 0) process.exitCode = 1;
