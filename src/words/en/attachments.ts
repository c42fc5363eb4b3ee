import type { DocumentForm } from "../../documents/document-form.ts";

/** What a document consists of. */
type Unit = NonNullable<DocumentForm["unit"]>;

/** Words about attachments of a question: files, pictures, stdin. */
export const attachments = {
  /** One line each, before the question is sent. `tokens` is null for pictures, `extent` for what is no document. */
  file: ({
    name,
    size,
    tokens,
    extent,
  }: {
    name: string;
    size: string;
    tokens: string | null;
    extent: string | null;
  }) =>
    `Attached: ${name}${extent === null ? "" : ` · ${extent}`} · ${size}${tokens === null ? "" : ` · ${about(tokens)}`}`,
  total: ({ files, size, tokens }: { files: string; size: string; tokens: string }) =>
    `Attached: ${files} files · ${size} · ${about(tokens)}`,
  more: ({ files }: { files: number }) => `… and ${files} more`,
  /** What a document consists of, and what of it was read. */
  parts: ({ unit, count }: { unit: Unit; count: number }) => `${count} ${count === 1 ? unit : `${unit}s`}`,
  someParts: ({ unit, numbers, taken, count }: { unit: Unit; numbers: string; taken: number; count: number }) =>
    `${taken === 1 ? unit : `${unit}s`} ${numbers} of ${count}`,
  withoutText: ({ name, pages, count }: { name: string; pages: string; count: number }) =>
    `${name}: no text on page${count === 1 ? "" : "s"} ${pages}, probably scanned. To read ${count === 1 ? "it" : "them"}: deepseek-chat ocr`,
  reading: ({ name }: { name: string }) => `Reading ${name}`,
  password: ({ name }: { name: string }) => `Password of ${name}:`,
  passwordAgain: ({ name }: { name: string }) => `Wrong password. Password of ${name}:`,
  converted: ({ name, encoding }: { name: string; encoding: string }) => `${name}: read as ${encoding}`,
  damaged: ({ name }: { name: string }) => `${name}: invalid UTF-8 bytes replaced with U+FFFD`,
  changed: ({ from, to }: { from: string; to: string }) => `${from} → ${to}`,
  cleaned: "metadata removed",
  /** What was done to a picture. */
  prepared: ({ name, changes }: { name: string; changes: string }) => `${name}: ${changes}`,
  svg: ({ name }: { name: string }) => `${name}: SVG is sent as text (pictures: PNG, JPEG, GIF, WebP)`,
  leftOut: ({ names, more, reason }: { names: string; more: number; reason: string }) =>
    `Skipped: ${names}${more === 0 ? "" : ` and ${more} more`} (${reason})`,
  large: ({ size, tokens, share }: Large) =>
    `Large attachments: ${size}, ${about(tokens)}${share === null ? "" : ` (${share} of the context window)`}.`,
  sendLarge: "Send them?",
  notSent: "Not sent.",
  askVision: ({ model, other }: { model: string; other: string }) =>
    `${model} can't read pictures. Continue with ${other}?`,
  notTyped: ({ mention, path }: { mention: string; path: string }) =>
    `${mention} wasn't typed at the prompt, so it is sent as text. To attach the file: /file ${path}`,
  waitingForStdin: "Waiting for stdin to send with the question. To ask without it, add </dev/null",
  waitingForQuestion: 'Waiting for the question on stdin. To pass it as an argument: deepseek-chat ask "…"',
  withoutStdin: "No data on stdin: asking without it.",
  waitingForPipe: ({ name }: { name: string }) => `Waiting for data from ${name}… (Ctrl-C stops)`,
  reasons: {
    link: "link to outside the folder",
    binary: "binary",
    encoding: "unknown text encoding",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOENT: "no such file",
    picture_empty: "empty picture",
    picture_broken: "damaged picture",
    picture_form: "unsupported picture format",
    document_password: "password needed",
    document_password_wrong: "wrong password",
    document_locked: "protected",
    document_legacy: "unsupported document format",
    document_scanned: "scanned, no text",
    document_empty: "no text",
    document_broken: "damaged document",
    document_bomb: "unpacks to too much data",
    document_slow: "takes too long to read",
    document_memory: "takes too much memory to read",
    document_no_pages: "no fixed pages",
    document_range: "pages out of range",
    picture_huge: "too many pixels",
    picture_slow: "takes too long to read",
    device: "not a regular file",
  } as Readonly<Record<string, string>>,
};

/** @param tokens a number as it is shown */
function about(tokens: string): string {
  return `~${tokens} ${tokens === "1" ? "token" : "tokens"}`;
}

interface Large {
  readonly size: string;
  readonly tokens: string;
  readonly share: string | null;
}
