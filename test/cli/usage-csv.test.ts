import { join } from "node:path";
import { expect, test } from "vitest";
import { Ledger } from "../../src/usage/ledger.ts";
import { ledgerRow } from "../support/ledger-rows.ts";
import { newPlace, openProgram } from "../support/program.ts";

test("a name in a ledger does not control the terminal that usage --csv writes to", async () => {
  const place = newPlace();
  const data = join(place.home, "data");
  {
    using ledger = Ledger.open(join(data, "deepseek-chat", "ledger.db"));
    ledger.book([ledgerRow("a", { to: { provider: "deepseek", model: "evil\u001b]0;title\u0007" } })]);
  }
  const env = { XDG_DATA_HOME: data };
  await using terminal = openProgram(["usage", "--csv", "--by", "model"], { place, env, cols: 200 });
  expect((await terminal.exit).code).toBe(0);
  expect(terminal.screen()).toContain("deepseek/evil\u241b]0;title\u2407,1,");
});
