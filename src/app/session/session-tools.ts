import type { SessionTools } from "../../repl/host.ts";
import type { Console } from "../console.ts";
import type { ChatSession } from "../conversation/chat-session.ts";
import type { OfferedTool } from "../tools/tool-collection.ts";

/** The tools of a session. */
export function toolsOf(console: Console, dialogue: ChatSession): SessionTools {
  const list = async (): Promise<readonly OfferedTool[]> => await (await dialogue.tools()).list();
  return {
    // Nobody waits for servers while a line is typed.
    names: async () =>
      (await (await dialogue.tools()).list(AbortSignal.abort())).map(({ tool }) => tool.definition.name),
    async show() {
      const { toolTable } = await import("../tools/tools.ts");
      const tools = await list();
      for (const line of toolTable(console, tools, "err").trimEnd().split("\n")) console.terminal.say(line);
      if (!tools.some(({ isOn }) => isOn)) console.terminal.say(console.words.tools.noneOnHere);
    },
    switch: async (patterns, isOn) => await (await dialogue.tools()).switch(patterns, isOn),
  };
}
