import { named, type SlashCommand } from "./command.ts";

export const tools: SlashCommand = {
  name: "tools",
  aliases: [],
  group: "model",
  usage: "[on | off <names>]",
  examples: ["/tools", "/tools on current_time", "/tools off mcp__*"],
  completesWords: true,
  complete: async ({ tools }) => named(["on ", "off ", ...(await tools.names()).map((name) => `${name} `)]),
  async run({ tools, terminal, words }, argument) {
    const [state = "", ...patterns] = argument.split(/[\s,]+/u);
    const isSwitch = (state === "on" || state === "off") && patterns.length > 0;
    if (isSwitch) await tools.switch(patterns, state === "on");
    if (isSwitch || state === "") await tools.show();
    else terminal.warn(words.tools.how);
    return "stay";
  },
};
