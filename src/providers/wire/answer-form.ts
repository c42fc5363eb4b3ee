import { prefixOf } from "../../chat/message-text.ts";
import type { Message } from "../../chat/messages.ts";
import type { ChatRequest } from "../../chat/model.ts";
import type { Provider, SchemaForm } from "../catalogue.ts";

/** The tool whose arguments are the answer, and the name of its schema. */
export const answerTool = "answer";

/** From the one that binds a model most to the one that every service takes. */
const easier: Readonly<Record<SchemaForm, SchemaForm | null>> = {
  json_schema: "json",
  strict_tool: "tool",
  tool: "json",
  json: "prompt",
  prompt: null,
};

/** What a form sends, as a service that refuses it would call that. */
export const formFields: Readonly<Record<SchemaForm, string>> = {
  json_schema: "response_format: json_schema",
  strict_tool: "tools: strict",
  tool: "tool_choice",
  json: "response_format: json_object",
  prompt: "",
};

/** How to ask a service that refuses a form; null where nothing is left. */
export function nextForm(form: SchemaForm): SchemaForm | null {
  return easier[form];
}

/** How a request asks for an answer that fits its schema; null where it has none, or continues an answer that was begun. */
export function schemaFormOf(
  request: ChatRequest,
  { schema: form, tools }: Pick<Provider, "schema" | "tools">,
): SchemaForm | null {
  if (request.schema === undefined || prefixOf(request.messages) !== null) return null;
  if (form === "json_schema" || form === "prompt") return form;
  // A model that must call one tool can call no other, and one in JSON mode none.
  if ((request.tools ?? []).length > 0) return "prompt";
  if (form === "json") return form;
  // DeepSeek refuses a forced call while the model thinks.
  if (tools !== "tools" || request.thinking?.enabled === true) return "json";
  return form === "strict_tool" && request.schema.strict === null ? "tool" : form;
}

/** What the form of the answer changes in a request's body: the request that it is made of, and further fields. */
export interface FormedRequest {
  readonly request: ChatRequest;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A request in the form in which the service is asked for an answer that fits its schema. */
export function formed(request: ChatRequest, connection: Provider): FormedRequest {
  const form = schemaFormOf(request, connection);
  if (request.schema === undefined) return { request, fields: {} };
  if (form === null) return { request: unthinking(request, connection), fields: {} };
  const { schema, instruction, strict } = request.schema;
  const { response_format: _, ...sampling } = request.sampling;
  const asked = { ...request, sampling };
  if (form === "json_schema") {
    const format = { name: answerTool, schema };
    return { request: asked, fields: { response_format: { type: form, json_schema: format } } };
  }
  if (form === "json" || form === "prompt") {
    const messages = instructed(request.messages, instruction);
    const fields = form === "json" ? { response_format: { type: "json_object" } } : {};
    return { request: { ...asked, messages }, fields };
  }
  const isStrict = form === "strict_tool";
  const described = {
    name: answerTool,
    description: "Gives the answer.",
    ...(isStrict && { strict: true }),
    parameters: isStrict ? strict : schema,
  };
  return {
    request: { ...asked, thinking: { enabled: false, effort: null } },
    fields: {
      tools: [{ type: "function", function: described }],
      tool_choice: { type: "function", function: { name: answerTool } },
    },
  };
}

/** Behind the last question, so that what comes before it stays in the prefix cache. */
function instructed(messages: readonly Message[], instruction: string): readonly Message[] {
  const last = messages.findLastIndex(({ role }) => role === "user");
  return messages.map((message, index) => {
    if (index !== last || message.role !== "user") return message;
    const text = `\n\n${instruction}`;
    return { ...message, content: [...message.content, { type: "text", text }] };
  });
}

/** The rest of an answer that a call began: as it did, without thinking. */
function unthinking(request: ChatRequest, { schema: form }: Pick<Provider, "schema">): ChatRequest {
  const isCall = form === "strict_tool" || form === "tool";
  return isCall && request.thinking === null ? { ...request, thinking: { enabled: false, effort: null } } : request;
}
