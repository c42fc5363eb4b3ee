import { sanitize } from "../../terminal/sanitize.ts";
import { interruptible } from "./server-prompt.ts";
import { named, type SlashCommand } from "./command.ts";

const restart = "restart";

export const mcp: SlashCommand = {
  name: "mcp",
  aliases: [],
  group: "model",
  usage: "[restart name]",
  examples: ["/mcp", "/mcp restart files"],
  completesWords: true,
  complete: async ({ servers }) => named([`${restart} `, ...(await servers.names())]),
  async run(host, argument) {
    const { servers, terminal, words } = host;
    const [verb, name] = argument.split(/\s+/u);
    if (verb === restart && name !== undefined) {
      if ((await servers.names()).includes(name)) terminal.say(words.mcp.restarted({ server: sanitize(name) }));
      await interruptible(host, (signal) => servers.restart(name, signal));
    } else {
      await servers.show();
    }
    return "stay";
  },
};
