import { AppError } from "../../errors.ts";
import { named, type SlashCommand } from "./command.ts";

export const role: SlashCommand = {
  name: "role",
  aliases: [],
  group: "model",
  usage: "[name]",
  complete: async ({ roles }) => named(Object.keys(roles)),
  async run({ dialogue, roles, terminal, words }, argument) {
    const names = Object.keys(roles).join(", ");
    if (argument === "") {
      terminal.say(names === "" ? words.session.noRoles : words.session.roles({ names }));
      return "stay";
    }
    const text = Object.hasOwn(roles, argument) ? roles[argument] : undefined;
    if (text === undefined)
      throw new AppError("bad_value", { name: "/role", value: argument, expected: names || "roles.<name>" });
    dialogue.useSystem(text);
    terminal.say(words.session.systemSet);
    return "stay";
  },
};
