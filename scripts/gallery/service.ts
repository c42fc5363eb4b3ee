/** The local service of the gallery: answers the gallery's questions, and fails in each way when a question says so. */
import { type RawServer, type Reply, serve } from "../../test/support/raw-server.ts";
import { delta, done, event, finish, refusal, text } from "../../test/support/wire.ts";
import { en, type Topic, zh } from "./answers.ts";

const topics: readonly Topic[] = [...Object.values(en), ...Object.values(zh)];

/** Ways to fail, each by a word in the question. */
const failures: Readonly<Record<string, Reply>> = {
  "#401": refusal(401, {
    error: { message: "Authentication Fails, Your api key is invalid", type: "authentication_error" },
  }),
  "#402": refusal(402, { error: { message: "Insufficient Balance", type: "unknown_error" } }),
  "#404": refusal(404, { error: { message: "Model Not Exist", type: "invalid_request_error" } }),
  "#429": refusal(429, { error: { message: "Rate limit reached", type: "rate_limit" } }, { "retry-after": "0" }),
  "#503": refusal(503, { error: { message: "The server is overloaded", type: "service_unavailable_error" } }),
};

const pieces = (whole: string): string[] => whole.match(/[^]{1,6}/gu) ?? [];

function reply(question: string, waiting: Promise<unknown>): Reply {
  for (const [word, failure] of Object.entries(failures)) if (question.includes(word)) return failure;
  const topic: Topic = topics.find((one) => question.includes(one.question)) ?? en.prose;
  const { answer, reasoning = "" } = topic;
  const counts = {
    prompt_tokens: 1204,
    prompt_cache_hit_tokens: 896,
    prompt_cache_miss_tokens: 308,
    completion_tokens: Math.ceil((answer.length + reasoning.length) / 3),
    completion_tokens_details: { reasoning_tokens: Math.ceil(reasoning.length / 3) },
    total_tokens: 1204 + Math.ceil((answer.length + reasoning.length) / 3),
  };
  const thinking = pieces(reasoning).map((part) => delta({ reasoning_content: part }));
  const said = pieces(answer).map(text);
  const end = [finish(), event({ id: "c1", choices: [], usage: counts }), done];
  if (question.includes("#cut")) return { body: [...said.slice(0, said.length >> 1), finish("length"), done] };
  if (question.includes("#slow"))
    return { body: [...said.slice(0, said.length >> 1), waiting, ...said.slice(said.length >> 1), ...end] };
  return { body: [...thinking, ...said, ...end] };
}

/** @param waiting what an answer to a question with `#slow` waits for halfway */
export async function serveGallery(waiting: Promise<unknown>): Promise<RawServer> {
  return await serve(({ path, body }) => {
    if (path.endsWith("/models"))
      return json({
        object: "list",
        data: ["deepseek-flash", "deepseek-pro"].map((id) => ({ id, object: "model", owned_by: "deepseek" })),
      });
    if (path.endsWith("/balance"))
      return json({
        is_available: true,
        balance_infos: [
          { currency: "CNY", total_balance: "42.17", granted_balance: "0.00", topped_up_balance: "42.17" },
        ],
      });
    const messages = (body?.["messages"] ?? []) as { role: string; content: unknown }[];
    const last = messages.findLast(({ role }) => role === "user")?.content ?? "";
    return reply(typeof last === "string" ? last : JSON.stringify(last), waiting);
  });
}

function json(body: object): Reply {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
