import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { askingAt, newPlace, openProgram, type Place } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { type RawServer, serve } from "../support/raw-server.ts";
import { answer, finish, refusal, text } from "../support/wire.ts";
import { en } from "../support/words.ts";

async function exchangesOf({ cwd }: Place) {
  const folder = join(cwd, "transcripts");
  const { exchanges } = await readTranscript(join(folder, readdirSync(folder)[0]!));
  return exchanges.map(({ question, answer: said, withdrawn }) => [question, said, withdrawn]);
}

/** What was asked, with what was said before it. */
function asked(server: RawServer): string[] {
  return server.requests.map(({ body }) =>
    (body!["messages"] as { content: string }[]).map(({ content }) => content).join(" | "),
  );
}

const args = ["--retries", "0", "--no-render"];

describe.concurrent("a question that brought nothing", () => {
  test("is the one that /retry, /edit-last and /undo mean, and nothing is offered to go on with", async () => {
    await using server = await serve([
      { body: [text("cut "), finish("length")] },
      refusal(402, { error: { message: "no money" } }),
      answer("second"),
      refusal(402, { error: { message: "no money" } }),
      answer("the rest"),
    ]);
    const place = newPlace();
    await using terminal = openProgram(args, { place, env: askingAt(server), rows: 60 });
    await say(terminal, "good");
    await terminal.until(en.answer.cutByLengthCanContinue);
    await say(terminal, "bad");
    await terminal.until("no money");
    await terminal.until(/^>$/mu);
    expect(terminal.screen().split(en.answer.cutByLengthCanContinue)).toHaveLength(2);
    await say(terminal, "/retry");
    await terminal.until("second");
    await say(terminal, "worse");
    await terminal.until(() => server.requests.length === 4);
    await say(terminal, "/undo");
    await terminal.until(en.session.undone({ question: "worse" }));
    await say(terminal, "/undo");
    await terminal.until(en.session.undone({ question: "bad" }));
    await say(terminal, "q");
    await terminal.exit;
    const second = "good | cut  | bad";
    expect(asked(server)).toEqual(["good", second, second, `${second} | second | worse`]);
    expect(await exchangesOf(place)).toEqual([
      ["good", "cut ", false],
      ["bad", "", true],
      ["bad", "second", true],
      ["worse", "", true],
    ]);
  });
});

describe.concurrent("/undo", () => {
  test("takes back one exchange after the other, with all that an answer was gone on with, for good", async () => {
    await using server = await serve([
      answer("A"),
      { body: [text("B1 "), finish("length")] },
      answer("B2"),
      answer("D"),
    ]);
    const place = newPlace();
    const env = askingAt(server);
    await using terminal = openProgram(args, { place, env, rows: 60 });
    await say(terminal, "a");
    await terminal.until(/^A$/mu);
    await say(terminal, "b");
    await terminal.until(en.answer.cutByLengthCanContinue);
    await say(terminal, "/continue");
    await terminal.until("B2");
    for (const taken of ["b", "a"]) {
      await say(terminal, "/undo");
      await terminal.until(en.session.undone({ question: taken }));
    }
    await say(terminal, "q");
    await terminal.exit;
    expect((await exchangesOf(place)).map(([, , withdrawn]) => withdrawn)).toEqual([true, true, true]);
    await using again = openProgram(["--continue", ...args], { place, env });
    await say(again, "d");
    await again.until(/^D$/mu);
    expect(asked(server).at(-1)).toBe("d");
  });

  test("does not take back a summary", async () => {
    await using server = await serve([answer("A"), answer("B"), answer("in short"), answer("C")]);
    const place = newPlace();
    await using terminal = openProgram(args, { place, env: askingAt(server), rows: 60 });
    for (const line of ["a", "b"]) await say(terminal, line);
    await say(terminal, "/compact");
    await terminal.until(() => server.requests.length === 3);
    await say(terminal, "/undo");
    await terminal.until(en.session.nothingToUndo);
    await say(terminal, "c");
    await terminal.until(/^C$/mu);
    expect(asked(server).at(-1)).toMatch(/\| in short \| c$/u);
  });
});
