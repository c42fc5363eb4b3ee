import type { ChatEvent } from "../../chat/events.ts";
import type { Layer } from "../../chat/layers.ts";
import { documentsIn } from "../../chat/message-text.ts";
import type { ChatRequest } from "../../chat/model.ts";
import { type AppError, asAppError } from "../../errors.ts";
import type { Connection } from "../../providers/connection.ts";
import type { DocumentDesk } from "./document-desk.ts";

/** What services say of a file that they do not have. */
const gone =
  /file[\s\S]*(?:not (?:be )?found|not exist|no such|expired|invalid|deleted)|(?:no such|invalid|unknown|expired) file|文件[\s\S]*(?:不存在|过期|失效|无效)/iu;
/** HTTP's statuses that such a refusal comes with. */
const statuses: ReadonlySet<number> = new Set([400, 404, 410, 422]);

/**
 * Sends the documents of a conversation as they were made ready for the provider. One that the service does not know any more is
 * uploaded anew, once, and the question is sent again.
 */
export function documentLayer(desk: DocumentDesk, connection: Connection): Layer {
  return (next) =>
    async function* withDocuments(request, signal) {
      const error = yield* untilGone(next(ready(request), signal));
      if (error === null) return;
      yield { type: "waiting", why: "retry", attempt: 2, attempts: 2, delay: 0, error };
      try {
        if (!(await desk.renew(documentsIn(ready(request).messages), connection, signal)))
          return yield { type: "error", error };
      } catch (failure) {
        return yield { type: "error", error: asAppError(failure) };
      }
      for await (const event of next(ready(request), signal)) {
        yield event.type === "request" && event.why === "first" ? { ...event, why: "retry", error } : event;
      }
    };

  function ready(request: ChatRequest): ChatRequest {
    return { ...request, messages: desk.applied(request.messages, connection) };
  }
}

/** Gives the events of an answer; returns the error of a request that names a file which is gone, else null. */
async function* untilGone(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent, AppError | null> {
  for await (const event of events) {
    if (event.type === "error" && isOfFile(event.error)) return event.error;
    yield event;
  }
  return null;
}

function isOfFile(error: AppError): boolean {
  if (error.code !== "request_refused") return false;
  const { status, reason } = (error as AppError<"request_refused">).details;
  return statuses.has(status) && gone.test(reason);
}
