import { spawn } from "node:child_process";
import { once } from "node:events";
import { findProgram } from "../../terminal/programs.ts";

/** Milliseconds that the desktop may take. */
const timeout = 5_000;

/**
 * Shows a notification by the system's own program: `notify-send`, or `osascript` on macOS.
 *
 * @param variables the environment, without keys
 * @returns false where there is no such program, no desktop, or it failed
 */
export async function notifyDesktop(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const isMac = process.platform === "darwin";
  const hasDesktop = isMac || Boolean(variables["DISPLAY"] || variables["WAYLAND_DISPLAY"]);
  const program = hasDesktop ? findProgram(isMac ? "osascript" : "notify-send", variables) : null;
  if (program === null) return false;
  const script = `display notification ${JSON.stringify(text)} with title "deepseek-chat"`;
  const args = isMac ? ["-e", script] : ["--app-name=deepseek-chat", "--", text];
  const child = spawn(program, args, { stdio: "ignore", env: { ...variables }, timeout });
  const [code] = (await once(child, "close").catch(() => [null])) as [number | null];
  return code === 0;
}
