import { named, type SlashCommand } from "./command.ts";

export const lang: SlashCommand = {
  name: "lang",
  aliases: [],
  group: "program",
  usage: "en | zh",
  examples: ["/lang zh"],
  complete: async () => named(["en", "zh"]),
  async run(host, argument) {
    if (argument === "en" || argument === "zh") await host.useLanguage(argument);
    else if (argument !== "") {
      host.terminal.warn(host.words.session.langHow);
      return "stay";
    }
    host.terminal.say(host.words.session.languageIs);
    return "stay";
  },
};
