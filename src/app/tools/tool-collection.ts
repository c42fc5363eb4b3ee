import type { ModelRef } from "../../chat/model.ts";
import type { Toolbox } from "../../chat/tools.ts";
import { nearestTo } from "../../config/expectation.ts";
import { toolChoice } from "../../config/tool-choice.ts";
import { toolNamePattern } from "../../config/tool-entries.ts";
import { AppError, asAppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import type { Approver } from "../../tools/approval.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { warnOf } from "../startup.ts";
import type { SourcedTools, ToolSource } from "./sourced-tools.ts";
import { createToolbox } from "./toolbox.ts";
import { builtInSource, toolSources } from "./tool-sources.ts";

/** As many tools as a request may offer (api-docs.deepseek.com, function calling). */
const maxTools = 128;

/** A tool, and whether it is offered to the model. */
export interface OfferedTool {
  readonly tool: Tool;
  readonly isOn: boolean;
}

/** The tools of all sources, and which of them are offered. */
export class ToolCollection {
  readonly #engine: Engine;
  readonly #console: Console;
  readonly approve: Approver;
  /** What sources have whose tools do not change. */
  readonly #found = new Map<ToolSource, Promise<SourcedTools>>();
  /** Warnings so far. */
  readonly #said = new Set<string>();
  /** What the session switched, by name. */
  readonly #switched = new Map<string, boolean>();

  constructor(engine: Engine, console: Console, approve: Approver) {
    [this.#engine, this.#console, this.approve] = [engine, console, approve];
  }

  /** All of them by name, whether they are offered or not. What a source could not give is said once. */
  async list(signal: AbortSignal = this.#engine.stop): Promise<readonly OfferedTool[]> {
    const tools = await this.#find(signal);
    return tools.map((tool) => ({ tool, isOn: this.#isOn(tool) }));
  }

  /**
   * What a turn offers; null for no tools.
   *
   * @param signal ends the waiting for servers: those that are ready are used
   * @param searcher the model that is to search the web by a tool; null: it need not
   * @throws AppError `bad_value` where a flag names a tool that there is not; `no_web_search`
   */
  async toolbox(signal: AbortSignal, searcher: ModelRef | null): Promise<Toolbox | null> {
    const all = await this.list(signal);
    this.#checkNames(all.map(({ tool }) => tool.definition.name));
    const on = all.flatMap(({ tool, isOn }) => (isOn ? [tool] : []));
    const offered = searcher === null ? on : await this.#withSearch(on, all, searcher);
    const { words } = this.#console;
    if (offered.length > maxTools) this.#warnOnce(words.tools.tooMany({ count: offered.length, max: maxTools }));
    const tools = offered.slice(0, maxTools);
    return tools.length === 0
      ? null
      : createToolbox(tools, this.approve, this.#engine.settings.max_tool_rounds, this.#engine.thread);
  }

  /**
   * Offers tools from the next question on, or no longer.
   *
   * @param patterns names, or patterns with `*`
   * @throws AppError `bad_value` for a name that no tool has; nothing is changed then
   */
  async switch(patterns: readonly string[], isOn: boolean): Promise<void> {
    const names = (await this.list()).map(({ tool }) => tool.definition.name);
    for (const pattern of patterns) {
      if (names.some((name) => matchesName(pattern, name))) continue;
      throw unknownTool("/tools", pattern, names);
    }
    for (const name of names) {
      if (patterns.some((pattern) => matchesName(pattern, name))) this.#switched.set(name, isOn);
    }
  }

  /** With a server's tools that search, else with DeepSeek's where there is a key for it. */
  async #withSearch(on: readonly Tool[], all: readonly OfferedTool[], searcher: ModelRef): Promise<readonly Tool[]> {
    const servers = all.flatMap(({ tool }) => (isServerSearch(tool) ? [tool] : []));
    const { webSearchTools } = await import("../web/web-tools.ts");
    const search = servers.length > 0 ? servers : await webSearchTools(this.#engine);
    if (search.length === 0) throw new AppError("no_web_search", { ...searcher });
    const names = new Set(search.map(({ definition }) => definition.name));
    return [...on.filter(({ definition }) => !names.has(definition.name)), ...search];
  }

  #isOn({ definition: { name }, origin }: Tool): boolean {
    const switched = this.#switched.get(name);
    if (switched !== undefined) return switched;
    const choice = toolChoice(this.#engine.settings.tools);
    if (choice === "default") return origin.kind !== "built-in";
    return choice === "all" || (choice !== "none" && choice.some((pattern) => matchesName(pattern, name)));
  }

  /** A name that was mistyped offers nothing, silently; a server's tools may be missing because the server is. */
  #checkNames(names: readonly string[]): void {
    const choice = toolChoice(this.#engine.settings.tools);
    if (typeof choice === "string") return;
    const wrong = choice.find((name) => !name.includes("*") && !name.startsWith("mcp__") && !names.includes(name));
    if (wrong === undefined) return;
    const { kind = "file", name = "" } = this.#engine.origins.tools ?? {};
    if (kind === "flag") throw unknownTool(name, wrong, names);
    // Its file may be broken, which is said already; the other tools are used.
    this.#warnOnce(sanitize(describe(unknownTool("tools", wrong, names), this.#console.words.errors)));
  }

  async #find(signal: AbortSignal): Promise<readonly Tool[]> {
    const engine = this.#engine;
    const sources = toolSources.filter((source) => source === builtInSource || source.isConfigured(engine));
    const found = await Promise.all(sources.map(async (source) => await this.#foundBy(source, signal)));
    const byName = new Map<string, Tool>();
    for (const tool of found.flatMap(({ tools }) => tools)) {
      const { name } = tool.definition;
      if (toolNamePattern.test(name) && !byName.has(name)) byName.set(name, tool);
      else this.#sayLeftOut(tool, byName.get(name) ?? null);
    }
    return [...byName.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  /** What cannot be used is said when it is found out. */
  async #foundBy(source: ToolSource, signal: AbortSignal): Promise<SourcedTools> {
    const known = this.#found.get(source);
    if (known !== undefined) return await known;
    const found = foundBy(source, this.#engine, this.#console, signal);
    if (source.changes !== true) this.#found.set(source, found);
    for (const failure of (await found).failures) warnOf(this.#console, failure);
    return await found;
  }

  #sayLeftOut({ definition, origin }: Tool, other: Tool | null): void {
    const { tools } = this.#console.words;
    const facts = { name: sanitize(definition.name), source: sanitize(origin.source) };
    if (other === null) return this.#warnOnce(tools.badName(facts));
    const first = other.origin.source || tools.kinds[other.origin.kind];
    this.#warnOnce(tools.sameName({ ...facts, other: sanitize(first) }));
  }

  #warnOnce(line: string): void {
    if (this.#said.size !== this.#said.add(line).size) this.#console.terminal.warn(line);
  }
}

/** What a source finds; its own failure is one of those. */
async function foundBy({ find }: ToolSource, ...given: Parameters<ToolSource["find"]>): Promise<SourcedTools> {
  try {
    return await find(...given);
  } catch (error) {
    return { tools: [], failures: [asAppError(error)] };
  }
}

function isServerSearch({ origin, definition: { name } }: Tool): boolean {
  return origin.kind === "mcp" && /search/iu.test(name.replace(/^mcp__.*?__/u, ""));
}

/** For a name that no tool has. */
export function unknownTool(option: string, value: string, names: readonly string[]): AppError {
  const expected = names.join(", ") || "tools.<name>";
  return new AppError("bad_value", { name: option, value, expected, nearest: nearestTo(value, names) });
}

/** Whether a pattern, in which `*` stands for any characters, means a name. */
export function matchesName(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return pattern === name;
  const escaped = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "u").test(name);
}
