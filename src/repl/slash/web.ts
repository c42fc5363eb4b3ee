import { named, type SlashCommand } from "./command.ts";

export const web: SlashCommand = {
  name: "web",
  aliases: [],
  group: "model",
  usage: "[on | off]",
  examples: ["/web", "/web on", "/web off"],
  complete: async () => named(["on", "off"]),
  async run({ settings, terminal, words }, argument) {
    if (argument !== "" && argument !== "on" && argument !== "off") {
      terminal.warn(words.session.webHow);
      return "stay";
    }
    if (argument !== "") settings.set("web", String(argument === "on"));
    terminal.say(words.session.webIs({ isOn: settings.get("web") === "true" }));
    return "stay";
  },
};
