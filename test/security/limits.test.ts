import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type Asked, listen } from "../support/tcp.ts";
import { askingAt, newPlace, type Place, type Run, run } from "../support/program.ts";
import { done, finish, text } from "../support/wire.ts";
import { writeZip } from "../support/foreign.ts";
import { wordsOf } from "../support/words.ts";

/** Megabytes that the program may take at its peak, whatever a server sends; on a quiet run it takes 60. */
const ceiling = 200;
/** The same where every byte of an event of 8 MiB opens an array that has to be made before the mistake is found. */
const nestedCeiling = 600;
const megabyte = 1024 * 1024;

const folder = mkdtempSync(join(tmpdir(), "limits-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Has the program write down at its end how much memory it took at most, in kB. */
const meter = join(folder, "meter.mjs");
// What `resourceUsage` tells on Linux begins with the size of the program that started this one.
writeFileSync(
  meter,
  `import { existsSync, readFileSync, writeFileSync } from "node:fs";
   const status = "/proc/self/status";
   const peak = () => existsSync(status) ? /VmHWM:\\s*(\\d+)/.exec(readFileSync(status, "utf8"))[1] : process.resourceUsage().maxRSS;
   process.on("exit", () => writeFileSync(process.env.PEAK_FILE, String(peak())));`,
);

interface Measured extends Run {
  /** Megabytes. */
  readonly peak: number;
}

let runs = 0;
async function measured(args: readonly string[], place: Place, env: Record<string, string> = {}): Promise<Measured> {
  const file = join(folder, `peak-${runs++}`);
  const ran = await run(args, {
    place,
    env: { ...env, PEAK_FILE: file },
    node: ["--import", pathToFileURL(meter).href],
  });
  return { ...ran, peak: Math.round(Number(readFileSync(file, "utf8")) / 1024) };
}

const rows: (readonly [string, string, number, number | null, string])[] = [];
afterAll(() => {
  const table = rows.map(([what, sent, peak, code, said]) =>
    [what.padEnd(36), sent.padStart(7), `${peak} MB`.padStart(7), String(code).padStart(3), said].join("  "),
  );
  process.stdout.write(`\nwhat came, memory at its peak, exit code, last line on stderr\n${table.join("\n")}\n`);
});

function record(what: string, sent: number, { peak, code, stderr }: Measured, most = ceiling): void {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  rows.push([what, `${Math.round(sent / megabyte)} MB`, peak, code, said.slice(0, 90)]);
  expect(peak).toBeLessThan(most);
}

const head = (status: number, ...headers: string[]) =>
  `${[`HTTP/1.1 ${status} X`, "connection: close", ...headers].join("\r\n")}\r\n\r\n`;
const stream = head(200, "content-type: text/event-stream");
const letters = Buffer.alloc(64 * 1024, "x");

/** Sends a start, and then a piece over and over, as fast as it is taken, until the client goes away or it was enough. */
function flood(start: string, piece: string | Buffer, times = Infinity, end: string | Buffer = "") {
  const state = { sent: 0 };
  const handler = async ({ socket }: Asked): Promise<void> => {
    const write = (bytes: string | Buffer) =>
      new Promise<void>((resolve) => {
        state.sent += bytes.length;
        socket.write(bytes, () => resolve());
      });
    await write(start);
    for (let time = 0; time < times && !socket.destroyed; time++) await write(piece);
    if (!socket.destroyed) socket.end(end);
  };
  return { state, handler };
}

/** One gzip member of 16 MB after another. */
const bomb = gzipSync(Buffer.alloc(16 * megabyte, "x"));
const comments = gzipSync(Buffer.from(`: ${"x".repeat(64 * 1024)}\n\n`.repeat(256)));
const brotli = brotliCompressSync(Buffer.alloc(128 * megabyte, "data: "), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
});
const encoded = (encoding: string) => head(200, "content-type: text/event-stream", `content-encoding: ${encoding}`);

const ask = ["ask", "-q", "--retries", "0", "--no-transcript", "hi"];

interface Flood {
  readonly args?: readonly string[];
  readonly flood: ReturnType<typeof flood>;
  readonly code: number;
  readonly says: string;
  readonly most?: number;
}

/** Up to the beginning of what was returned. */
const [noStream = ""] = wordsOf("not_a_stream", {
  provider: "deepseek",
  contentType: "text/event-stream",
  start: "\0",
}).what.split("\0");

const floods: Record<string, Flood> = {
  "a line without end": { flood: flood(`${stream}data: `, letters), code: 5, says: "16 MB" },
  "a comment without end": { flood: flood(`${stream}: `, letters), code: 5, says: "16 MB" },
  "an answer in one piece without end": {
    args: [...ask, "--max-answer-size", "8"],
    flood: flood(`${head(200, "content-type: application/json")}{"id":"`, letters),
    code: 5,
    says: "8 MB",
  },
  "JSON without end": {
    flood: flood(`${head(200, "content-type: application/json")}{"id":[`, '"x",'.repeat(16_000)),
    code: 5,
    says: "16 MB",
  },
  "text that is no stream": { flood: flood(stream, letters), code: 5, says: noStream },
  "headers without end": { flood: flood("HTTP/1.1 200 X\r\n", `x: ${"x".repeat(1000)}\r\n`), code: 5, says: "" },
  "one header without end": { flood: flood("HTTP/1.1 200 X\r\nx: ", letters), code: 5, says: "" },
  "100,000 tiny chunks": {
    flood: flood(stream, text("x").repeat(100), 1000, finish() + done),
    code: 0,
    says: "",
  },
  "an answer without end": {
    args: [...ask, "--max-answer-size", "8"],
    flood: flood(stream, text("word ".repeat(2000))),
    code: 5,
    says: "8 MB",
  },
  "thinking without end": {
    args: [...ask, "--max-answer-size", "8"],
    flood: flood(
      stream,
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { reasoning_content: "hm ".repeat(4000) } }] })}\n\n`,
    ),
    code: 5,
    says: "8 MB",
  },
  "keep-alives without end": {
    flood: flood(stream, `: ${"x".repeat(64 * 1024)}\n\n`),
    code: 5,
    says: "16 MB",
  },
  "a gzip bomb": {
    flood: flood(encoded("gzip"), Buffer.concat([gzipSync("data: "), bomb]), 64),
    code: 5,
    says: "16 MB",
  },
  "a gzip bomb of comments": { flood: flood(encoded("gzip"), comments, 64), code: 5, says: "16 MB" },
  "a brotli bomb": { flood: flood(encoded("br"), brotli, 1), code: 5, says: "16 MB" },
  "JSON nested without measure": {
    flood: flood(`${stream}data: `, Buffer.alloc(64 * 1024, "["), 100, "\n\n"),
    code: 5,
    says: "broken JSON",
    most: nestedCeiling,
  },
  "a refusal without end": { flood: flood(head(400), letters), code: 4, says: "" },
  "a list of models without end": {
    args: ["models", "-q"],
    flood: flood(`${head(200, "content-type: application/json")}{"data":[`, '{"id":"model"},'.repeat(4000)),
    code: 5,
    says: "",
  },
};

describe("a hostile server takes no memory beyond measure:", () => {
  test.concurrent.each(Object.entries(floods))(
    "%s",
    async (name, { args = ask, flood: { state, handler }, code, says, most }) => {
      await using server = await listen(handler);
      const ran = await measured(args, newPlace(), askingAt(server));
      record(name, state.sent, ran, most);
      expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code, stderr: expect.stringContaining(says) as string });
    },
  );
});

describe("a hostile file takes no memory beyond measure:", () => {
  test("a zip bomb to import", async () => {
    const place = newPlace();
    await writeZip(join(place.cwd, "bomb.zip"), { "conversations.json": "[".padEnd(400 * megabyte, " ") });
    const ran = await measured(["transcripts", "import", "bomb.zip"], place);
    record("a zip bomb", 400 * megabyte, ran);
    expect(ran.code).toBe(2);
  });

  test.each([["list"], ["show", "last"], ["search", "needle"]])(
    "a transcript of one line of 140 MB, which no index takes: %s",
    async (...args) => {
      const place = newPlace();
      const path = join(place.cwd, "transcripts", "2026-11-21_10-00-00_one.md");
      const file = openSync(path, "w");
      writeSync(file, "[2026-11-21 10:00:00] Question:\none\n\n[2026-11-21 10:00:01] Answer:\n");
      for (let time = 0; time < 2240; time++) writeSync(file, letters);
      closeSync(file);
      const ran = await measured(["transcripts", ...args], place);
      rows.push([`140 MB of one line: ${args[0]}`, "140 MB", ran.peak, ran.code, ""]);
      expect(ran.code).toBe(0);
    },
  );
});
