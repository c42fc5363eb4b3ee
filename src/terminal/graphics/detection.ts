import type { Terminal } from "../terminal.ts";
import {
  type Graphics,
  type GraphicsProtocol,
  type GraphicsVariables,
  isPlain,
  multiplexerIn,
  protocolIn,
} from "./protocol.ts";

/**
 * How pictures are shown on stdout; to be asked for when the first one is there. The terminal is asked nothing: what a person types
 * meanwhile would have to be read along, and be lost where nothing else reads it.
 *
 * @param wanted the setting
 * @param variables the environment, also for tmux
 * @returns null where they are not shown
 */
export async function findGraphics(
  { outIsTerminal, capable, hasSixels }: Pick<Terminal, "outIsTerminal" | "capable" | "hasSixels">,
  wanted: GraphicsProtocol | "auto" | "none",
  variables: GraphicsVariables,
): Promise<Graphics | null> {
  if (wanted === "none" || !outIsTerminal || !capable) return null;
  const multiplexer = multiplexerIn(variables);
  if (wanted !== "auto") return { protocol: wanted, throughTmux: multiplexer === "tmux" && wanted !== "sixel" };
  if (isPlain(variables)) return null;
  if (multiplexer === "tmux") return await (await import("./tmux.ts")).graphicsInTmux(variables);
  const protocol = multiplexer === null ? protocolIn(variables) : null;
  if (protocol !== null) return { protocol, throughTmux: false };
  return hasSixels ? { protocol: "sixel", throughTmux: false } : null;
}
