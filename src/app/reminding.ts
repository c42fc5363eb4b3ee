import { sanitize } from "../terminal/sanitize.ts";
import type { Transcript } from "../transcripts/format.ts";
import { turnsIn } from "../transcripts/turns.ts";
import type { App } from "./app.ts";
import { tellBrought } from "./brought.ts";
import type { Dialogue } from "./dialogue.ts";

/** Lines of a text that a reminder shows. */
const mostLines = 12;

/** Shows which conversation is gone on with: its last exchange, and whether that can be gone on with itself. */
export function remind(app: App, dialogue: Dialogue, earlier: Transcript): void {
  const { terminal, words } = app;
  const ink = terminal.ink.err;
  const turns = earlier.exchanges.filter(({ withdrawn }) => !withdrawn);
  terminal.say(words.session.resumed({ title: sanitize(earlier.title), turns: turnsIn(earlier.exchanges) }));
  tellBrought(app, dialogue, earlier, false);
  const last = turns.at(-1);
  if (last === undefined || !terminal.interactive) return;
  terminal.say(ink.dim(words.session.lastExchange));
  terminal.say(ink.cyan(shortened(`> ${last.question}`, "start")));
  if (last.answer !== "") terminal.say(shortened(last.answer, "end"));
  if (dialogue.canContinue) terminal.say(ink.yellow(words.session.tornLast));
}

/** Of a long text the lines at its start or end, made harmless. */
function shortened(text: string, side: "start" | "end"): string {
  const lines = sanitize(text.trim()).split("\n");
  if (lines.length <= mostLines) return lines.join("\n");
  return side === "start"
    ? [...lines.slice(0, mostLines), "…"].join("\n")
    : ["…", ...lines.slice(-mostLines)].join("\n");
}
