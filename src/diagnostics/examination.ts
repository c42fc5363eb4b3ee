import { asAppError, type ErrorKind } from "../errors.ts";
import { balance, failover, key, models, provider } from "./account.ts";
import type { AnyCheck, CheckOutcome, CheckSkipReason } from "./check.ts";
import { program, settings, terminal } from "./machine.ts";
import { answer, clock, connect, lookup, proxy, tls } from "./network.ts";
import { failureKind, type Problem } from "./problems.ts";
import { findings, json, prefix, schema, streaming, thinking, usage } from "./questions.ts";
import { folders, index, transcripts } from "./storage.ts";
import type { CheckFacts, CheckId, Subject } from "./subject.ts";

/** All checks in the order of the report; a check follows those that it needs. */
const checks: readonly AnyCheck[] = [
  program,
  terminal,
  settings,
  folders,
  transcripts,
  index,
  provider,
  key,
  proxy,
  lookup,
  connect,
  tls,
  answer,
  clock,
  models,
  balance,
  failover,
  findings,
];

/** What only questions to the model can tell. */
const questions: readonly AnyCheck[] = [streaming, usage, thinking, prefix, json, schema];

type Status = "ok" | "warn" | "fail" | "skip";

/** What came of one check. */
export type Result<Id extends CheckId = CheckId> = {
  [Each in Id]: {
    readonly id: Each;
    readonly status: Status;
    /** Null where the check was skipped, or failed before there were any. */
    readonly facts: CheckFacts[Each] | null;
    readonly problems: readonly Problem[];
    /** Why it was skipped; `by` is the check that is out of order. */
    readonly skipped: { readonly why: CheckSkipReason; readonly by: CheckId | null } | null;
  };
}[Id];

/**
 * Makes the checks one after the other and gives each result as it comes.
 *
 * @throws AppError `interrupted` alone: what a check throws is its result
 */
export async function* examine(subject: Subject): AsyncGenerator<Result> {
  const broken = new Map<CheckId, CheckId>();
  for (const check of [...checks, ...(subject.probe === null ? [] : questions)]) {
    const by = check.needs.map((id) => broken.get(id)).find((id) => id !== undefined);
    const result = by === undefined ? await make(check, subject) : skipped(check.id, "blocked", by);
    if (result.status === "fail") broken.set(check.id, check.id);
    else if (by !== undefined) broken.set(check.id, by);
    yield result;
  }
}

async function make(check: AnyCheck, subject: Subject): Promise<Result> {
  let outcome: CheckOutcome<CheckFacts[CheckId]>;
  try {
    outcome = await check.look(subject);
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code === "interrupted") throw error;
    outcome = { facts: null, problems: [{ kind: "error", error }] };
  }
  if ("skip" in outcome) return skipped(check.id, outcome.skip, null);
  const { facts, problems } = outcome;
  return { id: check.id, status: statusOf(problems), facts, problems, skipped: null } as Result;
}

function skipped(id: CheckId, why: CheckSkipReason, by: CheckId | null): Result {
  return { id, status: "skip", facts: null, problems: [], skipped: { why, by } };
}

function statusOf(problems: readonly Problem[]): Status {
  if (problems.length === 0) return "ok";
  return problems.some((found) => failureKind(found) !== null) ? "fail" : "warn";
}

/** Order in which problems must be fixed: the program, settings and usage, storage, the request, and last what may resolve by itself. */
const gravity: readonly ErrorKind[] = ["internal", "config", "usage", "local", "refused", "service"];

/** The worst failure's kind; null where nothing failed. */
export function worstFailure(problems: readonly Problem[]): ErrorKind | null {
  const kinds = problems.map(failureKind).filter((kind) => kind !== null);
  return gravity.find((kind) => kinds.includes(kind)) ?? kinds[0] ?? null;
}
