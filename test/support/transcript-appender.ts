import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";
import { readTranscriptFile } from "../../src/transcripts/store/read.ts";
import type { ExchangeEnd, ExchangeStart } from "../../src/transcripts/format/types.ts";

/**
 * A program that appends `count` exchanges to the file `path`, each in several writes with `pause` milliseconds between
 * them, once a line arrives on stdin. On stdout it says which exchanges have begun and ended. `kind`: a session that names the
 * file, one that resumes what is in it, or one program after another with a question each. `patience`: milliseconds to wait for
 * the lock before each exchange.
 */
const [path = "", name = "", count = "0", pause = "0", kind = "session", patience = "0"] = process.argv.slice(2);

const settings = { provider: null, model: null, system: `of ${name}`, sampling: {}, thinking: null };
const facts = { finishReason: null, usage: null, cost: null, error: null, notice: null };
const turn = (number: number): ExchangeStart => ({ at: new Date(), question: `${name} ${number}`, ...settings });
const end = (): ExchangeEnd => ({ at: new Date(), status: "complete", ...facts });
const open = async () =>
  kind === "resumed" ? TranscriptWriter.resume(await readTranscriptFile(path)) : TranscriptWriter.append(path);
const { signal } = new AbortController();

process.stdin.once("data", () => void append());
process.stdout.write("ready\n");

async function append(): Promise<void> {
  let writer = await open();
  for (let number = 0; number < Number(count); number++) {
    if (kind === "questions") writer = await open();
    await writer.ready(signal, Number(patience));
    writer.begin(turn(number));
    process.stdout.write(`begin ${number}\n`);
    for (let piece = 0; piece < 5; piece++) {
      writer.text(`${name} ${number} ${piece}\n`, new Date());
      if (Number(pause) > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(pause));
    }
    writer.end(end());
    process.stdout.write(`end ${number}\n`);
  }
  process.stdin.destroy();
}
