import { beside, paintedWidth } from "../../terminal/own-line.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { clipped } from "../../terminal/width.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Words } from "../../words/types.ts";
import { sayKeys } from "./key-help.ts";
import { groups, named, type SlashCommand } from "./command.ts";

/** Columns from which on the list has two columns of commands. */
const wide = 76;

/** @param commands all of the session, which are a table that this one stands in */
export const helpOn = (commands: () => readonly SlashCommand[]): SlashCommand => ({
  name: "help",
  aliases: ["?", "h"],
  group: "program",
  usage: "[command | keys]",
  examples: ["/help", "/help export", "/help keys"],
  complete: async () => named(["keys", ...commands().map(({ name }) => name)]),
  async run({ terminal, words, settings }, argument) {
    const [topic = "", set = settings.get("keys")] = argument.split(/\s+/u);
    const wanted = topic.replace(/^\//u, "");
    const found = commands().find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
    if (wanted === "") terminal.say(overview(terminal, words, commands()).join("\n"));
    else if (wanted === "keys") sayKeys({ terminal, words }, set === "vi" ? "vi" : "emacs");
    else if (found === undefined)
      terminal.warn(words.session.unknownCommand({ name: sanitize(wanted), nearest: null }));
    else terminal.say(detail(terminal, words, found).join("\n"));
    return "stay";
  },
});

/** All commands, one line each, under their groups: in two columns where there is room, so that they fit a screen. */
function overview(terminal: Terminal, words: Words, commands: readonly SlashCommand[]): string[] {
  const ink = terminal.ink.err;
  const room = terminal.errIsTerminal ? terminal.room : Infinity;
  const hasTwo = terminal.errIsTerminal && room >= wide;
  const columns = hasTwo ? Math.floor((room - 2) / 2) : room;
  const width = Math.max(...commands.map(({ name }) => name.length)) + 1;
  const rowsOf = (group: SlashCommand["group"]): string[] => [
    ink.strong(words.slashGroups[group]),
    ...commands
      .filter((command) => command.group === group)
      .map(({ name }) => {
        const text = hasTwo ? clipped(words.slash[name], columns - width - 4) : words.slash[name];
        return beside(`  ${ink.accent(`/${name}`.padEnd(width))}  `, text, columns).join("\n");
      }),
  ];
  const blocks = groups.map(rowsOf);
  const rows = hasTwo ? inTwoColumns(blocks, columns) : blocks.flat();
  return [...rows, ink.muted(words.slashHelp.footer)];
}

/** Blocks one below the other in two columns, as even as their order allows. */
function inTwoColumns(blocks: readonly (readonly string[])[], columns: number): string[] {
  const height = (some: readonly (readonly string[])[]) => some.reduce((sum, block) => sum + block.length, 0);
  const taller = (at: number) => Math.max(height(blocks.slice(0, at)), height(blocks.slice(at)));
  const split = blocks.map((_, at) => at).reduce((best, at) => (taller(at) < taller(best) ? at : best), 0);
  const [left, right] = [blocks.slice(0, split).flat(), blocks.slice(split).flat()];
  return Array.from({ length: taller(split) }, (_, row) => {
    const space = " ".repeat(Math.max(0, columns + 2 - paintedWidth(left[row] ?? "")));
    return ((left[row] ?? "") + space + (right[row] ?? "")).trimEnd();
  });
}

function detail({ ink, room, errIsTerminal }: Terminal, words: Words, command: SlashCommand): string[] {
  const { name, aliases, usage, examples } = command;
  const { muted, strong, accent } = ink.err;
  const { slashHelp } = words;
  const indented = (text: string) => beside("  ", text, errIsTerminal ? room : Infinity);
  return [
    `${strong(accent(`/${name}`))} ${accent(usage)}`.trimEnd(),
    ...indented(words.slash[name]),
    "",
    ...indented(slashHelp.more[name]),
    ...(examples.length === 0 ? [] : ["", muted(slashHelp.examples), ...examples.map((line) => `  ${line}`)]),
    ...(aliases.length === 0
      ? []
      : ["", muted(slashHelp.aliases({ names: aliases.map((one) => `/${one}`).join(" ") }))]),
  ];
}
