import { createReadStream } from "node:fs";
import { crc32 } from "node:zlib";
import { CsvError, type InfoRecord, parse } from "csv-parse";
import type { LineLimits } from "../../bounded-lines.ts";
import { type InputRecord, LineMistake, type RecordContent, type RecordReader } from "./record.ts";

/** A row as `csv-parse` gives it. */
interface ParsedRow {
  readonly record: Readonly<Record<string, string>>;
  readonly raw: string;
  readonly info: InfoRecord;
}

/** Stands for bytes that are no UTF-8. */
const replacement = "\uFFFD";

/**
 * Reads the rows of a table whose first row names the columns.
 *
 * @param delimiter between two values
 */
export function tableReader(path: string, { end, maxLine }: LineLimits, delimiter: string): RecordReader {
  return async function* (signal) {
    if (end === 0) return;
    const parser = parse({
      bom: true,
      columns: checkedNames,
      delimiter,
      info: true,
      raw: true,
      // What is wrong with a row is told, and the others are read.
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxLine,
    });
    const source = createReadStream(path, { end: end - 1 });
    source.once("error", (error) => parser.destroy(error));
    const stop = () => parser.destroy(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    // Lines up to the end of the last row.
    let lines = 0;
    try {
      signal.throwIfAborted();
      for await (const row of source.pipe(parser) as AsyncIterable<ParsedRow>) {
        ({ lines } = row.info);
        yield [recordOf(row)];
      }
    } catch (error) {
      if (!(error instanceof CsvError) && !(error instanceof LineMistake)) throw error;
      // From here on nobody can tell where rows begin.
      yield [mistakeAt(lines + 1, error)];
    } finally {
      signal.removeEventListener("abort", stop);
      source.destroy();
    }
  };
}

/** @throws LineMistake where two columns have one name, or one has none */
function checkedNames(names: readonly string[]): string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new LineMistake("bad_header", twice);
  return [...names];
}

function recordOf({ record, raw, info }: ParsedRow): InputRecord {
  const breaks = raw.trim().split("\n").length - 1;
  return { line: info.lines - breaks, crc: crc32(raw), content: () => contentOf(record, raw, info) };
}

function contentOf(fields: ParsedRow["record"], raw: string, { error }: InfoRecord): RecordContent {
  if (raw.includes(replacement)) return { kind: "mistake", mistake: new LineMistake("not_utf8") };
  if (error === undefined) return { kind: "row", fields };
  return { kind: "mistake", mistake: new LineMistake("bad_row", error.code) };
}

function mistakeAt(line: number, error: CsvError | LineMistake): InputRecord {
  const mistake = error instanceof LineMistake ? error : new LineMistake("bad_row", error.code);
  return { line, crc: 0, content: () => ({ kind: "mistake", mistake }) };
}
