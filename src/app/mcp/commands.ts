import { saveSetting } from "../../config/save.ts";
import { AppError, asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { table } from "../../terminal/table.ts";
import { describe } from "../../terminal/terminal.ts";
import type { McpServer } from "../../tools/mcp/server.ts";
import { lineOf } from "../../tools/mcp/server-config.ts";
import type { Console } from "../console.ts";
import { firstSentence } from "../tools/first-sentence.ts";
import { displayPath } from "../display-path.ts";
import type { Engine } from "../engine.ts";
import { warnOf } from "../startup.ts";
import { mcpAccess } from "./access.ts";
import { asObject, lineOfEntry, projectFile } from "./configuration.ts";
import { stateOf, toolsOf } from "./server-rows.ts";
import { openServers } from "./servers.ts";
import { waitForServers } from "./server-wait.ts";

/**
 * What `mcp list` does: starts each server, and says whether it is ready, how many tools it has and where it comes from.
 */
export async function list(engine: Engine, console: Console, json: boolean): Promise<void> {
  const { terminal, words } = console;
  const { pool, unused } = await openServers(engine);
  await waitForServers(console, pool.servers, engine.stop);
  if (engine.stop.aborted) throw new AppError("interrupted", {});
  if (json)
    return terminal.json([
      ...pool.servers.map(stateObject),
      ...unused.map(({ name, path, why }) => ({ name, source: path, state: why })),
    ]);
  if (pool.servers.length + unused.length === 0) return terminal.say(words.mcp.none);
  const { muted } = terminal.ink.out;
  const rows = [
    ...pool.servers.map((server) => [
      sanitize(server.name),
      stateOf(console, server, "out"),
      toolsOf(console, server),
      sanitize(lineOf(server.config)),
      muted(displayPath(engine.workingFolder, server.config.source)),
    ]),
    ...unused.map(({ name, path, why }) => [
      sanitize(name),
      words.mcp.states[why],
      "",
      "",
      muted(displayPath(engine.workingFolder, path)),
    ]),
  ];
  terminal.out(table(rows, [], terminal.tableRoom));
  for (const failure of pool.takeFailures()) warnOf(console, failure);
}

/** An entry as `mcp add` is given it. */
export interface AddedServer {
  readonly url: string | null;
  /** A command with its arguments; empty where there is a URL. */
  readonly command: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** `Name: value`. */
  readonly headers: readonly string[];
}

/**
 * What `mcp add` does: writes an entry to the config file; a server of that name is replaced.
 *
 * @throws AppError `usage`; as `saveSetting`
 */
export async function add(
  engine: Engine,
  { terminal, words }: Console,
  name: string,
  added: AddedServer,
): Promise<void> {
  const {
    url,
    command: [command, ...args],
    env,
    headers,
  } = added;
  const shown = sanitize(name);
  const refuse = (message: string) => new AppError("usage", { message });
  if ((url === null) === (command === undefined)) throw refuse(words.mcp.commandOrUrl);
  if (!/^[^\s:/]+$/u.test(name)) throw refuse(words.mcp.badName({ name: shown }));
  if (url !== null && !/^(?:https?:\/\/|\$\{)./iu.test(url)) throw refuse(words.mcp.badUrl({ url: sanitize(url) }));
  const pairs = (option: string, given: readonly string[], form: RegExp, example: string) =>
    Object.fromEntries(
      given.map((text) => {
        const [, key, value] = form.exec(text) ?? [];
        if (key === undefined) throw refuse(words.mcp.pair({ option, form: example }));
        return [key, value!];
      }),
    );
  const variables = pairs("--env", env, /^([^=]+)=(.*)$/su, "NAME=value");
  const lines = pairs("--header", headers, /^([^:]+):\s*(.*)$/su, '"Name: value"');
  const entry = {
    ...(url === null ? { command, ...(args.length > 0 && { args }) } : { url }),
    ...(env.length > 0 && { env: variables }),
    ...(headers.length > 0 && { headers: lines }),
  };
  const { configFile: path } = engine.folders;
  await saveSetting(path, ["mcp_servers", name], entry);
  const written = { name: shown, path: displayPath(engine.workingFolder, path) };
  const earlier = engine.file.mcp_servers?.[name];
  terminal.succeed(
    earlier === undefined
      ? words.mcp.added(written)
      : words.mcp.replaced({ ...written, line: sanitize(lineOfEntry(earlier)) }),
  );
}

/**
 * What `mcp remove` does.
 *
 * @throws AppError `mcp_unknown`; `not_possible` for a server of a project's file; as `saveSetting`
 */
export async function remove(engine: Engine, { terminal, words }: Console, name: string): Promise<void> {
  const { configFile: path } = engine.folders;
  const shown = sanitize(name);
  const known = Object.keys(engine.file.mcp_servers ?? {});
  if (!known.includes(name)) {
    const file = projectFile(engine);
    if (file !== null && !(file instanceof AppError) && Object.hasOwn(file.entries, name)) {
      throw new AppError("not_possible", {
        message: words.mcp.inProject({ name: shown, path: displayPath(engine.workingFolder, file.path) }),
      });
    }
    throw new AppError("mcp_unknown", { name, known });
  }
  await saveSetting(path, known.length === 1 ? ["mcp_servers"] : ["mcp_servers", name], undefined);
  terminal.succeed(words.mcp.removed({ name: shown, path: displayPath(engine.workingFolder, path) }));
}

/**
 * What `mcp test` does: connects to a server, or to each, with a login where that is needed, and says what it offers.
 *
 * @returns the first failure, which was said
 * @throws AppError `mcp_unknown`, `interrupted`
 */
export async function test(
  engine: Engine,
  console: Console,
  name: string | null,
  json: boolean,
): Promise<AppError | null> {
  const { terminal } = console;
  const { pool } = await openServers(engine);
  for (const mistake of pool.takeFailures()) warnOf(console, mistake);
  const wanted = name === null ? pool.servers : [pool.named(name)];
  let failure: AppError | null = null;
  const objects: object[] = [];
  for (const server of wanted) {
    await startLoggedIn(engine, console, server);
    if (engine.stop.aborted) throw new AppError("interrupted", {});
    const { state } = server;
    if (state.kind === "failed") {
      failure ??= state.error;
      if (!json) terminal.warn(sanitize(describe(state.error, console.words.errors)));
      objects.push(stateObject(server));
      continue;
    }
    const offered = await offeredBy(server, engine.stop);
    objects.push({ ...stateObject(server), ...offered });
    if (!json) print(console, server, offered);
  }
  if (json) terminal.json(objects);
  return failure;
}

/** Names of all that a server offers beside its tools; a list that it does not give is empty. */
async function offeredBy(server: McpServer, stop: AbortSignal): Promise<{ prompts: string[]; resources: string[] }> {
  const [prompts, resources] = await Promise.all([
    server.prompts(stop).catch(() => []),
    server.resources(stop).catch(() => []),
  ]);
  return { prompts: prompts.map((each) => each.name), resources: resources.map((each) => each.uri) };
}

function print(
  { terminal, words }: Console,
  server: McpServer,
  { prompts, resources }: { readonly prompts: readonly string[]; readonly resources: readonly string[] },
): void {
  const { state } = server;
  if (state.kind !== "ready") return;
  const { strong, muted } = terminal.ink.out;
  const names = state.offer.tools.map(({ listed }) => listed.name);
  const counts = [
    words.mcp.tools({ tools: names.length }),
    words.mcp.prompts({ prompts: prompts.length }),
    words.mcp.resources({ resources: resources.length }),
    words.mcp.seconds({ seconds: (state.milliseconds / 1000).toFixed(1) }),
  ];
  terminal.out(`${strong(sanitize(server.name))}  ${counts.join(" · ")}\n`);
  const rows = state.offer.tools.map(({ listed: { name, description = "" } }) => [
    `  ${sanitize(name)}`,
    muted(sanitize(firstSentence(description))),
  ]);
  if (rows.length > 0) terminal.out(table(rows, [], terminal.tableRoom));
  for (const each of prompts) terminal.out(`  /${sanitize(`${server.name}:${each}`)}\n`);
  for (const each of resources) terminal.out(`  @${sanitize(`${server.name}:${each}`)}\n`);
  if (state.offer.leftOut > 0)
    terminal.warn(words.mcp.leftOut({ server: sanitize(server.name), tools: state.offer.leftOut }));
}

/** A person at a terminal is sent to the browser where a service wants that. */
async function startLoggedIn(engine: Engine, console: Console, server: McpServer): Promise<void> {
  const { config } = server;
  if (config.way.kind === "stdio" || !console.terminal.interactive) {
    return await waitForServers(console, [server], engine.stop);
  }
  const { openBrowserLogin } = await import("./browser-login.ts");
  const { redirect } = mcpAccess(engine).logins(config).read();
  const port = redirect === undefined ? null : Number(URL.parse(redirect)?.port ?? 0);
  await using login = await openBrowserLogin(engine, console, config.name, port);
  const end = () => server.end();
  engine.stop.addEventListener("abort", end, { once: true });
  await server.start(login);
  engine.stop.removeEventListener("abort", end);
}

function stateObject({ config, state }: McpServer): object {
  if (state.kind === "failed") {
    const { code, details } = asAppError(state.error);
    return { ...asObject(config), state: state.kind, error: { code, ...details } };
  }
  if (state.kind !== "ready") return { ...asObject(config), state: state.kind };
  const { offer, milliseconds } = state;
  return {
    ...asObject(config),
    state: state.kind,
    tools: offer.tools.map(({ listed, definition }) => ({ name: listed.name, as: definition.name })),
    left_out: offer.leftOut,
    start_ms: Math.round(milliseconds),
  };
}
