import type { Reply } from "./raw-server.ts";

/** One event of a stream. */
export function event(data: object | string): string {
  return `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** A chunk with something new in it. */
export function delta(part: object, more: object = {}): string {
  const choice = { index: 0, delta: part, finish_reason: null };
  return event({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [choice], ...more });
}

export function text(content: string): string {
  return delta({ content });
}

/** The chunk that says why the answer ended. */
export function finish(reason = "stop", more: object = {}): string {
  return event({ id: "c1", choices: [{ index: 0, delta: {}, finish_reason: reason }], ...more });
}

/** As DeepSeek counts. */
export const counted = {
  prompt_tokens: 30,
  prompt_cache_hit_tokens: 20,
  prompt_cache_miss_tokens: 10,
  completion_tokens: 12,
  completion_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 42,
};

export const usage = event({ id: "c1", choices: [], usage: counted });
export const done = event("[DONE]");

/** A whole answer as a well-behaved service streams it. */
export function answer(...parts: readonly string[]): Reply {
  return { body: [...parts.map(text), finish(), usage, done] };
}

/** A body of another kind, with its status. */
export function refusal(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  const json = typeof body === "string" && body.startsWith("<") ? body : JSON.stringify(body);
  const type = json.startsWith("<") ? "text/html" : "application/json";
  return { status, headers: { "content-type": type, ...headers }, body: json };
}

/** An answer that calls tools: names with arguments. */
export function calling(...calls: readonly (readonly [name: string, args: object])[]): Reply {
  const pieces = calls.map(([name, args], index) =>
    delta({
      tool_calls: [
        { index, id: `call_${index}`, type: "function", function: { name, arguments: JSON.stringify(args) } },
      ],
    }),
  );
  return { body: [...pieces, finish("tool_calls"), usage, done] };
}
