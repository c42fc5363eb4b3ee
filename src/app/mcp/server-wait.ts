import { sanitize } from "../../terminal/sanitize.ts";
import { Spinner } from "../../terminal/spinner.ts";
import type { McpServer } from "../../tools/mcp/server.ts";
import type { Console } from "../console.ts";

/** Milliseconds between two looks at who is not ready yet. */
const pause = 100;

/**
 * Starts servers that do not run, and waits until each is ready or failed, with a spinner that names those that are awaited. An aborted
 * signal ends the waiting, not the servers.
 */
export async function waitForServers(
  { terminal, words }: Console,
  servers: readonly McpServer[],
  signal: AbortSignal,
): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const abort = () => aborted.resolve();
  if (signal.aborted) return;
  const spinner = new Spinner(terminal);
  const timer = setInterval(() => {
    const names = servers.filter(({ state }) => state.kind === "starting").map(({ name }) => sanitize(name));
    if (names.length > 0) spinner.show(words.mcp.waiting({ servers: names.join(", ") }));
  }, pause);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([Promise.all(servers.map((server) => server.start())), aborted.promise]);
  } finally {
    clearInterval(timer);
    spinner.hide();
    signal.removeEventListener("abort", abort);
  }
}
