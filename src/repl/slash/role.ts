import { askText } from "../../terminal/prompts.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host } from "../host.ts";
import { named, type SlashCommand } from "./command.ts";

export const role: SlashCommand = {
  name: "role",
  aliases: [],
  group: "model",
  usage: "[name]",
  examples: ["/role", "/role translate"],
  complete: async ({ roles }) => named(roles.names()),
  async run(host, argument) {
    const { roles, terminal, words } = host;
    const names = roles.names().join(", ");
    if (names === "") terminal.warn(words.session.noRoles);
    else if (argument === "") {
      const inUse = roles.inUse();
      if (inUse !== null) terminal.say(sanitize(words.session.roleIs(inUse)));
      terminal.say(words.session.roles({ names }));
    } else {
      await roles.use(argument, await ask(host, roles.missing(argument)));
      terminal.say(sanitize(words.session.roleIs(roles.inUse() ?? { name: argument, parts: [] })));
    }
    return "stay";
  },
};

/** Values of variables that have none; off a terminal nobody is asked. */
async function ask(
  { lines, terminal, words }: Host,
  missing: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {};
  if (missing.length === 0 || !terminal.interactive) return values;
  lines.release();
  for (const name of missing) {
    values[name] = await askText(`${name}:`, {
      hidden: () => false,
      problem: (typed) => (typed === "" ? words.session.valueNeeded : null),
    });
  }
  return values;
}
