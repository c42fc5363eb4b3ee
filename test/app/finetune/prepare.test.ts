import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Console } from "../../../src/app/console.ts";
import { Engine } from "../../../src/app/engine.ts";
import { type PrepareOptions, prepareTrainingFile } from "../../../src/app/finetune/prepare.ts";
import type { Model } from "../../../src/chat/layers.ts";
import { textOf } from "../../../src/chat/message-text.ts";
import { isForValidation, readShare } from "../../../src/finetune/training-split.ts";
import { checkExample } from "../../../src/finetune/example-check.ts";
import { parseTranscript } from "../../../src/transcripts/format/parse.ts";
import { training as words } from "../../../src/words/en/training-file.ts";
import { enter, KeptTerminal, openSession, scriptedEngine } from "../../support/app.ts";
import { newPlace, type Place } from "../../support/program.ts";
import { en } from "../../support/words.ts";

/** Answers each question with its own words. */
const echo: Model = async function* answer({ messages }) {
  yield { type: "text", text: `re ${textOf(messages.at(-1)!.content)}` };
  yield { type: "finish", reason: "stop" };
};
/** The answer to `half` is cut off. */
const cutting: Model = async function* answer(request, signal) {
  const asked = textOf(request.messages.at(-1)!.content);
  if (!asked.includes("half")) return yield* echo(request, signal);
  yield { type: "text", text: "re h" };
  yield { type: "finish", reason: "length" };
};

/** A session in which these lines are typed; gives what was said, and the text of its transcript. */
async function session(place: Place, lines: readonly string[]): Promise<{ said: string; text: string }> {
  enter(place);
  const { type, path, leave, terminal } = await openSession(
    await scriptedEngine(() => cutting, { provider: "ollama", model: "m", system: "Be kind." }),
  );
  for (const line of lines) await type(line);
  const written = path()!;
  await leave();
  return { said: terminal.stderr, text: readFileSync(written, "utf8") };
}

const unsaid: PrepareOptions = {
  references: [],
  all: false,
  search: null,
  tag: [],
  good: false,
  system: { kind: "own" },
  validation: null,
  output: "train.jsonl",
  force: false,
  mask: true,
  json: true,
};

async function prepare(place: Place, options: Partial<PrepareOptions>) {
  enter(place);
  const terminal = new KeptTerminal();
  const engine = await Engine.open({ stop: new AbortController().signal });
  const path = join(place.cwd, options.output ?? unsaid.output);
  try {
    await prepareTrainingFile(engine, new Console(terminal, en), { ...unsaid, ...options });
  } finally {
    await engine.close();
  }
  const lines = existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
  return { terminal, lines, examples: lines.map((line) => (JSON.parse(line) as { messages: unknown[] }).messages) };
}

test("a good answer is marked in its transcript, and the mark can be taken back", async () => {
  const { said, text } = await session(newPlace(), ["/good", "one", "/good", "two", "/good", "/good"]);
  for (const sentence of [en.session.nothingToMark, en.session.markedGood, en.session.unmarkedGood])
    expect(said).toContain(sentence);
  expect(parseTranscript(text).exchanges.map(({ question, good }) => [question, good])).toEqual([
    ["one", true],
    ["two", undefined],
  ]);
});

test("examples are made of what is chosen, with private data masked and what is left out told", async () => {
  const place = newPlace();
  await session(place, ["one", "/good", "mail a@example.com, 13800138000", "three"]);
  await session(place, ["fine", "half", "behind"]);
  await session(place, ["half alone b@example.com"]);
  const { examples, terminal, lines } = await prepare(place, { all: true });
  const message = (role: string, content: string) => ({ role, content });
  const system = message("system", "Be kind.");
  const kind = [message("user", "fine"), message("assistant", "re fine")];
  expect(examples).toHaveLength(2);
  expect(examples).toContainEqual([system, ...kind]);
  expect(examples).toContainEqual([
    system,
    message("user", "one"),
    message("assistant", "re one"),
    message("user", "mail [email], [phone]"),
    message("assistant", "re mail [email], [phone]"),
    message("user", "three"),
    message("assistant", "re three"),
  ]);
  expect(lines.flatMap((line) => checkExample(line).problems)).toEqual([]);
  const report = JSON.parse(terminal.stdout) as {
    private: Record<string, unknown>[];
    left_out: Record<"title" | "turn" | "why", string>[];
  };
  expect(report.private.map(({ turn, role, kind: what, excerpt }) => [turn, role, what, excerpt])).toEqual([
    [2, "user", "email", "a@\u2026"],
    [2, "user", "phone", "13\u2026"],
    [2, "assistant", "email", "a@\u2026"],
    [2, "assistant", "phone", "13\u2026"],
  ]);
  const leftOut = report.left_out.map(({ title, turn, why }) => `${title} ${turn} ${why}`);
  expect(leftOut.toSorted((one, other) => one.localeCompare(other))).toEqual([
    "fine 2 unfinished",
    "fine 3 context",
    "half alone [email] null unfinished",
  ]);

  const good = await prepare(place, {
    good: true,
    output: "good.jsonl",
    system: { kind: "text", text: "S" },
    json: false,
  });
  expect(good.examples).toEqual([[message("system", "S"), message("user", "one"), message("assistant", "re one")]]);
  expect(good.terminal.stderr).toContain(words.leftOut({ title: "one", turn: 2, why: "not_good" }));
  expect(good.terminal.stderr).not.toContain("fine");

  const found = await prepare(place, { search: "three", output: "found.jsonl", mask: false, system: { kind: "none" } });
  expect(found.examples).toHaveLength(1);
  expect(JSON.stringify(found.examples)).toContain("13800138000");
  expect(JSON.stringify(found.examples)).not.toContain("Be kind.");
});

test("answers that were not marked are read and not learnt; nothing is overwritten, and nothing is made of nothing", async () => {
  const place = newPlace();
  await session(place, ["one", "two", "/good", "three"]);
  const { examples } = await prepare(place, { good: true });
  expect(examples).toEqual([
    [
      { role: "system", content: "Be kind." },
      { role: "user", content: "one" },
      { role: "assistant", content: "re one", weight: 0 },
      { role: "user", content: "two" },
      { role: "assistant", content: "re two", weight: 1 },
    ],
  ]);
  await expect(prepare(place, { all: true })).rejects.toMatchObject({ code: "output_exists" });
  await expect(prepare(place, {})).rejects.toMatchObject({ code: "nothing_named" });
  await expect(prepare(place, { all: true, validation: "100%" })).rejects.toMatchObject({ code: "bad_value" });
  await expect(prepare(place, { search: "nowhere", output: "x.jsonl" })).rejects.toMatchObject({
    code: "training_nothing",
  });
  expect(existsSync(join(place.cwd, "x.jsonl"))).toBe(false);
});

test("a conversation stays in its part, whatever the share grows to, and parts have their share", () => {
  const ids = Array.from({ length: 2000 }, (_, index) => `conversation ${index}`);
  expect(["10%", "0.1", "12.5%", "0", "100%", "1", "x", "-1"].map(readShare)).toEqual([
    0.1,
    0.1,
    0.125,
    0,
    null,
    null,
    null,
    null,
  ]);
  const part = (share: number) => new Set(ids.filter((id) => isForValidation(id, share)));
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (one, other) => {
        const [less, more] = [part(Math.min(one, other)), part(Math.max(one, other))];
        expect(less.isSubsetOf(more)).toBe(true);
        expect(Math.abs(less.size / ids.length - Math.min(one, other))).toBeLessThan(0.05);
      },
    ),
    { numRuns: 20 },
  );
});
