/** The thread of `BenchServer`. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";
import { now } from "./clock.ts";
import type { Answer, Order, Report } from "./server.ts";

const event = (fields: object) =>
  `data: ${JSON.stringify({ id: "chatcmpl-0f1e2d3c-bench", object: "chat.completion.chunk", created: 1764150000, model: "m", ...fields })}\n\n`;
const delta = (content: string) =>
  event({ choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }] });
const ending = [
  event({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }] }),
  event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 72, total_tokens: 77 } }),
  "data: [DONE]\n\n",
].join("");
const short = "The quick brown fox jumps over the lazy dog. "
  .repeat(8)
  .split(/(?<= )/u)
  .map(delta);

/** What a long answer repeats: each kind of block that answers are made of. */
const passage = `## Moving a branch

\`git rebase --onto\` puts a range of commits on **another** base. See the [manual](https://git-scm.com/docs/git-rebase) for its
options; *conflicts* stop it.

1. Find the old base with \`git merge-base main topic\`.
2. Choose the new one.
   - A conflict stops the run.
   - \`--abort\` restores everything.

| option | effect | since |
| --- | --- | ---: |
| --onto | sets the new base | 1.5 |
| --autosquash | merges the fixups | 1.7 |

\`\`\`python
def rebase(commits, onto):
    """Puts each commit on the new base."""
    for commit in commits:
        onto = apply(commit, onto)  # may conflict
    return onto
\`\`\`

> Do not rebase what others have. \u91cf\u5b50\u8ba1\u7b97 takes two columns a character.

`;
const passages = passage.repeat(16);
const characters = Array.from(passages);
const block = Buffer.from(
  Array.from({ length: Math.ceil(characters.length / 8) }, (_, index) =>
    delta(characters.slice(index * 8, index * 8 + 8).join("")),
  ).join(""),
);

let answer: Answer = { kind: "short" };
let requests: number[] = [];
let chunks: number[] = [];

const server = createServer((request, response) => {
  const arrived = now();
  request.resume().on("end", () => {
    if (request.method !== "POST") return void response.end('{"object":"list","data":[{"id":"m","object":"model"}]}');
    requests.push(arrived);
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (answer.kind === "long") writeLong(response, Math.ceil(answer.characters / characters.length));
    else if (answer.kind === "numbered") writeNumbered(response, answer.count, answer.interval);
    else {
      for (const chunk of short) response.write(chunk);
      response.end(ending);
    }
  });
});

function writeLong(response: ServerResponse, count: number): void {
  if (response.destroyed) return;
  for (let left = count; left > 0; left--) {
    if (response.write(block)) continue;
    response.once("drain", () => writeLong(response, left - 1));
    return;
  }
  response.end(ending);
}

function writeNumbered(response: ServerResponse, count: number, interval: number): void {
  const begun = now();
  const write = (index: number) => {
    if (response.destroyed) return;
    if (index === count) return void response.end(ending);
    chunks[index] = now();
    response.write(delta(`T${String(index).padStart(6, "0")}${index % 40 === 39 ? "\n\n" : " "}`));
    setTimeout(write, Math.max(0, begun + (index + 2) * interval - now()), index + 1);
  };
  setTimeout(write, interval, 0);
}

const report = (message: Report) => parentPort!.postMessage(message, []);
parentPort!.on("message", (order: Order) => {
  if (order.do === "answer") ({ answer } = order);
  report({ log: { requests, chunks } });
  [requests, chunks] = [[], []];
});
server.on("connection", (socket) => socket.setNoDelay(true));
// Longer than any bench: a connection that a program keeps stays.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => report({ port: (server.address() as AddressInfo).port }));
