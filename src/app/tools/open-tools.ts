import type { Approver } from "../../tools/approval.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { ToolCollection } from "./tool-collection.ts";

/**
 * The tools of a run; nothing is looked for before it is needed.
 *
 * @param mayAsk whether there is somebody to ask about calls
 */
export function openTools(engine: Engine, console: Console, mayAsk = console.terminal.interactive): ToolCollection {
  let approver: Promise<Approver> | null = null;
  const approve: Approver = async (request, signal) => {
    approver ??= import("../trust/call-approver.ts").then(({ callApprover }) => callApprover(engine, console, mayAsk));
    return await (
      await approver
    )(request, signal);
  };
  return new ToolCollection(engine, console, approve);
}
