import type { Connection } from "../../providers/connection.ts";
import { send } from "../../providers/http/send.ts";
import { withTimeout } from "../../providers/http/request-timeout.ts";
import { redact } from "../../providers/wire/redact.ts";

/** What an endpoint that nobody knows said to one request. */
export interface EndpointAnswer {
  readonly status: number;
  readonly isSuccess: boolean;
  /** Of the header that says how to authenticate; empty where there is none. */
  readonly challenge: string;
  /** Its start, without keys. */
  readonly text: string;
  /** Whether it came in pieces. */
  readonly isStream: boolean;
  /** The JSON in it, in order. */
  readonly documents: readonly unknown[];
}

/** Milliseconds that an answer may take to begin. */
const timeout = 30_000;

/**
 * Sends one request, and reads the start of what comes.
 *
 * @param body sent as JSON with POST; null for GET
 * @throws AppError for the network
 */
export async function askEndpoint(
  connection: Connection,
  url: string,
  body: object | null,
  stop: AbortSignal,
): Promise<EndpointAnswer> {
  const json = body === null ? null : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string> = json === null ? {} : { "content-type": "application/json" };
  const request = { method: json === null ? "GET" : "POST", url, headers, body: json };
  return await withTimeout(connection, stop, timeout, async (signal) => {
    const response = await send(connection, request, signal);
    // As much as there is room for: an answer that never ends tells enough by its start.
    const text = redact((await response.refusal()).trim(), connection);
    const isStream = /^(?:data|event|id|retry)?:/u.test(text);
    return {
      status: response.status,
      isSuccess: response.isSuccess,
      challenge: [response.header("www-authenticate"), response.header("upgrade")].filter(Boolean).join(" "),
      text,
      isStream,
      documents: documentsIn(text),
    };
  });
}

/** A document, those of the events of a stream, or one a line. */
function documentsIn(text: string): unknown[] {
  const whole = parsed(text);
  if (whole !== undefined) return [whole];
  return text.split("\n").flatMap((line) => {
    const document = parsed(line.replace(/^data:/u, "").trim());
    return typeof document === "object" && document !== null ? [document] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
