import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError, systemReason } from "../../errors.ts";
import { flatColumns, type FlatRow, flatRow } from "./flat-row.ts";

/** How answers are written: OpenAI's batch results, a JSON object or a row of a table for each. */
export type OutputForm = "openai" | "simple" | "csv" | "parquet";

/** Rows that are written at once. */
const rowsAtOnce = 1000;

/** Writes results in a form; lines come in their order. */
interface FormWriter {
  readonly write: (lines: readonly string[]) => void;
  readonly end: () => void;
}

/**
 * Writes a file of a form whole or not at all; it takes the place of one that an earlier run wrote.
 *
 * @param lines results as `resultLine` writes them, several at once
 * @throws AppError `storage_failed`; what was there stays as it was
 */
export async function writeForm(path: string, form: OutputForm, lines: AsyncIterable<string>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.part`);
  try {
    rmSync(temporary, { force: true });
    const descriptor = openSync(temporary, "wx", 0o600);
    try {
      if (process.platform !== "win32") fchmodSync(descriptor, 0o600);
      const writer = await writers[form](descriptor, temporary);
      for await (const some of inGroups(lines)) writer.write(some);
      writer.end();
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
}

async function* inGroups(lines: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let group: string[] = [];
  for await (const line of lines) {
    group.push(line);
    if (group.length < rowsAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

type MakeWriter = (descriptor: number, path: string) => FormWriter | Promise<FormWriter>;

const writers: { readonly [Form in OutputForm]: MakeWriter } = {
  openai: (descriptor) => lineWriter(descriptor, (line) => line),
  simple: (descriptor) => lineWriter(descriptor, (line) => JSON.stringify(withoutNulls(flatRow(line)))),
  csv: (descriptor) => {
    writeText(descriptor, `${csvLine(flatColumns.map(([name]) => name))}\r\n`);
    return lineWriter(descriptor, (line) => csvLine(valuesOf(flatRow(line))), "\r\n");
  },
  parquet: async (_, path) => await parquetWriter(path),
};

function lineWriter(descriptor: number, written: (line: string) => string, end = "\n"): FormWriter {
  return { write: (lines) => writeText(descriptor, lines.map((line) => written(line) + end).join("")), end() {} };
}

function writeText(descriptor: number, text: string): void {
  let bytes: Uint8Array = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(descriptor, bytes));
}

/** The answer stays, also where there is none. */
function withoutNulls({ id, answer, ...others }: FlatRow): object {
  return { id, answer, ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null)) };
}

function valuesOf(row: FlatRow): readonly string[] {
  return flatColumns.map(([name]) => String(row[name] ?? ""));
}

/** As RFC 4180 has it. */
function csvLine(values: readonly string[]): string {
  return values.map((value) => (/[",\r\n]/u.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(",");
}

/** Loaded only where it is wanted. Each group of rows is in memory until it is written. */
async function parquetWriter(path: string): Promise<FormWriter> {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = await import("hyparquet-writer");
  const columnsOf = (rows: readonly FlatRow[]) =>
    flatColumns.map(([name, kind]) => ({
      name,
      data: rows.map((row) => row[name]),
      type: kind === "text" ? ("STRING" as const) : ("INT32" as const),
      nullable: name !== "id",
    }));
  const schema = schemaFromColumnData({ columnData: columnsOf([]) });
  const parquet = new ParquetWriter({ writer: fileWriter(path), schema });
  return {
    write: (lines) => void parquet.write({ columnData: columnsOf(lines.map(flatRow)), rowGroupSize: rowsAtOnce }),
    end: () => void parquet.finish(),
  };
}
