import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileWords } from "../../src/words/en/files.ts";
import { uploadWords } from "../../src/words/en/upload.ts";
import { askingAt, newPlace, openProgram, type Place, put, run, start, transcriptsOf } from "../support/program.ts";
import { type RawServer, type Received, type Reply, serve } from "../support/raw-server.ts";
import { answer, refusal } from "../support/wire.ts";

const pdf = "%PDF-1.7\nreport\n%%EOF\n";
const digest = createHash("sha256").update(pdf).digest("hex");
const report = { name: "report.pdf", provider: "deepseek" };

function placeWith(name = "report.pdf"): Place {
  const place = newPlace();
  put(join(place.cwd, name), pdf);
  return place;
}

/** DeepSeek with its Files API, in the documented form; chat knows only files that lie there. */
class Service {
  readonly files = new Map<string, object>();
  /** What an upload is answered with, where that is not as it should be. */
  uploadReply: Reply | null = null;

  readonly reply = ({ method, path, body, text }: Received): Reply => {
    const json = (value: object): Reply => ({ body: JSON.stringify(value) });
    if (method === "GET") return json({ object: "list", data: [...this.files.values()], has_more: false });
    if (path === "/files") {
      const file = this.add(/filename="([^"]*)"/u.exec(text)![1]!);
      return this.uploadReply ?? json(file);
    }
    const named = JSON.stringify(body!["messages"]).match(/file-api-\d+/gu) ?? [];
    const unknown = named.find((id) => !this.files.has(id));
    return unknown === undefined
      ? answer("seen")
      : refusal(400, { error: { message: `File ${unknown} does not exist` } });
  };

  add(filename: string): object {
    const id = `file-api-${this.files.size + 1}`;
    const file = { id, object: "file", filename, bytes: pdf.length, created_at: Math.floor(Date.now() / 1000) };
    this.files.set(id, file);
    return file;
  }
}

const pathsOf = ({ requests }: RawServer) => requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
const [upload, list, chat] = ["POST /files", "GET /files", "POST /chat/completions"];

test("a document is uploaded once, named in the question, and found again by what it holds", async () => {
  const service = new Service();
  await using server = await serve(service.reply);
  const place = placeWith();
  const env = askingAt(server);
  const first = await run(["ask", "-f", "report.pdf", "sum it up"], { place, env });
  expect(first).toMatchObject({ code: 0, stdout: "seen\n" });
  expect(pathsOf(server)).toEqual([upload, chat]);
  expect(server.requests[0]!.text).toMatch(
    /name="purpose"\r\n\r\ntext_recognition[\s\S]*name="expires_after\[seconds\]"[\s\S]*name="file"/u,
  );
  expect(server.body().messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "sum it up" },
        { type: "file", file: { file_id: "file-api-1" } },
      ],
    },
  ]);
  const saved = { ...report, digest, bytes: pdf.length, id: "file-api-1" };
  expect(JSON.parse(/turn (\{.*\}) -->/u.exec(transcriptsOf(place)[0]!)![1]!)).toMatchObject({ files: [saved] });
  const uploads = join(place.home, ".local/share/deepseek-chat/uploads");
  const [entry = ""] = readdirSync(uploads);
  expect(statSync(join(uploads, entry)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(uploads, entry), "utf8")).not.toContain(env.DEEPSEEK_API_KEY);

  put(join(place.cwd, "copy.pdf"), pdf);
  const again = await run(["ask", "-f", "copy.pdf", "and this?"], { place, env });
  expect(pathsOf(server).slice(2)).toEqual([chat]);
  expect(again.stderr).toContain(fileWords.reused({ ...report, name: "copy.pdf", until: null }).split(":")[1]!);
  // Another account has none of it.
  await run(["ask", "-f", "copy.pdf", "and this?"], {
    place,
    env: { ...env, DEEPSEEK_API_KEY: "sk-another0123456789" },
  });
  expect(pathsOf(server).slice(3)).toEqual([upload, chat]);
});

test("a resumed conversation names its document, uploads it anew once the service lost it, and says where it can't", async () => {
  const service = new Service();
  await using server = await serve(service.reply);
  const place = placeWith();
  const env = askingAt(server);
  await run(["ask", "-f", "report.pdf", "sum it up"], { place, env });
  service.files.clear();
  service.add("other.pdf");
  service.files.delete("file-api-1");
  service.files.set("file-api-7", {});
  const resumed = await run(["ask", "-c", "go on"], { place, env });
  expect(resumed).toMatchObject({ code: 0, stdout: "seen\n" });
  expect(pathsOf(server).slice(2)).toEqual([chat, upload, chat]);
  expect(resumed.stderr).toContain(fileWords.sentAgain({ ...report, until: null }));
  expect(JSON.stringify(server.body().messages)).toContain('"file_id":"file-api-2"');
  // The next one takes the new file from the start.
  await run(["ask", "-c", "go on"], { place, env });
  expect(pathsOf(server).slice(5)).toEqual([chat]);

  service.files.clear();
  rmSync(join(place.cwd, "report.pdf"));
  const lost = await run(["ask", "-c", "go on"], { place, env });
  expect(lost.code).toBe(4);
  expect(lost.stderr).toContain(fileWords.lost(report));
});

test("an upload that is cut off may be billed: that is said, and the next question takes it up", async () => {
  const service = new Service();
  service.uploadReply = { body: [], end: "stall" };
  await using server = await serve(service.reply);
  const place = placeWith();
  const env = askingAt(server);
  const running = start(["ask", "-f", "report.pdf", "sum it up"], { place, env });
  await server.received(1);
  running.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect(code).toBe(130);
  expect(stderr).toContain(fileWords.uploadCut(report));
  const next = await run(["ask", "-f", "report.pdf", "sum it up"], { place, env });
  expect(next).toMatchObject({ code: 0, stdout: "seen\n" });
  expect(next.stderr).toContain(fileWords.takenUp({ ...report, until: null }));
  expect(pathsOf(server)).toEqual([upload, list, chat]);
});

test("what the service refuses is told before anything is asked, and not remembered", async () => {
  const service = new Service();
  service.uploadReply = refusal(400, { error: { message: "The document has a password" } });
  await using server = await serve(service.reply);
  const place = placeWith();
  const { code, stderr } = await run(["ask", "-f", "report.pdf", "sum it up"], { place, env: askingAt(server) });
  expect(code).toBe(4);
  expect(stderr).toContain("The document has a password");
  expect(stderr).not.toContain(fileWords.uploadCut(report));
  expect(pathsOf(server)).toEqual([upload]);
  expect(readdirSync(join(place.home, ".local/share/deepseek-chat/uploads"))).toEqual([]);
});

test("Ctrl-C in a session ends an upload and has the question at the prompt again", async () => {
  const service = new Service();
  const stalled: Reply = { body: [], end: "stall" };
  let isFirst = true;
  await using server = await serve((request) => {
    const isStalled = isFirst && request.path === "/files";
    isFirst = false;
    return isStalled ? stalled : service.reply(request);
  });
  const place = placeWith();
  await using terminal = openProgram([], { place, env: askingAt(server), cols: 100, rows: 30 });
  await terminal.until(/^>$/mu);
  terminal.type("sum up @report.pdf please\r");
  await terminal.until(uploadWords.reading(report));
  terminal.type("\u0003");
  // Of the words of the notice the first ones: its rows are as long as the screen is wide.
  await terminal.until(fileWords.uploadCut(report).slice(0, 40));
  await terminal.until(/^> sum up @report\.pdf please$/mu);
  terminal.type("\r");
  await terminal.until(/^ *seen$/mu);
  expect(pathsOf(server)).toEqual([upload, list, upload, chat]);
  const screen = terminal.scrollback();
  expect(screen.replaceAll(/\s+/gu, " ")).toContain(fileWords.uploadCut(report));
  // Where an upload never arrived, nothing was there before.
  expect(screen).not.toContain(fileWords.sentAgain({ ...report, until: null }));
  expect(screen).not.toContain(uploadWords.reading(report));
});
