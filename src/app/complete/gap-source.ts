import { resolve } from "node:path";
import { expandHome } from "../../config/home.ts";
import { AppError, systemReason } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { decodeText, localeOf } from "../../text-encoding.ts";
import type { Console } from "../console.ts";
import { maxInputBytes, readInput, readStream } from "../conversation/input-file.ts";
import type { Engine } from "../engine.ts";
import { isPiped } from "../standard-input.ts";
import type { Gap } from "./gap-window.ts";
import { gapAt, readPlace } from "./gap-place.ts";

/** What stands around the gap, as the command line names it; null for what it does not. Files: a path, or `-` for stdin. */
export interface GapOptions {
  /** `file:line` or `file:line:column`; without a file: of what is piped in. */
  readonly place: string | null;
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly prefixFile: string | null;
  readonly suffixFile: string | null;
}

type GapInput = Pick<Engine, "environment" | "stop" | "workingFolder">;

/**
 * Reads what stands around a gap; what is piped in is the text before it where nothing else is.
 *
 * @throws AppError `usage` for options that do not go together, and for a place that the file does not have; `input_unreadable`,
 *   `interrupted`
 */
export async function readGap(engine: GapInput, console: Console, options: GapOptions): Promise<Gap> {
  const { fillIn: words } = console.words;
  const { place, prefix, suffix, prefixFile, suffixFile } = options;
  const isDoubled = (prefix !== null && prefixFile !== null) || (suffix !== null && suffixFile !== null);
  const sides = [prefix, suffix, prefixFile, suffixFile].filter((side) => side !== null);
  if (isDoubled || (place !== null && sides.length > 0) || (prefixFile === "-" && suffixFile === "-")) {
    throw new AppError("usage", { message: words.oneSource });
  }
  if (place !== null) return await gapInFile(engine, console, place);
  const before = prefixFile ?? (prefix === null && suffixFile !== "-" && isPiped() ? "-" : null);
  const gap = {
    prefix: before === null ? (prefix ?? "") : await readText(engine, console, before),
    suffix: suffixFile === null ? (suffix ?? "") : await readText(engine, console, suffixFile),
  };
  if (gap.prefix + gap.suffix === "") throw new AppError("usage", { message: words.nothingAround });
  return gap;
}

async function gapInFile(engine: GapInput, console: Console, typed: string): Promise<Gap> {
  const { fillIn: words } = console.words;
  const place = readPlace(typed);
  if (place === null) throw new AppError("usage", { message: words.noPlace({ place: typed }) });
  const { line } = place;
  const file = place.file ?? "stdin";
  const gap = gapAt(await readText(engine, console, place.file ?? "-"), place);
  if (!("what" in gap)) return gap;
  const message =
    gap.what === "line"
      ? words.lineMissing({ file, line, lines: gap.lines })
      : words.columnMissing({ file, line, column: place.column ?? 0, columns: gap.columns });
  throw new AppError("usage", { message });
}

/** The text of a file or of stdin, line breaks as they are. */
async function readText(engine: GapInput, { terminal, words }: Console, typed: string): Promise<string> {
  const { environment, stop, workingFolder } = engine;
  const name = typed === "-" ? "stdin" : typed;
  const onSilence = () => terminal.say(words.fillIn.waiting);
  const options = { name, maxBytes: maxInputBytes, stop, onSilence };
  const bytes =
    typed === "-"
      ? await readStream(process.stdin, options).catch((error: unknown) => {
          if (error instanceof AppError) throw error;
          throw new AppError("input_unreadable", { path: name, reason: systemReason(error) }, { cause: error });
        })
      : await readInput(resolve(workingFolder, expandHome(typed)), options);
  const decoded = decodeText(bytes, localeOf(environment.variables));
  if (typeof decoded === "string") throw new AppError("input_unreadable", { path: name, reason: decoded });
  const { text, encoding, damaged } = decoded;
  const shown = sanitize(name);
  if (encoding !== "UTF-8") terminal.say(words.attachments.converted({ name: shown, encoding }));
  if (damaged) terminal.warn(words.attachments.damaged({ name: shown }));
  return text;
}
