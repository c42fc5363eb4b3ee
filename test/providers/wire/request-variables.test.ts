import { expect, test } from "vitest";
import { assistantMessage, userMessage } from "../../../src/chat/message-text.ts";
import type { ChatRequest } from "../../../src/chat/model.ts";
import { requestVariables } from "../../../src/providers/wire/request-variables.ts";
import { connection } from "./connection.ts";

const gateway = { ...connection, name: "gateway", thinking: "none", prefix: "none" } as const;

function variables(messages: ChatRequest["messages"], more: object = {}) {
  const request = { model: "m", messages, sampling: { temperature: 0.5 }, thinking: null, stream: true };
  return requestVariables({ ...gateway, ...more }, request, { user: "u" });
}

test("are the fields of a request, and what is made of them", () => {
  const made = variables([{ role: "system", content: "Be brief." }, userMessage("q")]);
  const question = { role: "user", content: "q" };
  expect(made).toMatchObject({
    model: "m",
    messages: [{ role: "system", content: "Be brief." }, question],
    turns: [question],
    system: "Be brief.",
    question: "q",
    options: { temperature: 0.5, user: "u" },
    key: connection.key,
  });
  expect(Object.keys(made["options"] as object)).toEqual(["temperature", "user"]);
});

test("give the conversation as one text", () => {
  expect(variables([userMessage("q")])["prompt"]).toBe("q");
  expect(variables([userMessage("q"), assistantMessage("a"), userMessage("r")])["prompt"]).toBe(
    "User: q\n\nAssistant: a\n\nUser: r\n\nAssistant:",
  );
});

test("give an answer that is to be continued, as the entry says", () => {
  const begun = [userMessage("q"), { ...assistantMessage("one tw"), prefix: true as const }];
  const field = variables(begun, { prefix: "field" });
  expect(field).toMatchObject({ prefix: "one tw", prompt: "q" });
  expect(variables(begun, { prefix: "beta" })["prompt"]).toBe("User: q\n\nAssistant: one tw");
});

test("leave undefined what there is not", () => {
  const made = variables([userMessage("q")], { key: null });
  expect([made["system"], made["key"], made["top_p"]]).toEqual([undefined, undefined, undefined]);
});
