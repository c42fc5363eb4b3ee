import { currentTime } from "../../tools/current-time.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Engine } from "../engine.ts";
import type { SourcedTools } from "./sourced-tools.ts";

/** The built-in tools, each off until it is asked for. Null: it cannot be used with these settings. What one needs it loads when it is run. */
const builtIns: readonly ((engine: Engine) => Tool | null)[] = [() => currentTime];

export async function builtInTools(engine: Engine): Promise<SourcedTools> {
  return { tools: builtIns.flatMap((make) => make(engine) ?? []), failures: [] };
}
