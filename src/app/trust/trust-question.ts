import { chooseByKey } from "../../terminal/key-choice.ts";
import { localDay } from "../../terminal/local-time.ts";
import { ownLines } from "../../terminal/own-line.ts";
import { quoted } from "../../terminal/quoted-text.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { showOnErr } from "../pager.ts";
import type { TrustQuestion } from "./project-trust.ts";

type TrustEngine = Pick<Engine, "environment" | "keyPlaces" | "stop">;

/** Asks whether a project's content may be used; off a terminal it says what is left out, and how to approve it. */
export async function askTrust(engine: TrustEngine, console: Console, question: TrustQuestion): Promise<boolean> {
  const { terminal, words } = console;
  for (const path of question.damaged) terminal.warn(words.trust.damaged({ path: sanitize(path) }));
  const facts = { what: words.trust.kinds[question.kind], path: sanitizeLine(question.path) };
  if (!terminal.interactive) {
    terminal.warn(question.earlier === null ? words.trust.leftOut(facts) : words.trust.leftOutChanged(facts));
    return false;
  }
  return await terminal.dialogues.run(async () => await asked(engine, console, question));
}

async function asked(engine: TrustEngine, { terminal, words }: Console, question: TrustQuestion): Promise<boolean> {
  const { ink, symbols, columns } = terminal;
  const { trust } = words;
  const { kind, content, summary, earlier } = question;
  const say = (line: string) => terminal.direct(`${ownLines(line, columns)}\n`);
  const what = trust.kinds[kind];
  const path = sanitizeLine(question.path);
  say(`${ink.err.warning(symbols.warning)} ${trust.asks({ what, path: ink.err.strong(path) })}`);
  if (earlier !== null) say(ink.err.warning(trust.changed({ day: localDay(earlier.approvedAt) })));
  const block = quoted(terminal, content, summary, trust.more);
  terminal.direct(block.text);
  const choices = [
    { key: "1", value: "no" as const, name: trust.no },
    { key: "2", value: "yes" as const, name: trust.yes },
    ...(block.isWhole ? [] : [{ key: "3", value: "show" as const, name: trust.showAll }]),
  ];
  while (true) {
    const options = { first: 0, hint: trust.keys({ keys: choices.length }), signal: engine.stop };
    const answer = await chooseByKey(terminal, choices, options);
    if (answer.kind === "chosen" && answer.value === "show") {
      await showOnErr(engine, terminal, sanitize(content));
      continue;
    }
    const isApproved = answer.kind === "chosen" && answer.value === "yes";
    say(`${ink.err.muted(isApproved ? trust.approved({ what, path }) : trust.notUsed({ what, path }))}\n`);
    if (answer.kind === "interrupt") terminal.dialogues.interrupt();
    return isApproved;
  }
}
