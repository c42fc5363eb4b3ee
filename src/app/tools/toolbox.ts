import type { Toolbox, ToolCallContext, ToolOutput } from "../../chat/tools.ts";
import { nearestTo } from "../../config/expectation.ts";
import type { ApprovalRequest, Approver, Decision } from "../../tools/approval.ts";
import type { Tool, ToolArguments } from "../../tools/tool.ts";
import { errorOutput, limitedOutput } from "../../tools/tool-output.ts";
import type { PicturePlace } from "../pictures/picture-thread.ts";
import { argumentMisfit } from "./argument-check.ts";

/**
 * Tools as a turn offers them. What the model did wrong, and what fails, is told to the model.
 *
 * @param thread the file of the threads in which pictures that tools return are made ready; null: there are none
 */
export function createToolbox(
  tools: readonly Tool[],
  approve: Approver,
  maxRounds: number,
  thread: PicturePlace["thread"],
): Toolbox {
  const byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
  return {
    definitions: tools.map(({ definition }) => definition),
    maxRounds,
    chargeOf: (name) => byName.get(name)?.charge ?? null,
    async call(call, context) {
      const tool = byName.get(call.name);
      if (tool === undefined) return unknownTool(call.name, [...byName.keys()]);
      const args = readArguments(call.arguments);
      if (typeof args === "string") return errorOutput(args);
      try {
        const output = await callTool({ tool, call, args }, approve, context);
        return limitedOutput(await withReadyPictures({ stop: context.signal, thread }, output));
      } catch (error) {
        return errorOutput(`The tool failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

async function callTool(
  request: ApprovalRequest,
  approve: Approver,
  { signal, onStart, onProgress }: ToolCallContext,
): Promise<ToolOutput> {
  const { tool, args } = request;
  const misfit = await argumentMisfit(tool, args);
  if (misfit !== null) return errorOutput(misfit);
  const decision: Decision = await approve(request, signal);
  if (!decision.isAllowed) return refusal(decision.reason);
  if (signal.aborted) return errorOutput("The person stopped the tool.");
  onStart();
  return await tool.run(args, { signal, onProgress });
}

/** What makes pictures ready is loaded where there are some. */
async function withReadyPictures(place: PicturePlace, output: ToolOutput): Promise<ToolOutput> {
  if (!output.content.some(({ type }) => type === "image")) return output;
  const { readyParts } = await import("../pictures/ready-parts.ts");
  return { ...output, content: await readyParts(place, output.content) };
}

function refusal(reason: string | null): ToolOutput {
  const said = reason === null ? "" : ` They say: ${reason}`;
  return { ...errorOutput(`The person did not allow this call; the tool was not run.${said}`), isRefused: true };
}

function unknownTool(name: string, names: readonly string[]): ToolOutput {
  const nearest = nearestTo(name, names);
  const meant = nearest === null ? "" : ` Did you mean ${nearest}?`;
  return errorOutput(`There is no tool ${JSON.stringify(name)}.${meant} Tools: ${names.join(", ")}.`);
}

/** The arguments of a call; a sentence for the model where they are none. Some models write nothing for no arguments. */
export function readArguments(text: string): ToolArguments | string {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as ToolArguments) : "The arguments are no JSON object. Call the tool again with one.";
  } catch (error) {
    return `The arguments are not valid JSON (${(error as Error).message}). Call the tool again with one JSON object.`;
  }
}
