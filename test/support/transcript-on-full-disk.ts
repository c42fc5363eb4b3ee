import { join } from "node:path";
import { AppError } from "../../src/errors.ts";
import { TranscriptWriter } from "../../src/transcripts/store/writer.ts";

/**
 * A program that writes a long answer into the folder named, which has no room for it, and then tries to save it beside.
 * On stdout it says what each call that failed threw, and how long the answer was.
 */
const [folder = ""] = process.argv.slice(2);
const writer = TranscriptWriter.create(folder);
const failures: string[] = [];

function attempt(what: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    failures.push(`${what}: ${error instanceof AppError ? error.code : String(error)}`);
  }
}

const settings = { provider: null, model: null, system: null, sampling: {}, thinking: null };
const facts = { finishReason: null, usage: null, cost: null, error: null, notice: null };
attempt("begin", () => writer.begin({ at: new Date(), question: "long", ...settings }));
for (let number = 0; number < 10_000; number++) attempt("text", () => writer.text(`piece ${number}\n`, new Date()));
attempt("end", () => writer.end({ at: new Date(), status: "complete", ...facts }));
attempt("save", () => writer.saveTo(join(folder, "rescue.md")));
process.stdout.write(JSON.stringify(failures));
