import { named, type SlashCommand } from "./command.ts";

export const role: SlashCommand = {
  name: "role",
  aliases: [],
  group: "model",
  usage: "[name]",
  examples: ["/role", "/role translate"],
  complete: async ({ roles }) => named(Object.keys(roles)),
  async run({ dialogue, role: textOf, roles, terminal, words }, argument) {
    const names = Object.keys(roles).join(", ");
    if (names === "") terminal.warn(words.session.noRoles);
    else if (argument === "") terminal.say(words.session.roles({ names }));
    else {
      dialogue.useSystem(textOf(argument));
      terminal.say(words.session.systemSet);
    }
    return "stay";
  },
};
