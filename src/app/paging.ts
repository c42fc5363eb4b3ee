import { withoutKeys } from "../config/environment.ts";
import { commandWords } from "../config/key-command.ts";
import { page, type Pager } from "../terminal/pager.ts";
import type { App } from "./app.ts";

/** Shows a text, made harmless already, on the terminal, in `$PAGER` or less where it is long. */
export async function showPaged(app: App, text: string): Promise<void> {
  await page(app.terminal, text, pagerOf(app));
}

/** Null where there is none: `PAGER` may be empty or `cat`, and Windows has none that knows colours. */
function pagerOf({ terminal, environment, keyPlaces }: App): Pager | null {
  if (!terminal.outIsTerminal || !terminal.capable) return null;
  const { variables } = environment;
  const chosen = variables["PAGER"] ?? (process.platform === "win32" ? "" : "less");
  const [command = "", ...args] = commandWords(chosen);
  if (command === "" || command === "cat") return null;
  const env = withoutKeys(variables, keyPlaces.keyVariables);
  return { command, args, env: { ...env, ...settingsFor(variables) } };
}

/**
 * What less needs: to let colours through (R), to end where one screen is enough (F), to leave the text on the screen (X). A
 * person's own `LESS` stays, but for the colours. LV is for a pager of that name.
 */
function settingsFor(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const { LESS: less, LESSCHARSET: charset = "utf-8", LV: lv = "-c" } = variables;
  return { LESS: less === undefined ? "FRX" : `${less} -R`, LESSCHARSET: charset, LV: lv };
}
