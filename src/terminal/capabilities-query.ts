import type { ReadStream } from "node:tty";
import type { Background } from "./theme.ts";

/** What a terminal says of itself when it is asked; null where it does not answer. */
export interface TerminalAnswers {
  /** Columns that it gave to a Chinese character. */
  readonly wideColumns: number | null;
  readonly bracketedPaste: boolean | null;
  readonly synchronizedOutput: boolean | null;
  readonly background: Background | null;
}

/** Milliseconds for the answers, over a slow connection too. */
const queryTimeout = 1_000;

const silence: TerminalAnswers = {
  wideColumns: null,
  bracketedPaste: null,
  synchronizedOutput: null,
  background: null,
};

/**
 * Asks the terminal behind stdin and stderr. A wide character is drawn at the start of a line and erased again, between two
 * questions for the cursor's place; the modes are asked for by DECRQM, the background by OSC 11. The question that every terminal answers (primary
 * device attributes) comes last: what has not been answered before it will not be. (ECMA-48; DEC STD 070; XTerm Control Sequences.)
 */
export async function queryTerminal(): Promise<TerminalAnswers> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return silence;
  const before = stdin.isRaw;
  stdin.setRawMode(true);
  try {
    stderr.write("\r\u4e2d\u001b[6n\r\u001b[K\u001b[?2004$p\u001b[?2026$p\u001b]11;?\u001b\\\u001b[c");
    return parseAnswers(await answersOf(stdin));
  } finally {
    stdin.setRawMode(before);
    stdin.pause();
  }
}

/** Returns the input until the last answer or the timeout. */
async function answersOf(stdin: ReadStream): Promise<string> {
  let text = "";
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stdin.off("data", take);
      resolve();
    };
    const take = (bytes: Buffer) => {
      text += bytes.toString("latin1");
      if (/\u001b\[\?[\d;]*c/u.test(text)) finish();
    };
    const timer = setTimeout(finish, queryTimeout);
    stdin.on("data", take).resume();
  });
  return text;
}

/** What a terminal answered, in whatever order. */
export function parseAnswers(text: string): TerminalAnswers {
  const column = /\u001b\[\d+;(\d+)R/u.exec(text)?.[1];
  return {
    wideColumns: column === undefined ? null : Number(column) - 1,
    bracketedPaste: modeIn(text, 2004),
    synchronizedOutput: modeIn(text, 2026),
    background: backgroundOf(text),
  };
}

/** DECRPM: 0 is a mode that the terminal does not know, 4 one that it will never set. */
function modeIn(text: string, mode: number): boolean | null {
  const state = new RegExp(String.raw`\u001b\[\?${mode};(\d)\$y`, "u").exec(text)?.[1];
  return state === undefined ? null : state !== "0" && state !== "4";
}

/** `rgb:RRRR/GGGG/BBBB`, each of one to four hexadecimal digits; the brightness is that of Rec. 709. */
function backgroundOf(text: string): Background | null {
  const found = /\u001b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/iu.exec(text);
  if (found === null) return null;
  const [red = 0, green = 0, blue = 0] = found
    .slice(1)
    .map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5 ? "dark" : "light";
}
