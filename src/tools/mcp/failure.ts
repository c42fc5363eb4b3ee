import { SdkError, SdkErrorCode, SdkHttpError } from "@modelcontextprotocol/client";
import { AppError, systemReason } from "../../errors.ts";
import type { McpConnection } from "./connection.ts";
import { LoginNeeded } from "./login.ts";
import type { McpServerConfig } from "./server-config.ts";

/** Characters of a sentence that a server says. */
const maxSaid = 300;

/** Why a server could not be started or reached, or ended. */
export function failureOf(
  { name, startTimeout }: McpServerConfig,
  error: unknown,
  connection: McpConnection | null,
): AppError {
  if (error instanceof LoginNeeded) return new AppError("mcp_login_needed", { server: name });
  // What the program foresees by itself, as a connection that does not come about.
  const known = appErrorIn(error);
  if (known !== null) return known;
  const program = connection?.program ?? null;
  const fail = (why: "ended" | "slow" | "flooded" | "missing" | "answer", reason: string) =>
    new AppError("mcp_failed", { server: name, why, reason, said: endOf(program?.stderr ?? "") }, { cause: error });
  if (program?.flooded === true) return fail("flooded", "");
  const isSlow = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
  if (isSlow) return fail("slow", String(startTimeout / 1000));
  if (program !== null && program.ended !== null) return fail("ended", program.ended);
  if (program !== null && program.pid === null) return fail("missing", systemReason(error));
  if (error instanceof SdkHttpError) return fail("answer", `${error.status ?? ""} ${error.statusText ?? ""}`.trim());
  return fail("answer", endOf(error instanceof Error ? error.message : String(error)));
}

function appErrorIn(error: unknown): AppError | null {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth++) {
    if (current instanceof AppError) return current;
  }
  return null;
}

function endOf(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim().slice(-maxSaid);
}
