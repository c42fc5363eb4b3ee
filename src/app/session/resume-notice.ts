import { splitAttached } from "../../chat/message-text.ts";
import { summarise } from "../../terminal/figures.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import { imagesIn } from "../../transcripts/format/exchange-images.ts";
import { saidText } from "../../transcripts/format/exchange-messages.ts";
import type { SavedImage, Transcript } from "../../transcripts/format/types.ts";
import { turnsIn } from "../../transcripts/format/turns.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { tellInheritance } from "./inheritance-notice.ts";
import type { ChatSession } from "../conversation/chat-session.ts";

/** Lines, and characters, of a text that a reminder shows. */
const maxLines = 12;
const maxCharacters = 2_000;

/** Shows which conversation is resumed: its last turn, and whether that turn can be continued. */
export async function remind(
  engine: Engine,
  console: Console,
  dialogue: ChatSession,
  earlier: Transcript,
): Promise<void> {
  const { terminal, words } = console;
  const ink = terminal.ink.err;
  const turns = earlier.exchanges.filter(({ withdrawn }) => !withdrawn);
  terminal.say(words.session.resumed({ title: sanitize(earlier.title), turns: turnsIn(earlier.exchanges) }));
  tellInheritance(engine, console, dialogue, earlier, false);
  const last = turns.at(-1);
  if (last === undefined || !terminal.interactive) return;
  terminal.say(`\n${ink.muted(words.session.lastTurn)}`);
  const { words: typed, files } = splitAttached(last.question);
  terminal.say(`${ink.accent(">")} ${shortened(typed, "start")}`);
  if (files.length > 0) terminal.say(ink.muted(shortened(files.map(({ name }) => name).join(" · "), "start")));
  tellPictures(console, last.images);
  // Rows of its own, which may hold hyperlinks, as those of a live answer.
  if (last.answer !== "" && terminal.verbosity !== "quiet") {
    terminal.err(`\n${await answerEnd(engine, console, saidText(last))}\n`);
  }
  // Behind those of the question stand those of tools and of the answer.
  tellPictures(console, imagesIn([last]).slice(last.images.length));
  const { askedAt, endedAt, usage, cost } = last;
  if (endedAt !== null) {
    const totalMs = endedAt.getTime() - askedAt.getTime();
    terminal.say(ink.muted(`\n${summarise(words.answer, { usage, cost, totalMs })}`));
  }
  if (dialogue.canContinue) terminal.say(ink.warning(words.session.tornLast));
  terminal.say("");
}

function tellPictures({ terminal, words }: Console, images: readonly SavedImage[]): void {
  for (const { name } of images) {
    terminal.say(terminal.ink.err.muted(words.transcripts.picture({ name: sanitizeLine(name), size: null })));
  }
}

/** Seconds that a reminder may take to be rendered. */
const renderTimeout = 2;

/** The end of an answer, rendered as it was when it came, where answers are rendered and that is quick. */
async function answerEnd(
  engine: Pick<Engine, "settings" | "stop" | "thread">,
  { terminal }: Console,
  answer: string,
): Promise<string> {
  const { settings } = engine;
  if (!settings.render || !terminal.outIsTerminal) return shortened(answer, "end");
  const { findAbilities } = await import("../../terminal/capabilities.ts");
  const { renderTexts } = await import("../answer-renderer.ts");
  const abilities = await findAbilities(terminal);
  const [rendered] = await renderTexts(
    engine,
    [answer],
    { ...abilities, palette: terminal.ink.err.palette },
    renderTimeout,
  );
  if (rendered === null || rendered === undefined) return shortened(answer, "end");
  const rows = rendered.replace(/\n+$/u, "").split("\n");
  return rows.length <= maxLines ? rows.join("\n") : ["…", ...rows.slice(-maxLines)].join("\n");
}

/** Of a long text the lines at its start or end, made harmless. */
function shortened(text: string, side: "start" | "end"): string {
  const whole = text.trim();
  const near = side === "start" ? whole.slice(0, maxCharacters) : whole.slice(-maxCharacters);
  const lines = sanitize(near.toWellFormed()).split("\n");
  if (near === whole && lines.length <= maxLines) return lines.join("\n");
  return side === "start" ? [...lines.slice(0, maxLines), "…"].join("\n") : ["…", ...lines.slice(-maxLines)].join("\n");
}
