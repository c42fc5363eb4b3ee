import type { Approver } from "../../tools/approval.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { ToolCollection } from "./tool-collection.ts";

/** The tools of a run; nothing is looked for before it is needed. */
export function openTools(engine: Engine, console: Console): ToolCollection {
  return new ToolCollection(engine, console, allowedAlone);
}

/** Allows what the config file allows. */
const allowedAlone: Approver = async ({ tool }) =>
  tool.approval === "allow" ? { isAllowed: true } : { isAllowed: false, reason: null, isUnasked: true };
