import { spawn } from "node:child_process";
import { withoutKeys } from "../../config/variables.ts";
import { AppError } from "../../errors.ts";
import { isLoopback } from "../../providers/http/loopback.ts";
import { listenForRedirect } from "../../providers/http/redirect-listener.ts";
import { findProgram } from "../../terminal/programs.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { LoginFlow } from "../../tools/mcp/connection.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";

/** A login in the browser, which is sent back to a port of this machine. Disposing of it ends the waiting. */
export interface BrowserLogin extends LoginFlow, AsyncDisposable {}

/**
 * Listens for the browser; it is opened once the server wants a login, after its address was said.
 *
 * @param port the one that the program is registered with; null for any
 */
export async function openBrowserLogin(
  engine: Pick<Engine, "environment" | "keyPlaces">,
  { terminal, words }: Console,
  server: string,
  port: number | null,
): Promise<BrowserLogin> {
  const pages = { granted: words.mcp.loggedIn, refused: words.mcp.loginRefused };
  const listener = await listenForRedirect(port, pages);
  return {
    redirect: listener.url,
    open: (url) => {
      mayOpen(server, url);
      terminal.say(words.mcp.logIn({ server: sanitize(server), url: sanitize(url.href) }));
      terminal.say(terminal.ink.err.muted(words.mcp.waitingForLogin));
      openBrowser(engine, url);
    },
    answer: listener.answer,
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

/** An address that a server gives is opened only where a browser goes to a page by it. @throws AppError `mcp_failed` */
function mayOpen(server: string, { protocol, hostname, href }: URL): void {
  if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return;
  throw new AppError("mcp_failed", { server, why: "answer", reason: href, said: "" });
}

/** Where there is none, the person has read the address. */
function openBrowser({ environment, keyPlaces }: Pick<Engine, "environment" | "keyPlaces">, url: URL): void {
  const { variables } = environment;
  const [name, args] = openers[process.platform] ?? (["xdg-open", []] as const);
  const program = findProgram(name, variables);
  if (program === null) return;
  const env = withoutKeys(variables, keyPlaces.keyVariables);
  const child = spawn(program, [...args, url.href], { stdio: "ignore", detached: true, env });
  child.once("error", () => {}).unref();
}

const openers: { readonly [Platform in NodeJS.Platform]?: readonly [program: string, args: readonly string[]] } = {
  darwin: ["open", []],
  // `start` is a word of the shell, which would read the `&` of an address.
  win32: ["rundll32", ["url.dll,FileProtocolHandler"]],
};
