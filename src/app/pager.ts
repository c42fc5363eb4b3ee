import { withoutKeys } from "../config/variables.ts";
import { commandWords } from "../config/key-command.ts";
import { page, type Pager, pageOnErr } from "../terminal/pager.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Console } from "./console.ts";
import type { ProgramContext } from "./engine.ts";

/**
 * Shows a text, made harmless already, on the terminal, in `$PAGER` or less where it is long.
 *
 * @param always there also where it is short, until the person leaves it
 * @returns whether it was shown there
 */
export async function showPaged(
  engine: ProgramContext,
  console: Console,
  text: string,
  always: boolean,
): Promise<boolean> {
  return await page(console.terminal, text, pagerOf(engine, console, always), always);
}

/** Shows a text, made harmless already, in the pager while a person is asked something: on the terminal that stderr is. */
export async function showOnErr(engine: ProgramContext, terminal: Terminal, text: string): Promise<void> {
  await pageOnErr(terminal, text, terminal.capable ? programOf(engine, true) : null);
}

/** Null where there is none: `PAGER` may be empty or `cat`, and Windows has none that knows colours. */
function pagerOf(engine: ProgramContext, { terminal }: Console, always: boolean): Pager | null {
  return terminal.outIsTerminal && terminal.capable ? programOf(engine, always) : null;
}

function programOf({ environment, keyPlaces }: ProgramContext, always: boolean): Pager | null {
  const { variables } = environment;
  const chosen = variables["PAGER"] ?? (process.platform === "win32" ? "" : "less");
  const [command = "", ...args] = commandWords(chosen);
  if (command === "" || command === "cat") return null;
  const env = withoutKeys(variables, keyPlaces.keyVariables);
  return { command, args, env: { ...env, ...settingsFor(variables, always) } };
}

/**
 * What less needs: to let colours through (R), to end where one screen is enough (F), to leave the text on the screen (X). A
 * person's own `LESS` stays, but for the colours, and F and X where it is to wait for its end. LV is for a pager of that name.
 */
function settingsFor(variables: Readonly<Record<string, string | undefined>>, always: boolean): Record<string, string> {
  const { LESS: less, LESSCHARSET: charset = "utf-8", LV: lv = "-c" } = variables;
  const options = always ? `${less ?? ""} -R -+F -+X` : less === undefined ? "FRX" : `${less} -R`;
  return { LESS: options, LESSCHARSET: charset, LV: lv };
}
