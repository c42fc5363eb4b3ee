import type { ToolDefinition } from "../chat/tool-definition.ts";
import type { ToolCharge, ToolOutput } from "../chat/tools.ts";

/** A tool that can be run. */
export interface Tool {
  /** Its name is the one that the model knows: unique among the tools that are offered. */
  readonly definition: ToolDefinition;
  readonly origin: ToolOrigin;
  /** What the config file says of asking before it runs; `always`: it is asked for each call, whatever was allowed before. */
  readonly approval: "ask" | "allow" | "always";
  /**
   * What a call would do, for the person who is asked: the whole command line, the server, the folder. Any text; the arguments are shown
   * beside it.
   */
  readonly describe: (args: ToolArguments) => string;
  /** What its server says of its effects, as `readOnlyHint`: shown as a claim, and never believed. */
  readonly claims?: readonly string[];
  /** What a service bills for each call; absent where none does. */
  readonly charge?: ToolCharge;
  /**
   * Runs it. It ends soon after `signal` is aborted, with all processes that it started. Never throws for what the tool does: that is an
   * output with `isError`.
   */
  readonly run: (args: ToolArguments, context: ToolContext) => Promise<ToolOutput>;
}

/** The arguments of a call, parsed: an object, checked against the tool's parameters as far as that is possible. */
export type ToolArguments = Readonly<Record<string, unknown>>;

export interface ToolOrigin {
  readonly kind: "built-in" | "config" | "folder" | "aichat" | "mcp";
  /** The file, folder or server that it comes from; empty for a built-in one. */
  readonly source: string;
  /** What a person approves beside the definition: the command, or the server's address. A change of it asks again. */
  readonly identity: string;
}

export interface ToolContext {
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}
