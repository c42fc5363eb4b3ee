/** Words about attachments of a question: files, pictures, stdin. */
export const attachments = {
  /** One line each, before the question is sent. `tokens` is null for pictures. */
  file: ({ name, size, tokens }: { name: string; size: string; tokens: string | null }) =>
    `Attached: ${name} · ${size}${tokens === null ? "" : ` · ${about(tokens)}`}`,
  total: ({ files, size, tokens }: { files: string; size: string; tokens: string }) =>
    `Attached: ${files} files · ${size} · ${about(tokens)}`,
  more: ({ files }: { files: number }) => `… and ${files} more`,
  converted: ({ name, encoding }: { name: string; encoding: string }) => `${name}: read as ${encoding}`,
  damaged: ({ name }: { name: string }) => `${name}: invalid UTF-8 bytes replaced with U+FFFD`,
  svg: ({ name }: { name: string }) => `${name}: SVG is sent as text (pictures: PNG, JPEG, GIF, WebP)`,
  leftOut: ({ names, more, reason }: { names: string; more: number; reason: string }) =>
    `Skipped: ${names}${more === 0 ? "" : ` and ${more} more`} (${reason})`,
  large: ({ size, tokens, share }: Large) =>
    `Large attachments: ${size}, ${about(tokens)}${share === null ? "" : ` (${share} of the context window)`}.`,
  sendLarge: "Send them?",
  notSent: "Not sent.",
  noVision: ({ model }: { model: string }) =>
    `${model} probably doesn't accept pictures (vision: false). Choose another model with /model or --model.`,
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
    document_form: "PDF",
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
