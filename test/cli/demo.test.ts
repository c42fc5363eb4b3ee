import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tour } from "../../src/providers/demo/english.ts";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { newPlace, run, start } from "../support/program.ts";
import { en } from "../support/words.ts";

test("the demo goes on with an answer that broke off, from exactly there", async () => {
  const place = newPlace();
  const question = ["ask", "-p", "demo", "a table"];
  const whole = run([...question, "--no-transcript"], { place });
  const asked = start(question, { place });
  await asked.until(({ stdout }) => stdout.startsWith(`${tour.notice}\n\n`) && stdout.trim() !== tour.notice);
  asked.kill("SIGKILL");
  const before = (await asked.done).stdout;
  const { code, stdout, stderr } = await run(["ask", "--continue-answer"], { place });
  expect(code).toBe(0);
  expect(stderr).toContain(en.answer.continued["continue-prefix"]({ why: "", provider: "demo" }).trim());
  const [name = ""] = readdirSync(join(place.cwd, "transcripts"));
  const { exchanges } = await readTranscript(join(place.cwd, "transcripts", name));
  const answers = exchanges.map(({ answer }) => answer).join("");
  expect(answers.startsWith(before)).toBe(true);
  expect(`${answers}\n`.endsWith(stdout)).toBe(true);
  expect(`${answers}\n`).toBe((await whole).stdout);
  expect(exchanges[1]).toMatchObject({ reasoning: "", seams: [{ how: "prefix" }] });
});
