import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Recording } from "../../../src/app/conversation/recorder.ts";
import type { ExchangeStart } from "../../../src/transcripts/format/types.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";

test("an exchange that is left by a throw is ended, and its lock given back", async () => {
  const folder = mkdtempSync(join(tmpdir(), "recording-"));
  try {
    const writer = TranscriptWriter.create(folder);
    const turn = (question: string): ExchangeStart => ({
      at: new Date(),
      question,
      provider: "p",
      model: "m",
      system: null,
      sampling: {},
      thinking: null,
    });
    const record = new Recording(writer);
    expect(() => {
      using exchange = record.begin(turn("one"));
      record.onEvent({ type: "text", text: "some" });
      if (exchange !== undefined) throw new Error("unforeseen");
    }).toThrow("unforeseen");
    expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
    const next = new Recording(writer);
    next.begin(turn("two")).end({
      at: new Date(),
      status: "complete",
      finishReason: "stop",
      usage: null,
      cost: null,
      error: null,
      notice: null,
    });
    expect([record.failure, next.failure]).toEqual([null, null]);
    const { exchanges } = await readTranscript(writer.path!);
    expect(exchanges.map(({ question, answer, status }) => [question, answer, status])).toEqual([
      ["one", "some", "failed"],
      ["two", "", "complete"],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
