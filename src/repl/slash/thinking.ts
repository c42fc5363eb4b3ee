import { sanitize } from "../../terminal/sanitize.ts";
import { named, type SlashCommand } from "./command.ts";

const settings: ReadonlyMap<string, readonly (readonly [string, string | null])[]> = new Map([
  ["on", [["thinking", "true"]]],
  [
    "off",
    [
      ["thinking", "false"],
      ["effort", null],
    ],
  ],
  ["low", [["effort", "low"]]],
  ["high", [["effort", "high"]]],
  ["max", [["effort", "max"]]],
]);

export const thinking: SlashCommand = {
  name: "thinking",
  aliases: ["t"],
  group: "model",
  usage: "[on | off | low | high | max]",
  examples: ["/thinking", "/thinking off", "/thinking max"],
  complete: async () => named([...settings.keys()]),
  async run(host, argument) {
    const { terminal, words } = host;
    if (argument === "") {
      const shown = host.lastThinking === "" ? words.session.noThinking : sanitize(host.lastThinking);
      terminal.say(terminal.ink.err.muted(shown));
      return "stay";
    }
    const changes = settings.get(argument);
    if (changes === undefined) terminal.warn(words.session.thinkingHow);
    for (const [name, value] of changes ?? []) host.settings.set(name, value);
    if (changes !== undefined) terminal.say(words.session.thinkingIs({ value: argument }));
    return "stay";
  },
};
