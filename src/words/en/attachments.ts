/** Words around what goes with a question: files, pictures, stdin. */
export const attachments = {
  /** One line each, before the question leaves. `tokens` is null for pictures. */
  file: ({ name, size, tokens }: { name: string; size: string; tokens: string | null }) =>
    `Attached: ${name} · ${size}${tokens === null ? "" : ` · ${about(tokens)}`}`,
  total: ({ files, size, tokens }: { files: string; size: string; tokens: string }) =>
    `Attached: ${files} files · ${size} · ${about(tokens)}`,
  more: ({ files }: { files: number }) => `… and ${files} more`,
  converted: ({ name, encoding }: { name: string; encoding: string }) => `${name}: read as ${encoding}`,
  damaged: ({ name }: { name: string }) => `${name}: some bytes aren't valid UTF-8; U+FFFD stands for them`,
  svg: ({ name }: { name: string }) =>
    `${name}: SVG is sent as text; as pictures, services take PNG, JPEG, GIF and WebP`,
  leftOut: ({ names, more, reason }: { names: string; more: number; reason: string }) =>
    `Left out: ${names}${more === 0 ? "" : ` and ${more} more`} (${reason})`,
  large: ({ size, tokens, share }: Large) =>
    `Large attachments: ${size}, ${about(tokens)}${share === null ? "" : ` (${share} of the model's window)`}.`,
  sendLarge: "Send them?",
  notSent: "Not sent.",
  noVision: ({ model }: { model: string }) =>
    `${model} doesn't read pictures, as far as is known (vision: false). /model or --model chooses another one.`,
  notTyped: ({ mention, path }: { mention: string; path: string }) =>
    `${mention} was not typed at the prompt, so it is sent as text. To attach the file: /file ${path}`,
  waitingForStdin: "Waiting for text on stdin to send with the question. To ask without: </dev/null",
  waitingForQuestion: 'Waiting for the question on stdin; it can also be given as words: deepseek-chat ask "…"',
  withoutStdin: "Nothing came on stdin: asking without it.",
  waitingForPipe: ({ name }: { name: string }) => `Waiting for data from ${name}; Ctrl-C stops it.`,
  reasons: {
    link: "links to files outside the folder",
    binary: "binary",
    encoding: "unknown text encoding",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ENOENT: "no such file",
    picture_empty: "empty picture",
    picture_broken: "broken picture",
    picture_form: "picture form that services don't take",
    document_form: "PDF",
    device: "no regular file",
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
