import type { McpServer } from "../../tools/mcp/server.ts";
import type { Console } from "../console.ts";

/** What a server is doing, in a word, with its colour. */
export function stateOf({ terminal, words }: Console, { state }: McpServer, stream: "err" | "out"): string {
  const { success, error } = terminal.ink[stream];
  if (state.kind === "failed") {
    return error(state.error.code === "mcp_login_needed" ? words.mcp.states.login : words.mcp.states.failed);
  }
  return state.kind === "ready" ? success(words.mcp.states.ready) : words.mcp.states[state.kind];
}

/** How many tools it offers; empty where that is not known. */
export function toolsOf({ words }: Console, { state }: McpServer): string {
  return state.kind === "ready" ? words.mcp.tools({ tools: state.offer.tools.length }) : "";
}
