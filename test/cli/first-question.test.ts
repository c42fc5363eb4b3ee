import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "vitest";
import { askingAt, newPlace, openProgram } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { done, finish, text } from "../support/wire.ts";

test("the connection is open before Enter, nothing goes over it until then, and the question takes it", async () => {
  const opened: Socket[] = [];
  const asked: Socket[] = [];
  const server = createServer((request, response) => {
    asked.push(request.socket);
    response.writeHead(200, { "content-type": "text/event-stream" }).end(text("Here.") + finish() + done);
  });
  server.on("connection", (socket) => opened.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await using terminal = openProgram([], { place: newPlace(), env: askingAt({ url }) });
  await once(server, "connection");
  expect(asked).toEqual([]);
  expect(opened[0]!.bytesRead).toBe(0);
  await say(terminal, "one");
  await terminal.until("Here.");
  expect(opened).toHaveLength(1);
  expect(asked).toEqual(opened);
  // The terminal is asked once whether it marks pastes, and the question leaves nothing on the screen.
  await say(terminal, "two");
  await terminal.until(() => terminal.screen().split("Here.").length === 3);
  expect(terminal.raw.split("\u001b[?2004$p")).toHaveLength(2);
  server.close();
  server.closeAllConnections();
});
