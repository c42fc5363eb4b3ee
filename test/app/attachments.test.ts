import { expect, test } from "vitest";
import { attachmentsOf, withAttachments } from "../../src/app/conversation/attachments.ts";
import { splitAttached, textOf, userMessage, wordsOf } from "../../src/chat/message-text.ts";
import type { UserMessage } from "../../src/chat/messages.ts";

const question: UserMessage = {
  role: "user",
  content: [
    { type: "text", text: "look" },
    { type: "file", name: "src/a.md", text: "\u5317\u4eac" },
    { type: "image", name: "p.png", url: "data:image/png;base64,AAAA" },
  ],
};

test("what went with a question is known again by its path, its size and its tokens", () => {
  expect(attachmentsOf(question, "/work")).toMatchObject([
    { path: "/work/src/a.md", name: "src/a.md", bytes: 6, tokens: 2, part: question.content[1] },
    { path: "/work/p.png", name: "p.png", bytes: 3, tokens: null, part: question.content[2] },
  ]);
});

test("a question that is edited keeps what was attached, under other words or none", () => {
  const files = attachmentsOf(question, "/work");
  expect(wordsOf(question.content)).toBe("look");
  expect(withAttachments("look", files)).toEqual(question);
  expect(withAttachments("", files).content).toEqual(question.content.slice(1));
});

test("what was typed is no file, also where it looks like one", () => {
  const typed = "see\n\na.md:\n```md\nx\n```";
  expect(splitAttached(typed).files).toHaveLength(1);
  expect(attachmentsOf(userMessage(typed), "/work")).toEqual([]);
  expect(wordsOf(userMessage(typed).content)).toBe(typed);
  expect(textOf(userMessage(typed).content)).toBe(typed);
});
