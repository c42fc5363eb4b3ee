import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Recording } from "../../../src/app/conversation/recorder.ts";
import { readTranscript } from "../../../src/transcripts/store/read.ts";
import { TranscriptWriter } from "../../../src/transcripts/store/writer.ts";
import { ending, temporaryFolder, turn } from "../../support/transcripts.ts";

test("an exchange that is left by a throw is ended, and its lock given back", async () => {
  const folder = temporaryFolder();
  const writer = TranscriptWriter.create(folder);
  const record = new Recording(writer);
  expect(() => {
    using exchange = record.begin(turn("one"));
    record.onEvent({ type: "text", text: "some" });
    if (exchange !== undefined) throw new Error("unforeseen");
  }).toThrow("unforeseen");
  expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
  const next = new Recording(writer);
  next.begin(turn("two")).end(ending());
  expect([record.failure, next.failure]).toEqual([null, null]);
  const { exchanges } = await readTranscript(writer.path!);
  expect(exchanges.map(({ question, answer, status }) => [question, answer, status])).toEqual([
    ["one", "some", "failed"],
    ["two", "", "complete"],
  ]);
});
