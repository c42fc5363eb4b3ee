import type { ReadStream } from "node:tty";

/** What a terminal says of itself when it is asked; null where it does not answer. */
export interface TerminalAnswers {
  /** Columns that it gave to a Chinese character. */
  readonly wideColumns: number | null;
  readonly bracketedPaste: boolean | null;
  readonly synchronizedOutput: boolean | null;
}

/** Milliseconds for the answers, over a slow connection too. */
const patience = 1_000;

const silence: TerminalAnswers = { wideColumns: null, bracketedPaste: null, synchronizedOutput: null };

/**
 * Asks the terminal behind stdin and stderr. A wide character is drawn at the start of a line and erased again, between two
 * questions for the cursor's place; the modes are asked for by DECRQM. The question that every terminal answers (primary
 * device attributes) comes last: what has not been answered before it will not be. (ECMA-48; DEC STD 070; XTerm Control Sequences.)
 */
export async function queryTerminal(): Promise<TerminalAnswers> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return silence;
  const before = stdin.isRaw;
  stdin.setRawMode(true);
  try {
    stderr.write("\r\u4e2d\u001b[6n\r\u001b[K\u001b[?2004$p\u001b[?2026$p\u001b[c");
    return parseAnswers(await answersOf(stdin));
  } finally {
    stdin.setRawMode(before);
    stdin.pause();
  }
}

/** What comes until the last answer, or the end of patience. */
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
    const timer = setTimeout(finish, patience);
    stdin.on("data", take).resume();
  });
  return text;
}

function parseAnswers(text: string): TerminalAnswers {
  const column = /\u001b\[\d+;(\d+)R/u.exec(text)?.[1];
  return {
    wideColumns: column === undefined ? null : Number(column) - 1,
    bracketedPaste: modeIn(text, 2004),
    synchronizedOutput: modeIn(text, 2026),
  };
}

/** DECRPM: 0 is a mode that the terminal does not know, 4 one that it will never set. */
function modeIn(text: string, mode: number): boolean | null {
  const state = new RegExp(String.raw`\u001b\[\?${mode};(\d)\$y`, "u").exec(text)?.[1];
  return state === undefined ? null : state !== "0" && state !== "4";
}
