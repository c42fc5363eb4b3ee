/** The screens of the gallery, one row each. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { PtyTerminal } from "../../test/support/pty.ts";
import { en, zh } from "./answers.ts";
import type { Background } from "./picture.ts";

/** What a screen is made with. */
interface Stage {
  readonly terminal: PtyTerminal;
  /** Types a line and Enter; waits for the prompt that follows, unless told not to. */
  readonly say: (line: string, prompt?: boolean) => Promise<void>;
  /** Waits for the session's empty prompt. */
  readonly prompt: () => Promise<void>;
  /** Waits for a text on the screen. */
  readonly see: (text: string) => Promise<void>;
}

export interface Screen {
  readonly name: string;
  readonly language: "en" | "zh";
  readonly columns: 40 | 80 | 100 | 200;
  readonly background: Background;
  /** What is started in the terminal. */
  readonly args: readonly string[];
  /** What happens then; without it, the program's end is waited for. */
  readonly play?: (stage: Stage) => Promise<void>;
  /** Variables beside those of the gallery; an empty text removes one. */
  readonly env?: Readonly<Record<string, string>>;
  /** Conversations that are there before. */
  readonly library?: boolean;
  /** Puts files into the folder. */
  readonly files?: (folder: string) => void;
}

type Subject = keyof typeof en;
const texts = { en, zh };

type Variation = readonly [language: Screen["language"], columns: Screen["columns"], background: Background];

/** A screen that is named for what it shows and how. */
const screen = (
  name: string,
  [language, columns, background]: Variation,
  more: Pick<Screen, "args"> & Partial<Screen>,
): Screen => ({ name: `${name}-${language}-${columns}-${background}`, language, columns, background, ...more });

/** A session in which lines are typed one after the other. */
const typed = (name: string, form: Variation, lines: readonly string[], more: Partial<Screen> = {}): Screen =>
  screen(name, form, {
    args: [],
    play: async ({ prompt, say }) => {
      await prompt();
      for (const line of lines) await say(line);
    },
    ...more,
  });

/** A session in which one question of the subject is asked. */
const answered = (name: Subject, form: Variation): Screen => typed(name, form, [texts[form[0]][name].question]);

/** A command that ends by itself. */
const command = (name: string, form: Variation, args: readonly string[], more: Partial<Screen> = {}): Screen =>
  screen(name, form, { args, ...more });

/** The picker of saved conversations, with one chosen. */
const picker = (form: Variation): Screen =>
  screen("picker", form, {
    args: ["transcripts"],
    library: true,
    play: async ({ terminal, see }) => {
      await see(texts[form[0]].table.question.slice(0, 4));
      const before = terminal.screen();
      terminal.type("\u001b[B");
      await terminal.until(() => terminal.screen() !== before, 20_000);
    },
  });

const noKeys = { DEEPSEEK_API_KEY: "", DEEPSEEK_BASE_URL: "" };

/** A session in which a message is queued while an answer streams. */
const queue = (form: Variation): Screen =>
  screen("queue", form, {
    args: [],
    play: async ({ terminal, prompt, say, see }) => {
      const [language] = form;
      await prompt();
      await say(`${texts[language].prose.question} #slow`, false);
      await see(language === "en" ? "What helps" : "怎样提高命中率");
      const next = language === "en" ? "And how long is it kept?" : "缓存会保留多久？";
      terminal.type(next);
      await see(next);
      // Keys that come at once are taken for a paste.
      await setTimeout(200);
      terminal.type("\r");
      await setTimeout(200);
      const more = language === "en" ? "Then give me" : "再举个";
      terminal.type(more);
      await see(more);
    },
  });

/** What the READMEs show: a question, how it was thought about, its answer, and the goodbye. */
const session = (language: Screen["language"], background: Background): Screen =>
  screen("session", [language, 80, background], {
    args: [],
    play: async ({ terminal, prompt, say }) => {
      await prompt();
      await say(texts[language].thinking.question);
      await say(texts[language].table.question);
      terminal.type("q\r");
      await terminal.exit;
    },
  });

const errors = ["#401", "#402", "#404", "#429", "#503", "/sytem x", "/file none.txt"];

export const screens: readonly Screen[] = [
  session("en", "dark"),
  session("en", "light"),
  session("zh", "dark"),
  session("zh", "light"),
  command("setup", ["en", 80, "dark"], [], { env: noKeys, play: ({ see }) => see("DeepSeek") }),
  command("setup", ["zh", 80, "light"], [], { env: noKeys, play: ({ see }) => see("DeepSeek") }),
  typed("banner", ["en", 80, "dark"], []),
  typed("banner", ["zh", 40, "light"], []),
  answered("table", ["en", 80, "dark"]),
  answered("table", ["zh", 80, "light"]),
  answered("table", ["zh", 40, "dark"]),
  answered("code", ["en", 100, "dark"]),
  answered("code", ["zh", 100, "light"]),
  answered("list", ["en", 80, "dark"]),
  answered("list", ["zh", 40, "light"]),
  answered("prose", ["en", 200, "dark"]),
  answered("prose", ["zh", 80, "light"]),
  answered("formula", ["en", 80, "light"]),
  answered("formula", ["zh", 80, "dark"]),
  answered("diff", ["en", 80, "dark"]),
  typed("thinking", ["en", 80, "dark"], [en.thinking.question, "/thinking"]),
  answered("thinking", ["zh", 80, "light"]),
  typed("figures", ["zh", 80, "dark"], [zh.thinking.question, zh.table.question, "/cost", "/tokens"]),
  queue(["en", 80, "dark"]),
  queue(["zh", 40, "light"]),
  typed("cut", ["en", 80, "dark"], [`${en.prose.question} #cut`]),
  command("error-usage", ["en", 80, "dark"], ["ask", "--temperature", "9", "hello"]),
  command("error-key", ["zh", 80, "light"], ["ask", "你好"], { env: noKeys }),
  typed("errors-service", ["en", 80, "dark"], errors, { args: ["--retries", "0"] }),
  typed("errors-service", ["zh", 80, "light"], errors, { args: ["--retries", "0"] }),
  typed("errors-service", ["zh", 40, "dark"], ["#402", "#503"], { args: ["--retries", "0"] }),
  typed("slash-help", ["en", 80, "dark"], ["/help"]),
  typed("slash-help", ["zh", 80, "light"], ["/help"]),
  typed("slash-help", ["en", 40, "dark"], ["/help"]),
  typed("slash-help-keys", ["en", 80, "light"], ["/help keys"]),
  typed("slash-help-command", ["zh", 80, "dark"], ["/help export"]),
  picker(["en", 200, "dark"]),
  picker(["zh", 80, "light"]),
  picker(["zh", 40, "dark"]),
  command("list-transcripts", ["en", 80, "light"], ["transcripts", "list"], { library: true }),
  command("search", ["en", 80, "dark"], ["transcripts", "search", "cache"], { library: true }),
  command("search", ["zh", 80, "light"], ["transcripts", "search", "缓存"], { library: true }),
  command("show", ["zh", 80, "dark"], ["transcripts", "show", "last"], { library: true }),
  command("export", ["zh", 80, "light"], ["transcripts", "export", "last", "-o", "对话.html"], {
    library: true,
  }),
  typed("resumed", ["en", 80, "dark"], [], { args: ["--continue"], library: true }),
  command("doctor", ["en", 80, "dark"], ["doctor"]),
  command("doctor", ["zh", 80, "light"], ["doctor"]),
  command("models", ["en", 80, "dark"], ["models"]),
  command("config-list", ["zh", 80, "dark"], ["config", "list"]),
  command("help", ["en", 80, "light"], ["--help"]),
  command("help-ask", ["zh", 80, "dark"], ["ask", "--help"]),
  typed("file", ["en", 80, "dark"], ["/file notes.md", en.thinking.question], {
    files: (folder) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "notes.md"), "# Notes\n\n391 = 17 * 23\n");
    },
  }),
];
