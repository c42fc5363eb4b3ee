import { expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";
import { answer } from "../support/wire.ts";
import { join } from "node:path";
import { en } from "../support/words.ts";

test("ask on a terminal says below the answer what it took; not under --quiet", async () => {
  await using server = await serve([answer("Hello.")]);
  const [place, env] = [newPlace(), askingAt(server)];
  await using terminal = openProgram(["ask", "hello"], { place, env, cols: 100 });
  expect((await terminal.exit).code).toBe(0);
  expect(terminal.screen()).toMatch(
    /^Hello\.\n30 in \(cache hit 20\) \u00b7 12 out \(thinking 5\) \u00b7 \u00a50\.0\d+ (?:off-)?peak \u00b7 [\d.]+ s$/u,
  );
  await using quiet = openProgram(["ask", "-q", "hello"], { place, env, cols: 100 });
  expect((await quiet.exit).code).toBe(0);
  expect(quiet.screen()).toBe("Hello.");
});

test("ask on a terminal asks before it sends much; No sends nothing, and that is no interruption to tell", async () => {
  await using server = await serve([answer("Hello.")]);
  const [place, env] = [newPlace(), askingAt(server)];
  put(join(place.cwd, "big.txt"), "word ".repeat(300_000));
  await using terminal = openProgram(["ask", "-f", "big.txt", "hello"], { place, env, cols: 100 });
  await terminal.until(en.attachments.sendLarge);
  terminal.type("n\r");
  expect((await terminal.exit).code).toBe(130);
  expect(terminal.screen()).toContain(en.attachments.notSent);
  expect(terminal.screen()).not.toContain("Interrupted");
  expect(server.requests).toHaveLength(0);
});

test("Tab completes a file behind @ in a form that names it, with blanks too", async () => {
  await using server = await serve([answer("one"), answer("two"), answer("three")]);
  const [place, env] = [newPlace(), askingAt(server)];
  put(join(place.cwd, "my notes.md"), "mine\n");
  await using terminal = openProgram([], { place, env, cols: 100 });
  await terminal.until(/^>$/mu);
  terminal.type("see @my\t");
  await terminal.until("> see @my\\ notes.md");
  terminal.type("\r");
  await server.received(1);
  await terminal.until("one");
  await terminal.until(/^>$/mu);
  terminal.type('看@"my\t');
  await terminal.until('> 看@"my notes.md"');
  terminal.type("\r");
  await server.received(2);
  for (const index of [0, 1]) expect(JSON.stringify(server.body(index))).toContain("my notes.md:\\n```md\\nmine");
});
