import { askText } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host } from "../host.ts";
import { named, type SlashCommand } from "./command.ts";

export const role: SlashCommand = {
  name: "role",
  aliases: [],
  group: "model",
  usage: "[name | -]",
  examples: ["/role", "/role translate", "/role -"],
  complete: async ({ roles }) => named(await roles.names()),
  async run(host, argument) {
    const { roles, terminal, words } = host;
    if (argument === "-") {
      await roles.use(null, {});
      terminal.say(words.roles.cleared);
      return "stay";
    }
    if (argument !== "") await roles.use(argument, await askValues(host, await roles.missing(argument)));
    const inUse = roles.inUse();
    if (inUse !== null) {
      terminal.say(sanitize(words.roles.inUse(inUse)));
      if (inUse.unsupported.length > 0) terminal.warn(sanitize(words.roles.unsupported(inUse)));
    }
    if (argument === "") terminal.say(words.roles.list({ names: (await roles.names()).join(", ") }));
    return "stay";
  },
};

/** Values of variables that have none; off a terminal nobody is asked. */
export async function askValues(
  { lines, terminal, words }: Host,
  missing: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  if (missing.length === 0 || !terminal.interactive) return values;
  lines.release();
  for (const name of missing) {
    values[name] = await askText(`${sanitize(name)}:`, {
      hidden: () => false,
      problem: (typed) => (typed === "" ? words.roles.valueNeeded : null),
    });
  }
  return values;
}
