import { safeParse } from "valibot";
import { AppError, asAppError, type ErrorDetails, systemReason } from "../errors.ts";
import { misfit } from "./expectation.ts";
import { lineOf, parseConfig } from "./file.ts";
import { maxSettingsBytes, readTextFile } from "./text-file.ts";
import { type ToolEntry, toolSchema } from "./tool-entries.ts";

/**
 * A tool in a YAML file of its own, which has the fields of an entry of `tools` in the config file.
 *
 * @throws AppError `tools_unreadable`, with line and key
 */
export async function parseToolFile(path: string, text: string): Promise<ToolEntry> {
  const document = await parseConfig(path, text).catch((error: unknown) => {
    const { line, reason, said } = (asAppError(error) as AppError<"config_broken">).details;
    throw unreadable(path, said || reason, { line });
  });
  const result = safeParse(toolSchema, document.toJS() ?? {});
  if (result.success) return result.output;
  const { keys, value, expected } = misfit(result.issues[0]);
  const line = await lineOf(document, text, keys);
  throw unreadable(path, "", { line, key: keys.join("."), value, expected });
}

/** @throws AppError `tools_unreadable` */
export function readToolFile(path: string): string {
  try {
    return readTextFile(path, { maxBytes: maxSettingsBytes, owner: "settled" });
  } catch (error) {
    throw unreadable(path, systemReason(error), {}, error);
  }
}

function unreadable(
  path: string,
  reason: string,
  place: Partial<ErrorDetails["tools_unreadable"]>,
  cause?: unknown,
): AppError {
  const details = { path, line: null, key: null, value: "", expected: null, reason, ...place };
  return new AppError("tools_unreadable", details, { cause });
}

/** Whether a YAML file means to be a tool: folders called `tools` are in many projects, with other files in them. */
export async function isToolFile(text: string): Promise<boolean> {
  try {
    const { parse } = await import("yaml");
    const value: unknown = parse(text, { logLevel: "error", uniqueKeys: false });
    return typeof value === "object" && value !== null && "command" in value && "description" in value;
  } catch {
    return false;
  }
}
