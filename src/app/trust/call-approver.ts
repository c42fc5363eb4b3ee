import type { ApprovalRequest, Approver, Decision } from "../../tools/approval.ts";
import type { Tool } from "../../tools/tool.ts";
import { warnOf } from "../startup.ts";
import { asAppError } from "../../errors.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { matchesName } from "../tools/tool-collection.ts";
import { askCall, type CallAnswer, type ToolIdentity } from "./call-question.ts";
import { trustDigest, TrustStore } from "./trust-store.ts";

const allowed: Decision = { isAllowed: true };

/**
 * Decides about calls by the flags, the config file, what was approved before, and the person at the terminal, who sees one call after
 * the other.
 *
 * @param mayAsk whether there is somebody to ask
 */
export function callApprover(engine: Engine, console: Console, mayAsk = console.terminal.interactive): Approver {
  const store = new TrustStore(engine.folders);
  /** Digests of tools that are allowed until the program ends. */
  const session = new Set<string>();
  const { terminal } = console;

  /** Without asking anybody. */
  function isAllowed({ approval, definition: { name } }: Tool, { digest }: ToolIdentity): boolean {
    const patterns = engine.settings.allow_tool ?? [];
    if (approval === "always") {
      // A command of the model's own is worth a flag of this very run, by its whole name.
      return !mayAsk && engine.origins.allow_tool?.kind === "flag" && patterns.includes(name);
    }
    if (approval === "allow" || patterns.some((pattern) => matchesName(pattern, name))) return true;
    return session.has(digest) || store.find(digest) !== null;
  }

  function remember(answer: CallAnswer, { digest, subject, parts }: ToolIdentity): void {
    if (answer.kind === "session") session.add(digest);
    if (answer.kind !== "always") return;
    session.add(digest);
    try {
      store.approve("calls", subject, parts);
    } catch (error) {
      warnOf(console, asAppError(error));
    }
  }

  async function ask(request: ApprovalRequest, identity: ToolIdentity, signal: AbortSignal): Promise<Decision> {
    // An answer to the question before may have decided this one.
    if (isAllowed(request.tool, identity)) return allowed;
    if (signal.aborted) return denied();
    const earlier = store.earlier("calls", identity.subject);
    const answer = await askCall(engine, console, { ...request, ...identity, earlier }, signal);
    remember(answer, identity);
    return answer.kind === "no" ? denied(answer.reason) : allowed;
  }

  return async (request, signal) => {
    const identity = identityOf(request.tool);
    if (isAllowed(request.tool, identity)) return allowed;
    if (!mayAsk) return { isAllowed: false, reason: null, isUnasked: true };
    return await terminal.dialogues.run(async () => await ask(request, identity, signal));
  };
}

function denied(reason: string | null = null): Decision {
  return { isAllowed: false, reason, isUnasked: false };
}

function identityOf({ definition: { name, description, parameters }, origin }: Tool): ToolIdentity {
  const subject = origin.source === "" ? name : `${name} (${origin.source})`;
  const parts = { identity: origin.identity, description, parameters: JSON.stringify(parameters) };
  return { subject, parts, digest: trustDigest("calls", subject, parts) };
}
