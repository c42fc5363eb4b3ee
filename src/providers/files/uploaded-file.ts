import { fieldsIn, momentIn, textIn } from "../wire/document-fields.ts";

/** A file as its service describes it; null for what it does not tell. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string | null;
  /** Bytes. */
  readonly size: number | null;
  readonly purpose: string | null;
  readonly createdAt: Date | null;
  /** From then on the service does not know it; null also where it stays. */
  readonly expiresAt: Date | null;
}

/** A file on this machine that is to be sent. */
export interface OutgoingFile {
  readonly path: string;
  /** What goes out in the place of what lies there; absent: that itself. */
  readonly content?: Buffer;
  /** What it is called at the service. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
}

/** A file of a service's JSON; null for what is none. */
export function readUploadedFile(json: unknown): UploadedFile | null {
  const { id, filename, bytes, purpose, created_at: created, expires_at: expires } = fieldsIn(json);
  if (typeof id !== "string" || id === "") return null;
  return {
    id,
    name: textIn(filename),
    size: typeof bytes === "number" ? bytes : null,
    purpose: textIn(purpose),
    createdAt: momentIn(created),
    expiresAt: momentIn(expires),
  };
}
