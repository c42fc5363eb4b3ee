import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, openProgram, put } from "../support/program.ts";
import { say } from "../support/pty.ts";
import { serve } from "../support/raw-server.ts";
import { text } from "../support/wire.ts";
import { en, zh } from "../support/words.ts";

const escape = "\u001b";
const up = "\u001b[A";

describe.concurrent("leaving a session", () => {
  test.each([
    ["C.UTF-8", en],
    ["zh_CN.UTF-8", zh],
  ] as const)(
    "with queued messages names how many were not sent, and the next one has them (%s)",
    async (locale, words) => {
      await using server = await serve([{ body: [text("half")], end: "stall" }]);
      const options = { place: newPlace(), env: { ...askingAt(server), LC_ALL: locale } };
      {
        await using terminal = openProgram([], options);
        await say(terminal, "first");
        await terminal.until("half");
        for (const message of ["second message", "third message"]) {
          terminal.type(message);
          await terminal.until(`> ${message}`);
          terminal.type("\r");
          await terminal.until(`\u2192 ${message}`);
        }
        terminal.type(escape);
        await terminal.until(words.editor.pausedHint);
        await say(terminal, "q");
        expect(await terminal.exit).toMatchObject({ code: 0 });
        expect(terminal.scrollback()).toContain(words.session.unsent({ messages: 2 }));
      }
      await using next = openProgram([], options);
      await next.until(/^>$/mu);
      for (const message of ["q", "third message", "second message"]) {
        next.type(up);
        await next.until(`> ${message}`);
      }
      expect(server.requests).toHaveLength(1);
    },
  );
});

// Windows ends a program without telling it.
describe.skipIf(process.platform === "win32").concurrent("a signal that ends the program ends a question too", () => {
  const questions: Readonly<Record<string, { readonly args: readonly string[]; readonly typed?: string }>> = {
    "Conversations (1": { args: ["transcripts"] },
    "m-two": { args: [], typed: "/model" },
    [en.setup.intro]: { args: ["setup"] },
  };

  test.each(Object.entries(questions))(
    "at %s: its rows are taken away and the cursor is back",
    async (shown, { args, typed }) => {
      const models = JSON.stringify({
        object: "list",
        data: ["m-one", "m-two"].map((id) => ({ id, object: "model" })),
      });
      await using server = await serve(() => ({ headers: { "content-type": "application/json" }, body: models }));
      const place = newPlace();
      const old = "[2026-01-01 10:00:00] Question:\none\n\n[2026-01-01 10:00:01] Answer:\ntwo\n\n";
      put(join(place.cwd, "transcripts", "2026-01-01_10-00-00_one.md"), `${old}${"-".repeat(40)}\n`);
      await using terminal = openProgram(args, { place, env: askingAt(server) });
      if (typed !== undefined) await say(terminal, typed);
      await terminal.until(shown);
      process.kill(terminal.pid, "SIGTERM");
      expect(await terminal.exit).toMatchObject({ code: 143 });
      expect(terminal.scrollback()).not.toContain(shown);
      expect(terminal.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw.lastIndexOf("\u001b[?25l"));
    },
  );
});
