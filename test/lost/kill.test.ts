import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { askingAt, environment, launcher, newPlace, openProgram, run } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { turn } from "../support/transcripts.ts";
import { answer, text } from "../support/wire.ts";
import { compare, ends, kill, question, sum, ways } from "./killing.ts";

const posix = process.platform !== "win32";

// Windows has neither these signals nor terminals that hang up.
test.runIf(posix)("ended at any moment of an answer, the program has saved all that it showed", async () => {
  const scene = () => {
    const place = newPlace();
    return { launcher, cwd: place.cwd, env: environment(place) };
  };
  const { rows, mistakes } = await kill({ seed: 1, runs: 48, killed: 0.5, parallel: 3, scene });
  expect(mistakes).toEqual([]);
  const all = [...rows.values()].reduce(sum);
  expect(all).toMatchObject({ runs: 48, lost: 0 });
  expect(all.shown).toBeGreaterThan(10_000);
  for (const word of [...ways, ...ends]) expect([...rows.keys()].join("; ")).toContain(word);
});

describe("what compares them", () => {
  const pieces = [
    { kind: "thinking", text: "t0000 " },
    { kind: "answer", text: "w0001 w0002 w0003" },
  ] as const;

  async function comparison(saved: string, screen: string) {
    const { cwd } = newPlace();
    const writer = TranscriptWriter.create(join(cwd, "transcripts"));
    writer.begin(turn(question));
    writer.reasoning("t0000 ", new Date());
    writer.text(saved, new Date());
    return await compare(pieces, screen, cwd, "interrupted");
  }

  test("finds what is shown and not saved", async () => {
    expect(await comparison("w0001 w00", "t0000\nw0001 w0002 w0")).toEqual({
      found: { runs: 1, sent: 23, shown: 17, saved: 15, lost: 2 },
      mistake: 'lost "02"',
    });
    expect(await comparison("w0001 w0002", "w0001 w0002")).toMatchObject({ found: { lost: 0 }, mistake: null });
  });

  test("finds what is saved and was not sent", async () => {
    expect((await comparison("w0001 w0004", "w0001")).mistake).toContain("not sent");
  });

  test("finds what is missing from the screen, or there twice", async () => {
    await expect(comparison("w0001 w0002 w0003", "w0001 w0003")).rejects.toThrow("w0003 where w0002 belongs");
    await expect(comparison("w0001 w0002 w0003", "w0001 w0001 w0002")).rejects.toThrow("w0001 where w0002 belongs");
  });
});

test.runIf(posix)("after a kill the conversation is read up to there, and goes on in the same file", async () => {
  await using server = await serve([{ body: [text("half of ")], end: "stall" }, answer("Yes.")]);
  const place = newPlace();
  const env = askingAt(server);
  const terminal = openProgram(["ask", "first"], { place, env });
  await terminal.until("half of");
  terminal.kill("SIGKILL");
  await terminal.exit;
  const shown = await run(["transcripts", "show", "last"], { place });
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.stdout).toMatch(/half of *\n\nInterrupted\n\ndeepseek/u);
  const next = await run(["ask", "--continue", "second"], { place, env });
  expect(next).toMatchObject({ code: 0, stdout: "Yes.\n" });
  const files = readdirSync(join(place.cwd, "transcripts"));
  expect(files).toHaveLength(1);
  const { exchanges } = await readTranscript(join(place.cwd, "transcripts", files[0]!));
  expect(exchanges.map((exchange) => [exchange.question, exchange.answer, exchange.status])).toEqual([
    ["first", "half of ", "interrupted"],
    ["second", "Yes.", "complete"],
  ]);
});
