import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askingAt, newPlace, type Place, put, start } from "../support/program.ts";
import { serve } from "../support/raw-server.ts";

const ends = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/** A place with a conversation of some megabytes, more than a pipe holds. */
function withConversation(): Place {
  const place = newPlace();
  const long = "words and words ".repeat(200_000);
  const text = `[2026-01-01 00:00:00] Question:\none\n\n[2026-01-01 00:00:01] Answer:\n${long}\n\n${"-".repeat(40)}\n`;
  put(join(place.cwd, "transcripts", "2026-01-01_00-00-00_one.md"), text);
  return place;
}

/** Whether there was something to read, of which one byte is taken. */
function takeOne(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(1)) === 1;
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === "win32").concurrent("the first signal ends", () => {
  describe.each(ends)("with %s", (signal, expected) => {
    test.each(["ask q", "ask -o json q", "models", "balance", "doctor", "doctor --probe"])(
      "%s, whose server says nothing",
      async (args) => {
        await using server = await serve(() => new Promise(() => {}));
        const running = start(args.split(" "), { env: { ...askingAt(server), DEEPSEEK_CHAT_MODEL: "m" } });
        await server.received(1);
        running.kill(signal);
        expect((await running.done).code).toBe(expected);
      },
    );

    test.each(["ask", "ask words", "chat", "chat -p demo"])("%s, whose input stays open", async (args) => {
      const env = { DEEPSEEK_API_KEY: "sk-0123456789abcdef", DEEPSEEK_BASE_URL: "http://127.0.0.1:9" };
      const running = start(args.split(" "), { env, openInput: true });
      await new Promise((resolve) => {
        // More than a pipe holds: when all of it is gone, somebody reads.
        running.stdin!.write(args.startsWith("chat") ? "\n".repeat(200_000) : "x".repeat(200_000), resolve);
      });
      running.kill(signal);
      expect((await running.done).code).toBe(expected);
    });

    test.each([
      "transcripts show last",
      "transcripts show last --raw",
      "transcripts show last --json",
      "transcripts export last --to json",
      "transcripts export last --to txt",
    ])("%s, whose output nobody reads", async (args) => {
      const place = withConversation();
      const fifo = join(place.home, "fifo");
      execFileSync("mkfifo", [fifo]);
      const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      const running = start([...args.split(" "), "--no-color"], { place, shell: `exec "$@" >'${fifo}'` });
      await expect.poll(() => takeOne(reader), { timeout: 30_000 }).toBe(true);
      running.kill(signal);
      expect((await running.done).code).toBe(expected);
      closeSync(reader);
    });
  });
});
