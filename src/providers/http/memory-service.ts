import { Agent } from "node:http";
import { Duplex } from "node:stream";

/** Connections to a service in memory, which gives the same short answer to everything. */
export function agentInMemory(): Agent {
  const event = (data: object | string) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  const piece = (delta: object, reason: string | null) =>
    event({ id: "", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: reason }] });
  const pieces = [{ role: "assistant", content: "" }, { reasoning_content: "a" }, { content: "b" }];
  const events = pieces.map((delta) => piece(delta, null)).join("") + piece({}, "stop") + event("[DONE]");
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
  const agent = new Agent();
  agent.createConnection = () =>
    new Duplex({
      read() {},
      write(_bytes, _encoding, done) {
        done();
        // A request may be written in parts; its answer ends the connection.
        if (this.readableEnded || this.readableLength > 0) return;
        this.push(head + events);
        this.push(null);
      },
    });
  return agent;
}
