import { expect, onTestFinished, test } from "vitest";
import { conversationOf } from "../../../src/transcripts/import/llm-rows.ts";
import { momentOf } from "../../../src/transcripts/import/dates.ts";

function inZone(zone: string): void {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  onTestFinished(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
}

test("a time without an offset is local, or UTC where the other program writes it so", () => {
  inZone("Asia/Shanghai");
  const text = "2026-01-02 04:05:06";
  expect(momentOf(text)).toEqual(new Date("2026-01-01T20:05:06Z"));
  expect(momentOf(text, "Z")).toEqual(new Date("2026-01-02T04:05:06Z"));
  for (const offset of [null, "Z"] as const) {
    expect(momentOf("2026-01-02T04:05:06+02:00", offset)).toEqual(new Date("2026-01-02T02:05:06Z"));
    expect(momentOf("2026-01-02T04:05:06Z", offset)).toEqual(new Date("2026-01-02T04:05:06Z"));
  }
});

test("the times of llm are UTC, with or without an offset", () => {
  inZone("Asia/Shanghai");
  const row = {
    model: "m",
    resolved_model: null,
    prompt: "q",
    system: "",
    response: "a",
    reasoning: "",
    options_json: null,
    duration_ms: 1000,
    input_tokens: null,
    output_tokens: null,
    token_details: null,
  };
  const item = conversationOf("k", null, [
    { ...row, id: "1", datetime_utc: "2026-01-02T04:05:06.007" },
    { ...row, id: "2", datetime_utc: "2026-01-02T05:05:06+00:00" },
  ]);
  expect(item).toMatchObject({
    found: {
      startedAt: new Date("2026-01-02T04:05:06.007Z"),
      exchanges: [
        { askedAt: new Date("2026-01-02T04:05:06.007Z"), endedAt: new Date("2026-01-02T04:05:07.007Z") },
        { askedAt: new Date("2026-01-02T05:05:06Z") },
      ],
    },
  });
});
