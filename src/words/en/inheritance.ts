/** What a resumed conversation brings along. */
export const brought = {
  line: ({ parts }: { parts: string }) => `From the conversation: ${parts}`,
  system: ({ start }: { start: string }) => `system prompt “${start}”`,
  summary: "a summary of earlier turns",
  pictures: ({ pictures }: { pictures: number }) => `${pictures} ${pictures === 1 ? "picture" : "pictures"}`,
  picturesLeft: ({ pictures }: { pictures: number }) =>
    `${pictures} ${pictures === 1 ? "picture" : "pictures"} of the conversation not sent: only an address stands in the file.`,
};
