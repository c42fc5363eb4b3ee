import type { ToolCall } from "../chat/messages.ts";
import type { Tool, ToolArguments } from "./tool.ts";

/** A call that waits for a person's decision, or for what stands for one. */
export interface ApprovalRequest {
  readonly tool: Tool;
  readonly call: ToolCall;
  readonly args: ToolArguments;
}

/** What was decided about a call. */
export type Decision =
  | { readonly isAllowed: true }
  | {
      readonly isAllowed: false;
      /** What the person tells the model; null for nothing. */
      readonly reason: string | null;
      /** Whether nobody could be asked, since there is no terminal. */
      readonly isUnasked: boolean;
    };

/** Decides about calls; several may wait at once, of which a person sees one after the other. An aborted signal denies. */
export type Approver = (request: ApprovalRequest, signal: AbortSignal) => Promise<Decision>;
