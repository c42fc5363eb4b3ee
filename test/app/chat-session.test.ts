import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { Console } from "../../src/app/console.ts";
import { ChatSession } from "../../src/app/conversation/chat-session.ts";
import type { ChatEvent } from "../../src/chat/events.ts";
import type { Model } from "../../src/chat/layers.ts";
import { answerOf, type Turn } from "../../src/chat/conversation.ts";
import { textOf, userMessage } from "../../src/chat/message-text.ts";
import { AppError } from "../../src/errors.ts";
import { rebuild } from "../../src/app/conversation/replay.ts";
import { Lock } from "../../src/file-lock.ts";
import { readTranscript, readTranscriptFile } from "../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { enter, KeptTerminal, scriptedEngine } from "../support/app.ts";
import { newPlace } from "../support/program.ts";
import { ending, temporaryFolder, turn } from "../support/transcripts.ts";
import { en } from "../support/words.ts";

const to = { provider: "ollama", model: "m1" };
const quiet = new AbortController().signal;

/** A conversation over a model; the working directory is a new place. */
async function open(model: Model): Promise<ChatSession> {
  enter(newPlace());
  const engine = await scriptedEngine(() => model, { provider: "ollama", model: "m1" });
  return await ChatSession.open(engine, new Console(new KeptTerminal(), en), null);
}

test("an answer is told to the transcript before whoever watches", async () => {
  const dialogue = await open(async function* model() {
    yield { type: "text", text: "one " };
    yield { type: "text", text: "two" };
    yield { type: "finish", reason: "stop" };
  });
  const saved: boolean[] = [];
  const watch = (event: ChatEvent) => {
    if (event.type === "text") saved.push(readFileSync(dialogue.path!, "utf8").includes(event.text));
  };
  const answer = await dialogue.ask(userMessage("q"), watch, quiet);
  expect(saved).toEqual([true, true]);
  expect(answer).toMatchObject({
    text: "one two",
    status: "complete",
    answeredBy: { provider: "ollama", model: "m1" },
  });
});

test("a question is saved before its request goes out", async () => {
  const order: string[] = [];
  const dialogue = await open(async function* model(request) {
    yield { type: "request", to, sent: request, sentAt: new Date(), why: "first", error: null };
    order.push(`sent, ${dialogue.path === null ? "not saved" : "saved"}`);
    yield { type: "text", text: "one" };
    yield { type: "finish", reason: "stop" };
  });
  await dialogue.ask(
    userMessage("q"),
    ({ type }) => order.push(`${type}, ${dialogue.path === null ? "not " : ""}saved`),
    quiet,
  );
  expect(order).toEqual(["request, saved", "sent, saved", "text, saved", "finish, saved"]);
});

test("of the titles that a service gives in one answer the last is saved, once", async () => {
  const dialogue = await open(async function* model() {
    for (const title of ["One", "Two", "Three"]) yield { type: "title", title };
    yield { type: "text", text: "A" };
    yield { type: "finish", reason: "stop" };
  });
  await dialogue.ask(userMessage("q"), () => {}, quiet);
  const saved = readFileSync(dialogue.path!, "utf8");
  expect(saved.match(/^<!-- deepseek-chat title .*$/gmu)).toEqual(['<!-- deepseek-chat title {"title":"Three"} -->']);
  expect(await readTranscript(dialogue.path!)).toMatchObject({ title: "Three" });
});

test("a model that throws ends the exchange, and the next question is asked as ever", async () => {
  let fails = true;
  const dialogue = await open(async function* model() {
    yield { type: "text", text: "half" };
    if (fails) throw new TypeError("broken");
    yield { type: "finish", reason: "stop" };
  });
  const broken = await dialogue.ask(userMessage("q1"), () => {}, quiet);
  expect(broken).toMatchObject({ text: "half", status: "failed", error: { code: "internal" } });
  fails = false;
  await dialogue.ask(userMessage("q2"), () => {}, quiet);
  const { exchanges } = await readTranscript(dialogue.path!);
  expect(exchanges.map(({ question, answer, status }) => [question, answer, status])).toEqual([
    ["q1", "half", "failed"],
    ["q2", "half", "complete"],
  ]);
});

test("a watcher that throws ends the exchange too, with what came before", async () => {
  const dialogue = await open(async function* model() {
    yield { type: "text", text: "all" };
    yield { type: "finish", reason: "stop" };
  });
  const watcher = () => {
    throw new TypeError("no screen");
  };
  expect(await dialogue.ask(userMessage("q"), watcher, quiet)).toMatchObject({
    text: "all",
    error: { code: "internal" },
  });
  expect((await readTranscript(dialogue.path!)).exchanges).toMatchObject([{ answer: "all", status: "failed" }]);
});

test("what is interrupted is kept, and can be continued", async () => {
  const stop = new AbortController();
  const dialogue = await open(async function* model(_, signal) {
    yield { type: "text", text: "first half" };
    if (signal.aborted) yield { type: "error", error: new AppError("interrupted", {}) };
    else yield { type: "finish", reason: "stop" };
  });
  const answer = await dialogue.ask(userMessage("q"), () => stop.abort(), stop.signal);
  expect([answer.status, dialogue.canContinue]).toEqual(["interrupted", true]);
  await dialogue.continueAnswer(() => {}, quiet);
  expect(dialogue.canContinue).toBe(false);
  const { exchanges } = await readTranscript(dialogue.path!);
  expect(exchanges[1]).toMatchObject({ continues: exchanges[0]!.id, status: "complete" });
});

test("an edited answer takes the old one's place, and the model continues it from its end", async () => {
  const asked: unknown[] = [];
  const dialogue = await open(async function* model(request) {
    asked.push(request.messages.at(-1));
    const why = asked.length > 1 ? "continue-prefix" : "first";
    yield { type: "request", to, sent: request, sentAt: new Date(), why, error: null };
    yield { type: "text", text: asked.length === 1 ? "It is red." : " and wide." };
    yield { type: "finish", reason: "stop" };
  });
  await dialogue.ask(userMessage("q"), () => {}, quiet);
  const answer = await dialogue.editAnswer("It is blue", () => {}, quiet);
  expect(answer).toMatchObject({ text: " and wide.", unsaved: null });
  const kept = { role: "assistant", prefix: true, content: [{ type: "text", text: "It is blue" }] };
  expect(asked[1]).toEqual(kept);
  const file = await readTranscript(dialogue.path!);
  const [before, after] = file.exchanges;
  expect(before).toMatchObject({ answer: "It is red.", withdrawn: true });
  const seams = [{ at: 10, how: "prefix", ...to }];
  expect(after).toMatchObject({ question: "q", answer: "It is blue and wide.", edits: before!.id, seams });
  // What is asked next, and what a resumed conversation asks, is the same.
  await dialogue.ask(userMessage("next"), () => {}, quiet);
  const said = ({ turns }: { turns: readonly Turn[] }) =>
    turns.map((one) => [textOf(one.question.content), answerOf(one)]);
  expect(said(dialogue.conversation)).toEqual(said(rebuild(await readTranscript(dialogue.path!), "")));
  expect(said(dialogue.conversation)[0]).toEqual(["q", "It is blue and wide."]);
});

test("an edited answer that the model does not continue stays as it was edited, and can be continued", async () => {
  let fails = false;
  const dialogue = await open(async function* model() {
    if (fails) yield { type: "error", error: new AppError("interrupted", {}) };
    else yield { type: "text", text: "old" };
    yield { type: "finish", reason: "stop" };
  });
  await expect(dialogue.editAnswer("x", () => {}, quiet)).rejects.toMatchObject({ code: "not_possible" });
  await dialogue.ask(userMessage("q"), () => {}, quiet);
  fails = true;
  await dialogue.editAnswer("new", () => {}, quiet);
  expect([answerOf(dialogue.conversation.last!), dialogue.canContinue]).toEqual(["new", true]);
  expect((await readTranscript(dialogue.path!)).exchanges[1]).toMatchObject({
    answer: "new",
    edits: expect.any(String),
  });
});

test("where the model cannot be opened nothing is begun", async () => {
  const place = newPlace();
  enter(place);
  const engine = await scriptedEngine(
    () => {
      throw new AppError("no_key", { provider: "ollama", variable: "X" });
    },
    { provider: "ollama", model: "m1" },
  );
  const dialogue = await ChatSession.open(engine, new Console(new KeptTerminal(), en), null);
  await expect(dialogue.ask(userMessage("q"), () => {}, quiet)).rejects.toMatchObject({ code: "no_key" });
  expect([dialogue.path, dialogue.lastQuestion]).toEqual([null, null]);
  const folder = join(place.cwd, "transcripts");
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
});

test("a resumed conversation that another program writes to keeps its time zone in the branch", async () => {
  const writer = TranscriptWriter.create(temporaryFolder(), { zone: "Asia/Shanghai" });
  writer.begin(turn("one"));
  writer.end(ending());
  const resumed = TranscriptWriter.resume(await readTranscriptFile(writer.path!));
  writer.begin(turn("two"));
  resumed.begin(turn("aside"));
  resumed.end(ending());
  writer.end(ending());
  expect(resumed.path).not.toBe(writer.path);
  expect(await readTranscript(resumed.path!)).toMatchObject({ zone: "Asia/Shanghai", origin: { id: writer.id } });
});

const short: Model = async function* model() {
  yield { type: "text", text: "answer" };
  yield { type: "finish", reason: "stop" };
};

test("taking a question back waits while another program writes to the transcript", async () => {
  const dialogue = await open(short);
  await dialogue.ask(userMessage("q"), () => {}, quiet);
  const path = realpathSync(dialogue.path!);
  const other = Lock.take(path)!;
  const undone = dialogue.undo();
  other.release();
  expect(await undone).toMatchObject({ unsaved: null });
  expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  expect((await readTranscript(path)).exchanges).toMatchObject([{ question: "q", withdrawn: true }]);
});

test("a new conversation is saved beside the last one, also where the folder was removed meanwhile", async () => {
  const dialogue = await open(short);
  await dialogue.ask(userMessage("one"), () => {}, quiet);
  const folder = dirname(dialogue.path!);
  expect(basename(folder)).toBe("transcripts");
  rmSync(folder, { recursive: true });
  dialogue.startNew();
  await dialogue.ask(userMessage("two"), () => {}, quiet);
  expect(dirname(dialogue.path!)).toBe(folder);
});
