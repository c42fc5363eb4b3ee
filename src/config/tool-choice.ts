import { isMapping, type ToolEntry, type ToolsMapping, type ToolsSetting } from "./tool-entries.ts";

/** Which tools are offered; `default`: all but the built-in ones. */
export type ToolChoice = "all" | "none" | "default" | readonly string[];

/** What a setting says of which tools are offered. */
export function toolChoice(setting: ToolsSetting | undefined): ToolChoice {
  if (typeof setting === "boolean") return setting ? "all" : "none";
  const mapping = mappingIn(setting);
  const named = setting === undefined || mapping !== null ? (mapping?.enable ?? null) : (setting as string | string[]);
  if (named === null) return "default";
  return (typeof named === "string" ? named.split(",") : named)
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Tools of the config file by their names. */
export function toolEntries(filed: ToolsSetting | undefined): Readonly<Record<string, ToolEntry>> {
  const { enable: _enable, aichat: _aichat, ...entries } = mappingIn(filed) ?? {};
  return entries;
}

/** Folders of aichat's functions that the config file names; true stands for aichat's own place. */
export function aichatFolders(filed: ToolsSetting | undefined): readonly (true | string)[] {
  const { aichat = false } = mappingIn(filed) ?? {};
  if (aichat === false) return [];
  return typeof aichat === "object" ? aichat : [aichat];
}

/** The setting without the values of variables, which may be keys. */
export function shownTools(setting: unknown): unknown {
  const mapping = mappingIn(setting as ToolsSetting | undefined);
  if (mapping === null) return setting;
  const hidden = (entry: unknown) => {
    const { env } = entry as Partial<ToolEntry>;
    if (env === undefined || !isMapping(entry)) return entry;
    return { ...(entry as object), env: Object.fromEntries(Object.keys(env).map((name) => [name, "…"])) };
  };
  return Object.fromEntries(Object.entries(mapping).map(([name, entry]) => [name, hidden(entry)]));
}

function mappingIn(setting: ToolsSetting | undefined): ToolsMapping | null {
  return isMapping(setting) ? (setting as ToolsMapping) : null;
}
