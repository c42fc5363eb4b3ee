/**
 * What one transcript may take, so that no file costs more than itself. docs/transcripts.md states them for people.
 */
export const limits = {
  /** Of a file; larger ones are named and passed over. The longest text that V8 can hold, and more than the longest answer. */
  bytes: 512 * 1024 * 1024 - 24,
  /** Of a file that is indexed, which takes three times as much memory; a search reads a larger one itself. */
  indexedBytes: 128 * 1024 * 1024,
  /** Lines that have the form of structure. */
  marks: 2_000_000,
  exchanges: 100_000,
  /** Of the copy of a picture; a larger picture stays in the transcript, and a larger copy is not read. */
  pictureBytes: 64 * 1024 * 1024,
  /** Of all copies that are read of one transcript: more than a request takes. */
  picturesBytes: 256 * 1024 * 1024,
} as const;

/** Bytes up to which a file is read and parsed without a pause: some 20 ms. */
export const smallFile = 2 * 1024 * 1024;

/** A file beyond the limits. Its code is that of a file that has too many bytes. */
export class TooLarge extends Error {
  readonly code = "too_large";

  constructor() {
    super("The file is too large.");
  }
}
