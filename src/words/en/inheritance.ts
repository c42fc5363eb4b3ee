/** Words about settings, text and pictures that a resumed conversation adds to the next request. */
export const inheritance = {
  line: ({ parts }: { parts: string }) => `From the conversation: ${parts}`,
  system: ({ start }: { start: string }) => `system prompt “${start}”`,
  examples: ({ examples }: { examples: number }) => `${examples} ${examples === 1 ? "example" : "examples"}`,
  summary: "a summary of earlier turns",
  pictures: ({ pictures }: { pictures: number }) => `${pictures} ${pictures === 1 ? "picture" : "pictures"}`,
  picturesLeft: ({ pictures }: { pictures: number }) =>
    `${pictures} ${pictures === 1 ? "picture" : "pictures"} not sent: the transcript has only a link.`,
};
