import { sanitize } from "../../terminal/sanitize.ts";
import { named, type SlashCommand } from "./command.ts";

export const set: SlashCommand = {
  name: "set",
  aliases: [],
  group: "model",
  usage: "[name [value | -]]",
  examples: ["/set", "/set temperature 0.3", "/set temperature -"],
  complete: async ({ settings }) => named(settings.names.map((name) => `${name} `)),
  async run({ settings, terminal, words }, argument) {
    const [, name = "", value = ""] = /^(\S*)\s*([\s\S]*)$/u.exec(argument) ?? [];
    if (value !== "") settings.set(name, value === "-" ? null : value);
    const shown = name === "" ? settings.names : [name];
    for (const each of shown) terminal.say(sanitize(`${each}: ${settings.get(each) ?? words.tables.notSet}`));
    return "stay";
  },
};
