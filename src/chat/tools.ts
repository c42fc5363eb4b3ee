import type { BilledRequest } from "./billed-request.ts";
import type { ImagePart, TextPart, ToolCall } from "./messages.ts";
import type { Cost, ModelRef } from "./model.ts";
import type { ToolDefinition } from "./tool-definition.ts";

/** What a tool returned, or why it returned nothing, in the form in which the model is told. */
export interface ToolOutput {
  readonly content: readonly (TextPart | ImagePart)[];
  /** The tool failed, or was not allowed to run. */
  readonly isError: boolean;
  /** It was not run, since nobody allowed it. */
  readonly isRefused?: boolean;
  /** What a service bills for the call; absent where it cost nothing. */
  readonly billed?: BilledRequest;
}

/** What each call of a tool costs at most. */
export interface ToolCharge {
  /** Who bills it. */
  readonly to: ModelRef;
  readonly cost: Cost;
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
  /** What a call of the tool of that name costs at most; null where it costs nothing. */
  readonly chargeOf: (name: string) => ToolCharge | null;
  /**
   * Asks for approval where that is needed, then runs a call. Calls of one message run side by side. Never throws: unknown names, broken
   * arguments and failures are told to the model as an error.
   */
  readonly call: (call: ToolCall, context: ToolCallContext) => Promise<ToolOutput>;
}
