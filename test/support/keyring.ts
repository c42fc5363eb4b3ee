import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { environment, type Place } from "./program.ts";
import { openTerminal, type PtyTerminal } from "./pty.ts";
import { hasProgram } from "./system-programs.ts";

/**
 * A keyring of the test's own: a private session bus with GNOME Keyring on it, in a temporary home. `locked` starts it
 * without its password, where nobody can be asked for it; `serviceless` is a bus without any keyring; `busless` no bus at all.
 */
export type KeyringState = "unlocked" | "locked" | "serviceless" | "busless";

/** The Secret Service is Linux's; the keyrings of other systems belong to the person who runs the tests. */
export const keyringTestable =
  process.platform === "linux" &&
  ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"].every((name) => hasProgram(name));

/** The built program as it is installed: with its optional package beside it. */
export function installProgram(): string {
  const folder = mkdtempSync(join(tmpdir(), "deepseek-chat-installed-"));
  for (const part of ["bin", "dist", "package.json"]) {
    cpSync(join(inject("program"), part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, "node_modules"));
  const packages = fileURLToPath(new URL("../../node_modules/@napi-rs", import.meta.url));
  symlinkSync(realpathSync(packages), join(folder, "node_modules", "@napi-rs"));
  return folder;
}

/**
 * The daemon goes into the background before it is on the bus; the bus would begin another one, which is locked, for a program that
 * comes earlier.
 */
const unlock = `printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
until dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; do sleep 0.02; done`;

/** A command line that runs `args` on a bus of its own; GNOME Keyring ends with the bus. */
function onBus(state: KeyringState, args: readonly string[]): { command: string; args: string[] } {
  if (state === "busless") return { command: process.execPath, args: [...args] };
  const config = fileURLToPath(new URL("./serviceless-bus.conf", import.meta.url));
  const bus = state === "serviceless" ? ["--config-file", config] : [];
  const script = state === "unlocked" ? `${unlock}; exec "$@"` : 'exec "$@"';
  return { command: "dbus-run-session", args: [...bus, "--", "sh", "-c", script, "sh", process.execPath, ...args] };
}

export interface KeyringRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the installed program beside such a keyring. */
export async function runBeside(
  state: KeyringState,
  args: readonly string[],
  { place, env }: { place: Place; env: Readonly<Record<string, string>> },
): Promise<KeyringRun> {
  const line = onBus(state, args);
  const options = { cwd: place.cwd, env: environment(place, { DEEPSEEK_CHAT_KEY_STORE: "auto", ...env }) };
  return await new Promise((resolve) => {
    const child = execFile(line.command, line.args, options, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout: ownLines(stdout), stderr: ownLines(stderr) });
    });
    child.stdin?.end();
  });
}

/** Without what the bus and the keyring say on the same streams. */
function ownLines(text: string): string {
  return text.replaceAll(/^(?:dbus-daemon|\*\* |\(gcr-|GNOME_KEYRING_CONTROL).*\n|^\n/gmu, "");
}

/** The same in a pseudo-terminal. */
export function openBeside(
  state: KeyringState,
  args: readonly string[],
  { place, env }: { place: Place; env: Readonly<Record<string, string>> },
): PtyTerminal {
  return openTerminal({
    ...onBus(state, args),
    cwd: place.cwd,
    env: environment(place, { DEEPSEEK_CHAT_KEY_STORE: "auto", TERM: "xterm-256color", ...env }),
  });
}
