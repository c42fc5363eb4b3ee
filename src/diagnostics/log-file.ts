import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync } from "node:fs";
import { AppError, systemReason } from "../errors.ts";
import { isOwn } from "../files.ts";

/** A log of what the program did: one JSON object a line, in the form of pino, with the time and the level in words. */
export interface Log {
  /** False: facts about questions and answers, never their text. */
  readonly content: boolean;
  write(level: "info" | "warn" | "error", event: string, facts: Readonly<Record<string, unknown>>): void;
  /** Redacts this text in everything logged from now on. */
  hide(secret: string): void;
}

export interface LogOptions {
  readonly path: string;
  readonly content: boolean;
  /** Told once when the disk takes no more; the log ends there, the program goes on. */
  readonly onFailure: (reason: string) => void;
}

/** What keys look like; those the program knows are hidden whatever they look like. */
const keyLike = /\b(?:sk|pk|api|key)-[\w-]{8,}|\bBearer [^\s"\\]+/giu;
const leastSecret = 4;

/**
 * Opens the log for appending: 0600, no symbolic link, and nothing but a log, so that no setting from somewhere makes the
 * program write into another file of the person's. Lines are written at once, so that none is lost however the program ends;
 * the file stays open until then.
 *
 * @throws AppError `storage_failed`, `not_a_log`
 */
export async function openLog({ path, content, onFailure }: LogOptions): Promise<Log> {
  const fd = openFile(path);
  const { default: pino } = await import("pino");
  const secrets = new Set<string>();
  const destination = pino.destination({ fd, sync: true });
  let failed = false;
  destination.on("error", (error: unknown) => {
    if (!failed) onFailure(systemReason(error));
    failed = true;
  });
  const logger = pino(
    {
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: (line) => redacted(line, secrets) },
    },
    destination,
  );
  return {
    content,
    write: (level, event, facts) => {
      if (!failed) logger[level](facts, event);
    },
    hide: (secret) => {
      if (secret.length >= leastSecret) secrets.add(secret).add(JSON.stringify(secret).slice(1, -1));
    },
  };
}

function redacted(line: string, secrets: ReadonlySet<string>): string {
  let text = line;
  for (const secret of secrets) text = text.replaceAll(secret, "[key]");
  return text.replace(keyLike, "[key]");
}

function openFile(path: string): number {
  // Windows knows neither flag, and no links that anybody could make. Nothing waits on a pipe.
  const guards = ((constants.O_NOFOLLOW as number | undefined) ?? 0) | (constants.O_NONBLOCK ?? 0);
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | guards, 0o600);
    if (isLog(fd)) {
      fchmodSync(fd, 0o600);
      return fd;
    }
    closeSync(fd);
  } catch (error) {
    throw new AppError("storage_failed", { path, reason: systemReason(error) }, { cause: error });
  }
  throw new AppError("not_a_log", { path });
}

const start = '{"level":';

function isLog(fd: number): boolean {
  const stat = fstatSync(fd);
  // Into another user's file, an empty one too, would go what that user is not to read.
  if (!stat.isFile() || !isOwn(stat)) return false;
  const buffer = Buffer.alloc(start.length);
  const read = readSync(fd, buffer, 0, start.length, 0);
  return read === 0 || buffer.toString("latin1") === start;
}
