import { expect, test } from "vitest";
import { requestTokens } from "../../../src/app/usage/request-tokens.ts";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { estimateTokens } from "../../../src/chat/usage.ts";
import type { Connection } from "../../../src/providers/connection.ts";
import { loadTokenizer } from "../../../src/usage/tokenizer/tokenizer.ts";
import { connection } from "../../providers/wire/connection.ts";

const deepseek: Connection = {
  ...connection,
  name: "deepseek",
  thinking: "deepseek",
  prefix: "beta",
  reminders: true,
  titles: true,
};
const siliconflow: Connection = { ...connection, name: "siliconflow", thinking: "enable_thinking", prefix: "field" };
const question = "How many tokens? 有多少？";
const tokenizer = await loadTokenizer();

function request(model: string, more: Partial<ChatRequest> = {}): ChatRequest {
  return { model, messages: [userMessage(question)], sampling: {}, thinking: null, stream: true, ...more };
}

async function exact(text: string) {
  return { tokens: tokenizer.countTokens(`<｜begin▁of▁sentence｜>${text}`), isExact: true };
}

test("a request counts as it would go out: with the day, with the beginning of an answer, with thinking or without", async () => {
  const pro = "deepseek-v4-pro";
  const asked = `<｜User｜>${question}<｜Assistant｜>`;
  expect(await requestTokens(request(pro), deepseek)).toEqual(await exact(`${asked}<think>`));
  const off = { thinking: { enabled: false, effort: null } };
  expect(await requestTokens(request(pro, off), deepseek)).toEqual(await exact(`${asked}</think>`));
  const dated = { ...off, tellsDate: true, messages: [{ ...userMessage(question), askedAt: new Date(2026, 10, 27) }] };
  const day = "<｜latest_reminder｜>2026-11-27,Friday";
  expect(await requestTokens(request(pro, dated), deepseek)).toEqual(await exact(`${day}${asked}</think>`));
  const begun = {
    messages: [userMessage(question), { ...assistantMessage("Some", "Let me count."), prefix: true as const }],
  };
  const thought = `${asked}<think>Let me count.</think>Some`;
  expect(await requestTokens(request(pro, begun), deepseek)).toEqual(await exact(thought));
  const flow = "deepseek-ai/DeepSeek-V4-Flash";
  expect(await requestTokens(request(flow, begun), siliconflow)).toEqual(await exact(`${asked}</think>Some`));
});

test("what the service adds, and what is no text, make it an estimate of at least the text", async () => {
  const least = tokenizer.countTokens(question);
  const picture = { type: "image", name: "a.png", url: "data:image/png;base64,AA==" } as const;
  const unlike: readonly Partial<ChatRequest>[] = [
    { wantsTitle: true },
    { sampling: { response_format: "json_object" } },
    { sampling: { body: { tools: [{ type: "deepseek_web_search" }] } } },
    { messages: [{ role: "user", content: [{ type: "text", text: question }, picture] }] },
  ];
  for (const more of unlike) {
    const { tokens, isExact } = await requestTokens(request("deepseek-flash", more), deepseek);
    expect({ more, isExact }).toEqual({ more, isExact: false });
    expect(tokens).toBeGreaterThan(least);
  }
});

test("another vocabulary is estimated", async () => {
  const { tokens, isExact } = await requestTokens(request("deepseek-ai/DeepSeek-V3"), siliconflow);
  expect(isExact).toBe(false);
  expect(tokens).toBeGreaterThanOrEqual(estimateTokens(question));
});
