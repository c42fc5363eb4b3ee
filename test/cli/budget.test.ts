import { join } from "node:path";
import { expect, test } from "vitest";
import { rush } from "../support/budget-rush.ts";
import { launcher, newPlace } from "../support/program.ts";

test("programs that ask at the same time never spend more than the budget together", async () => {
  const settled = Promise.withResolvers<void>();
  let [ended, received] = [0, 0];
  const look = () => {
    // All whose money was reserved have asked, and all others were refused meanwhile; or one asked too many.
    if (ended === 4 || received > 4) settled.resolve();
  };
  const found = await rush({
    launcher,
    home: join(newPlace().home, "rush"),
    processes: 8,
    limit: 45,
    maxTokens: 10,
    async answer() {
      received++;
      look();
      await settled.promise;
      return 10;
    },
    onEnded() {
      ended++;
      look();
    },
  });
  expect(found).toEqual({ answered: 4, refused: 4, failures: [], requests: 4, billed: 40, booked: 40, reserved: 0 });
});
