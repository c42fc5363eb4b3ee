import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "../programs.ts";
import type { Graphics, GraphicsVariables } from "./protocol.ts";

/** Milliseconds for tmux to answer. */
const timeout = 1000;

/**
 * How pictures get to the terminal around tmux. It draws sixels itself where it was built with them and its client has them; kitty's
 * protocol passes through where `allow-passthrough` is on (tmux(1)), placed by characters that tmux keeps in their cells.
 *
 * @param variables the environment for tmux
 * @returns null where they do not
 */
export async function graphicsInTmux(variables: GraphicsVariables): Promise<Graphics | null> {
  const command = findProgram("tmux", variables);
  if (command === null) return null;
  const format = "#{client_termfeatures}\n#{client_termtype}\n#{client_termname}";
  const options = ["show-options", "-Apqv", "allow-passthrough"];
  try {
    const ask = ["display-message", "-p", format, ";", ...options];
    const { stdout } = await promisify(execFile)(command, ask, { env: variables, timeout, encoding: "latin1" });
    return graphicsOf(stdout);
  } catch {
    return null;
  }
}

/** @param answer features, type and name of the client's terminal, then whether sequences may pass, each in a line */
export function graphicsOf(answer: string): Graphics | null {
  const [features = "", type = "", name = "", passes = ""] = answer.split("\n").map((line) => line.trim());
  const hasPlaceholders = /^(?:kitty|ghostty)\b/iu.test(type) || /^xterm-(?:kitty|ghostty)$/u.test(name);
  if (hasPlaceholders && /^(?:on|all)$/u.test(passes)) return { protocol: "kitty", throughTmux: true };
  return features.split(",").includes("sixel") ? { protocol: "sixel", throughTmux: false } : null;
}

/** A sequence as tmux hands it on. */
export function throughTmux(sequence: string): string {
  return `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
}
