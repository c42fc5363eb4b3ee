import { randomUUID } from "node:crypto";
import { AppError, systemReason } from "../../errors.ts";
import type { StreamedBody } from "../connection.ts";

/**
 * A form as `multipart/form-data` (RFC 7578), its fields in their order. Files are read while they are sent: those that lie on the
 * disk (`openAsBlob`) are never in memory as a whole. Node's own encoding does not tell how long it will be.
 */
export function formBody(form: FormData): { readonly body: StreamedBody; readonly type: string } {
  const boundary = `form-${randomUUID()}`;
  const parts = [...form].map(([name, value]) => ({ head: Buffer.from(headOf(boundary, name, value)), value }));
  const end = Buffer.from(`--${boundary}--\r\n`);
  const sizeOf = (value: FormDataEntryValue) => (typeof value === "string" ? Buffer.byteLength(value) : value.size);
  const size = parts.reduce((sum, { head, value }) => sum + head.length + sizeOf(value) + lineEnd.length, end.length);
  async function* read(): AsyncGenerator<Uint8Array> {
    for (const { head, value } of parts) {
      yield head;
      if (typeof value === "string") yield Buffer.from(value);
      else yield* contentOf(value);
      yield lineEnd;
    }
    yield end;
  }
  return { body: { size, read }, type: `multipart/form-data; boundary=${boundary}` };
}

/** @throws AppError `input_unreadable` for a file that has changed or is gone */
async function* contentOf(file: File): AsyncGenerator<Uint8Array> {
  try {
    yield* file.stream();
  } catch (error) {
    throw new AppError("input_unreadable", { path: file.name, reason: systemReason(error) }, { cause: error });
  }
}

const lineEnd = Buffer.from("\r\n");

function headOf(boundary: string, name: string, value: FormDataEntryValue): string {
  const field = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
  if (typeof value === "string") return `${field}\r\n\r\n`;
  return `${field}; filename="${quoted(value.name)}"\r\nContent-Type: ${value.type || "application/octet-stream"}\r\n\r\n`;
}

/** As browsers write names: https://html.spec.whatwg.org/#multipart-form-data */
function quoted(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}
