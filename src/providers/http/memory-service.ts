import * as http from "node:http";
import * as https from "node:https";
import { Duplex } from "node:stream";

/**
 * Connections to a service in memory, which gives the same short answer to everything, in the next turn of the event loop.
 *
 * @param protocol of the URLs of its requests, `http:` or `https:`; nothing is encrypted
 */
export function agentInMemory(protocol: string): http.Agent {
  const event = (data: object | string) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
  const piece = (delta: object, reason: string | null) =>
    event({ id: "", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: reason }] });
  const pieces = [{ role: "assistant", content: "" }, { reasoning_content: "a" }, { content: "b" }];
  const events = pieces.map((delta) => piece(delta, null)).join("") + piece({}, "stop") + event("[DONE]");
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
  const { Agent } = protocol === "https:" ? https : http;
  const agent = new Agent();
  agent.createConnection = () => {
    let answered = false;
    return new Duplex({
      read() {},
      write(_bytes, _encoding, done) {
        done();
        // A request may be written in parts; its answer ends the connection.
        if (answered) return;
        answered = true;
        setImmediate(() => {
          this.push(head + events);
          this.push(null);
        });
      },
    });
  };
  return agent;
}
