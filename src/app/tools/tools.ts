import { randomUUID } from "node:crypto";
import { AppError } from "../../errors.ts";
import type { ToolCall } from "../../chat/messages.ts";
import type { ToolOutput } from "../../chat/tools.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import { table } from "../../terminal/table.ts";
import type { Tool } from "../../tools/tool.ts";
import { outputText } from "../../tools/tool-output.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { Books } from "../usage/books.ts";
import { meteredTools } from "../usage/metered-tools.ts";
import { TurnPlace } from "../usage/turn-place.ts";
import { firstSentence } from "./first-sentence.ts";
import { openTools } from "./open-tools.ts";
import { type OfferedTool, unknownTool } from "./tool-collection.ts";
import { createToolbox, readArguments } from "./toolbox.ts";

/** What `tools list` does: each tool with whether it is offered, where it comes from, and what it does. */
export async function list(engine: Engine, console: Console, json: boolean): Promise<void> {
  const { terminal, words } = console;
  const tools = await openTools(engine, console).list();
  if (json) return terminal.json(tools.map(asObject));
  terminal.out(toolTable(console, tools, "out"));
  if (!tools.some(({ isOn }) => isOn)) terminal.say(words.tools.noneOn);
}

/** The tools one below the other. */
export function toolTable({ terminal, words }: Console, tools: readonly OfferedTool[], stream: "err" | "out"): string {
  const { muted, success } = terminal.ink[stream];
  const cells = tools.map(({ tool: { definition, origin }, isOn }) => [
    isOn ? success(words.tools.on) : muted(words.tools.off),
    sanitize(definition.name),
    muted(words.tools.kinds[origin.kind]),
    summaryOf(words, definition, origin),
  ]);
  return table(cells, [], stream === "out" ? terminal.tableRoom : terminal.columns);
}

/** What a tool does, in a line: a built-in one in the person's language. */
function summaryOf(words: Words, { name, description }: Tool["definition"], { kind }: Tool["origin"]): string {
  const summary = kind === "built-in" ? words.tools.builtIn[name] : undefined;
  return summary ?? sanitize(firstSentence(description));
}

function asObject({ tool: { definition, origin, approval }, isOn }: OfferedTool): object {
  const { kind, source } = origin;
  return { ...definition, on: isOn, approve: approval, origin: kind, source };
}

/**
 * What `tools show` does.
 *
 * @throws AppError `bad_value` where there is no such tool
 */
export async function show(engine: Engine, console: Console, name: string, json: boolean): Promise<void> {
  const { terminal } = console;
  const found = asObject(await findTool(engine, console, name));
  if (json) return terminal.json(found);
  const { stringify } = await import("yaml");
  const told = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ""));
  return terminal.text(stringify(told, { lineWidth: 0 }));
}

/**
 * What `tools run` does: a call as a model would make it, approval included.
 *
 * @param text the arguments
 * @throws AppError `bad_value` where there is no such tool; `usage` for arguments that are no JSON object; `tool_not_allowed`,
 *   `tool_failed`, after what came was printed
 */
export async function run(
  engine: Engine,
  console: Console,
  { name, text, json }: { readonly name: string; readonly text: string; readonly json: boolean },
): Promise<void> {
  const { terminal, words } = console;
  const collection = openTools(engine, console);
  const { tool } = await findTool(engine, console, name);
  if (typeof readArguments(text) === "string") throw new AppError("usage", { message: words.help.usage.toolArguments });
  const call: ToolCall = { type: "tool_call", id: `call_${randomUUID()}`, name, arguments: text };
  using books = new Books(engine.folders);
  const accounts = {
    engine,
    books,
    place: new TurnPlace(null),
    mayExceed: engine.settings.over_budget,
    onWarnings() {},
  };
  const output = await meteredTools(createToolbox([tool], collection.approve, 1, engine.thread), accounts).call(call, {
    signal: engine.stop,
    onStart() {},
    onProgress: (line) => terminal.detail(sanitize(line)),
  });
  if (engine.stop.aborted) throw new AppError("interrupted", {});
  print(console, tool, output, json);
  const unbooked = books.takeFailure();
  if (unbooked !== null) terminal.warn(sanitize(describe(unbooked, words.errors)));
  if (output.isRefused === true) throw new AppError("tool_not_allowed", { names: [name] });
  if (output.isError) throw new AppError("tool_failed", { name });
}

function print({ terminal, words }: Console, { definition: { name } }: Tool, output: ToolOutput, json: boolean): void {
  const { content, isError, isRefused = false } = output;
  if (json) return terminal.json({ name, ok: !isError, content });
  if (isRefused) return;
  const text = outputText(output);
  if (text !== "") terminal.text(text.endsWith("\n") ? text : `${text}\n`);
  const pictures = content.filter(({ type }) => type === "image").length;
  if (pictures > 0) terminal.say(words.tools.pictures({ count: pictures }));
}

async function findTool(engine: Engine, console: Console, name: string): Promise<OfferedTool> {
  const tools = await openTools(engine, console).list();
  const found = tools.find(({ tool }) => tool.definition.name === name);
  if (found !== undefined) return found;
  throw unknownTool(
    "tool",
    name,
    tools.map(({ tool }) => tool.definition.name),
  );
}
