import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { watch } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { askingAt, newPlace, openProgram, type Place } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { answer, done, finish, text } from "../support/wire.ts";
import { en } from "../support/words.ts";

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

/** Writes down, in order, what is written to terminals and connections, each as one line of JSON. */
const order = String.raw`
const { Socket } = require("node:net");
const { appendFileSync } = require("node:fs");
for (const name of ["_write", "_writev"]) {
  const write = Socket.prototype[name];
  Socket.prototype[name] = function (data, ...rest) {
    const text = name === "_writev" ? data.map(({ chunk }) => chunk).join("") : String(data);
    appendFileSync(process.env.WRITTEN, JSON.stringify(text) + "\n");
    return write.call(this, data, ...rest);
  };
}`;

test("a question goes out before anything that Enter leads to is drawn, and that in one write before the spinner", async () => {
  await using server = await serve(() => answer("Here."));
  const place = newPlace();
  mkdirSync(place.home, { recursive: true });
  const [script, written] = [join(place.home, "order.cjs"), join(place.home, "written")];
  writeFileSync(script, order);
  const env = { ...askingAt({ url: server.url }), WRITTEN: written };
  await using terminal = openProgram([], { place, env, node: ["--require", script] });
  await say(terminal, "one");
  await terminal.until("Here.");
  await terminal.until("> ");
  await say(terminal, "two");
  await terminal.until(() => terminal.screen().split("Here.").length === 3);
  const lines = readFileSync(written, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as string);
  const sent = lines.findLastIndex((line) => line.startsWith("POST "));
  const further = lines.slice(sent + 1);
  expect(further[0]).toMatch(/two\r\n\n$/u);
  expect(further[1]).toContain(en.answer.waiting);
  expect(lines.slice(0, sent).some((line) => line.includes("two\r\n"))).toBe(false);
});

const counter = fileURLToPath(new URL("../../scripts/work/counter.cjs", import.meta.url));
const opens = /^(?:open|readFile|opendir|readdir)/u;
const changes = /^(?:write|append|mkdir|symlink|link|rename|unlink|rm|truncate|ftruncate)/u;

/** A session that asks one question, and what it had done by the time that `mark` appeared. */
async function countUntil(mark: string, place: Place, url: string) {
  const folder = join(place.home, "temporary");
  const report = join(place.home, `until ${mark}.json`);
  mkdirSync(folder, { recursive: true });
  const rehearsed = isRehearsed(folder);
  const env = { ...askingAt({ url }), TMPDIR: folder, WORK_COUNTS: report, WORK_UNTIL: mark };
  await using terminal = openProgram([], { place, env, node: ["--require", counter] });
  await rehearsed;
  await say(terminal, "one#");
  await terminal.until("Here.");
  await say(terminal, "q");
  await terminal.exit;
  const { scripts, calls } = JSON.parse(readFileSync(report, "utf8")) as {
    readonly scripts: readonly { readonly name: string }[];
    readonly calls: Readonly<Record<string, number>>;
  };
  return { scripts: scripts.map(({ name }) => name), calls };
}

/** Resolves once the transcript of the rehearsed questions, the last thing of all, is gone again. */
async function isRehearsed(folder: string): Promise<void> {
  for await (const _change of watch(folder)) if (readdirSync(folder).length === 0) return;
}

test("between the last key and the answer no script is loaded, and no file opened but history and transcript", async () => {
  await using server = await serve(() => answer("Here."));
  const place = newPlace();
  // The first session of a home keeps compiled code for the next.
  await countUntil("#", place, server.url);
  const typed = await countUntil("#", place, server.url);
  const answered = await countUntil("Here.", place, server.url);
  expect(typed.scripts.length).toBeGreaterThan(0);
  // A session was rehearsed, and only in its own folder.
  const changed = Object.keys(typed.calls).filter((call) => changes.test(call));
  expect(changed.filter((call) => !call.includes("/temporary/"))).toEqual(["write stderr"]);
  expect(changed.some((call) => /^write.*\/temporary\/.*\/history$/u.test(call))).toBe(true);
  // The ledger is opened while a service takes its time.
  expect(answered.scripts.filter((script) => !script.endsWith("/booked.script"))).toEqual(typed.scripts);
  const opened = Object.keys(answered.calls).filter((call) => opens.test(call) && !call.includes("/temporary/"));
  const further = opened.filter((call) => answered.calls[call]! > (typed.calls[call] ?? 0));
  // Other sessions may change the findings of `doctor --probe`, and which conversation is the newest.
  expect(
    further.filter(
      (call) => !/\/(?:history|[^/]*_one(?:-\d)?\.md|findings\.json|newest-\w+\.json|ledger[^/]*)$/u.test(call),
    ),
  ).toEqual([]);
  expect(further.some((call) => /_one(?:-\d)?\.md$/u.test(call))).toBe(true);
});
