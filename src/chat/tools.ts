import type { ImagePart, TextPart, ToolCall } from "./messages.ts";

/** A tool as a request describes it to a model. */
export interface ToolDefinition {
  /** `[A-Za-z0-9_-]{1,64}` (api-docs.deepseek.com, function calling). */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What a tool returned, or why it returned nothing, in the form in which the model is told. */
export interface ToolOutput {
  readonly content: readonly (TextPart | ImagePart)[];
  /** The tool failed, or was not allowed to run. */
  readonly isError: boolean;
  /** It was not run, since nobody allowed it. */
  readonly isRefused?: boolean;
}

/** What a running call is given. */
export interface ToolCallContext {
  /** Aborted when the person stops the tools or the session ends: the call ends then with an error for the model. */
  readonly signal: AbortSignal;
  /** To be called when the call was allowed and its tool starts. */
  readonly onStart: () => void;
  /** A line about how far the tool is; any text, to be sanitised where it is shown. */
  readonly onProgress: (text: string) => void;
}

/** The tools that a turn offers to the model. */
export interface Toolbox {
  /** In an order that stays the same from turn to turn: they are part of the cached prefix. At most 128. */
  readonly definitions: readonly ToolDefinition[];
  /** Requests of one turn that may follow results. */
  readonly maxRounds: number;
  /**
   * Asks for approval where that is needed, then runs a call. Calls of one message run side by side. Never throws: unknown names, broken
   * arguments and failures are told to the model as an error.
   */
  readonly call: (call: ToolCall, context: ToolCallContext) => Promise<ToolOutput>;
}
