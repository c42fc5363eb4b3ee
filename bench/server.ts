/**
 * A local server that answers any question with the same short stream, for measuring what the program adds to it. Prints
 * its port.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const chunk = (fields: object) =>
  `data: ${JSON.stringify({ id: "bench", object: "chat.completion.chunk", ...fields })}\n\n`;
const delta = (content: string) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const body = [
  ..."The quick brown fox jumps over the lazy dog. "
    .repeat(8)
    .split(/(?<= )/u)
    .map(delta),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 72, total_tokens: 77 } }),
  "data: [DONE]\n\n",
];

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of body) response.write(piece);
    response.end();
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
