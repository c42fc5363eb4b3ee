/**
 * The least that can be called a service, in a process of its own: `node bare-service.ts <requests at once> <ms> [<ms, requests at once>…]`.
 * What goes beyond the limit is refused with 429; the limit may change after a time.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServiceReport } from "./service.ts";

const [limit = 10_000, time = 0, ...changes] = process.argv.slice(2).map(Number);
let [allowed, running, requests, refused, most] = [limit, 0, 0, 0, 0];
for (let index = 0; index + 1 < changes.length; index += 2)
  setTimeout(() => (allowed = changes[index + 1]!), changes[index]);

const chunk = (part: object) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...part })}\n\n`;
const usage = { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 };
const answer =
  chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "An answer." }, finish_reason: null }] }) +
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage }) +
  "data: [DONE]\n\n";

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  requests++;
  if (running >= allowed) {
    refused++;
    response.writeHead(429, { "content-type": "application/json" }).end('{"error":{"message":"Too many at once."}}');
    return;
  }
  most = Math.max(most, ++running);
  const send = () => {
    running--;
    response.writeHead(200, { "content-type": "text/event-stream" }).end(answer);
  };
  if (time === 0) request.once("end", send);
  else setTimeout(send, time * (0.75 + Math.random() / 2));
});
server.listen(0, "127.0.0.1", () => {
  process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` } satisfies ServiceReport);
});
process.on("message", () => {
  process.send!({ requests, prompts: 0, kinds: { running, refused, most, allowed } } satisfies ServiceReport);
  most = running;
});
