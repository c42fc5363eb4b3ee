import { join } from "node:path";
import { expect, test } from "vitest";
import { newPlace, put, run } from "../support/program.ts";
import { type Launch, soak } from "./soak.ts";

async function launch({ args, input, env, config }: Launch) {
  const place = newPlace();
  put(place.configFile, config);
  const { code, stdout } = await run(args, { place, env, input });
  return { code, stdout, folder: join(place.cwd, "transcripts") };
}

test("what is received is shown and saved, whatever a server of somebody else's does", async () => {
  const { mistakes, received, shown, saved, requests, questions, answers, kinds } = await soak({
    seed: 1,
    requests: 150,
    parallel: 3,
    launch,
  });
  expect(mistakes).toEqual([]);
  expect([shown, saved]).toEqual([received, received]);
  expect(requests).toBeGreaterThanOrEqual(150);
  // More requests than questions: there were faults to get over; and more answers than not are whole all the same.
  expect(requests).toBeGreaterThan(questions);
  expect(answers.whole).toBeGreaterThan(questions / 2);
  expect(kinds.size).toBeGreaterThan(10);
});
