/** Words of the interactive session. */
export const session = {
  banner: ({ provider, model }: { provider: string; model: string }) => `deepseek-chat · ${provider}/${model}`,
  saving: ({ path }: { path: string }) => `Saving to ${path} · /help for commands · q to quit`,
  notSaving: "Not saving (--no-transcript) · /help for commands · q to quit",
  demo: "Demo: scripted answers from a server inside the program, no model involved.",
  howToLeave: "Press Ctrl-C again or type q to quit.",
  left: ({ path, command }: { path: string; command: string }) => `Saved to ${path}. Resume with: ${command}`,
  leftPartly: ({ path }: { path: string }) => `Part of this conversation isn't saved (can't write ${path}).`,
  unsaved: ({ path }: { path: string }) =>
    `Part of this conversation isn't saved (can't write ${path}). /save <file> keeps it; quit again to discard.`,
  leftUnsaved: "Nothing saved.",
  /** When quitting. */
  unsent: ({ messages }: { messages: number }) =>
    messages === 1
      ? "1 queued message wasn't sent. Up recalls it in the next session."
      : `${messages} queued messages weren't sent. Up recalls them in the next session.`,
  unknownCommand: ({ name, nearest }: { name: string; nearest: string | null }) =>
    `Unknown command: /${name}${nearest === null ? "" : ` (did you mean /${nearest}?)`}. /help lists the commands; //${name} sends it as text.`,
  modelIs: ({ provider, model }: { provider: string; model: string }) => `Model: ${provider}/${model}`,
  noModels: ({ provider }: { provider: string }) => `${provider} lists no models. Set one by name: /model <id>`,
  modelMeant: ({ nearest }: { nearest: string }) => `Did you mean ${nearest}?`,
  systemIs: ({ system }: { system: string }) => `System prompt: ${system}`,
  systemSet: "System prompt set.",
  systemCleared: "System prompt cleared.",
  noSystem: "No system prompt. Set one with /system <text>.",
  newStarted: "Started a new conversation.",
  resumed: ({ title, turns }: { title: string; turns: number }) =>
    `Resumed “${title}” (${turns} ${turns === 1 ? "turn" : "turns"}).`,
  retired: ({ model, successor }: { model: string; successor: string }) =>
    `${model} was retired on 2026-07-24. Use its successor: --model ${successor}`,
  nothingToContinue: "Nothing to continue: the last answer is complete.",
  canContinue: "Type /continue for the rest.",
  nothingToSend: "Nothing to send.",
  answerUnchanged: "Answer unchanged; nothing sent.",
  nothingToUndo: "Nothing to undo.",
  markedGood: "Marked the last answer as good. /good again removes the mark.",
  unmarkedGood: "The last answer is no longer marked as good.",
  nothingToMark: "No answer to mark.",
  undone: ({ question }: { question: string }) => `Undone: ${question}`,
  nothingToCopy: "Nothing to copy.",
  copied: ({ characters }: { characters: number }) =>
    `Copied ${characters} ${characters === 1 ? "character" : "characters"}.`,
  noClipboard:
    "Can't read the clipboard here (Linux needs wl-clipboard or xclip). Paste text with your terminal's own shortcut; /file attaches a picture.",
  emptyClipboard: "No text or picture in the clipboard.",
  /** What an error calls it. */
  clipboard: "the clipboard",
  remoteClipboard:
    "Can't read your clipboard over SSH. Copy the picture to this machine and attach it with /file or @path.",
  /** For a person who looks at another window; followed by the first words of the question. */
  answerReady: ({ question }: { question: string }) => `Answer ready · ${question}`,
  answerFailed: ({ question }: { question: string }) => `Answer failed · ${question}`,
  spent: ({ questions, tokens, cost }: Spent) =>
    [
      `${questions} ${questions === 1 ? "turn" : "turns"}`,
      tokens === null ? "" : ` · ${tokens.prompt} in (cache hit ${tokens.cached}) · ${tokens.completion} out`,
      cost === null ? "" : ` · ${cost}`,
    ].join(""),
  tokensUnknown: ({ requests }: { requests: number }) =>
    `(tokens unknown for ${requests} ${requests === 1 ? "request" : "requests"})`,
  spentUnknown: ({ requests }: { requests: number }) =>
    `(cost unknown for ${requests} ${requests === 1 ? "request" : "requests"})`,
  exportHow: ({ formats }: { formats: string }) => `Usage: /export <${formats}> [file] [--turns 3-5] [--no-thinking]`,
  fileHow: "Usage: /file <path, folder or pattern> · or type @path in a message",
  filesAdded: ({ files }: { files: number }) =>
    `Attached ${files} ${files === 1 ? "file" : "files"} to the next message.`,
  forked: ({ path }: { path: string }) => `Forked to ${path}. New messages go there.`,
  forkHow: "Usage: /fork [turn] · the last turn to keep, numbered as in /history",
  noTurn: ({ turn, turns }: { turn: number; turns: number }) =>
    `No turn ${turn}: this conversation has ${turns}. /history lists them.`,
  nothingSaved: "Nothing saved in this conversation yet.",
  changedElsewhere: ({ id }: { id: string }) =>
    `Another program added to this conversation; its turns aren't sent from here. /resume ${id} reloads it.`,
  nothingSaid: "No turns yet.",
  langHow: "Usage: /lang en | zh",
  languageIs: "Language: English",
  multilineOn: "Enter inserts a new line, Alt-Enter sends.",
  multilineOff: "Enter sends, Alt-Enter inserts a new line.",
  saveHow: "Usage: /save <file> · writes the whole conversation to a new file",
  savedTo: ({ path }: { path: string }) => `Saved to ${path}.`,
  searchHow: "Usage: /search <words> · searches all conversations",
  titleIs: ({ title }: { title: string }) => `Title: ${title}`,
  findHow: "Usage: /find <words> · finds words in this conversation",
  findNone: ({ query }: { query: string }) => `No matches for “${query}” in this conversation.`,
  findCount: ({ matches, turns, first }: { matches: number; turns: number; first: number }) =>
    `${matches} ${matches === 1 ? "match" : "matches"} in ${turns} ${turns === 1 ? "turn" : "turns"} · /show ${first} shows that turn`,
  showHow: "Usage: /show [turn] · numbered as in /find and /history; alone, shows the last turn",
  noThinking: "No thinking yet.",
  webHow: "Usage: /web [on | off]",
  webIs: ({ isOn }: { isOn: boolean }): string => (isOn ? "Web search: on" : "Web search: off"),
  thinkingHow: "Usage: /thinking [on | off | low | high | max] · alone, shows the last thinking",
  thinkingIs: ({ value }: { value: string }) => `Thinking: ${value}`,
  tornLast: "The last answer was cut off. Type /continue for the rest.",
  lastTurn: "Last turn:",
  /** On leaving by a word that may have been meant as a message. */
  asText: (word: string) => `To send “${word}” as a message, type \\${word}`,
};

interface Spent {
  readonly questions: number;
  /** Null where no request was counted. */
  readonly tokens: { readonly prompt: string; readonly cached: string; readonly completion: string } | null;
  readonly cost: string | null;
}

/** How much of the model's context window a conversation uses. */
export const context = {
  used: ({
    used,
    estimated,
    window,
    share,
  }: {
    used: string;
    estimated: boolean;
    window: string | null;
    share: string | null;
  }) =>
    `Context: ${estimated ? "~" : ""}${used}${window === null ? "" : ` of ${window}`} tokens${share === null ? "" : ` (${share})`}`,
  near: ({ share }: { share: string }) =>
    `Context ${share} full. /compact summarises older turns; /compact drop discards the oldest.`,
  full: ({ tokens, window }: { tokens: string; window: string }) =>
    `This message probably exceeds the context: ~${tokens} of ${window} tokens. /compact summarises older turns; /compact drop discards the oldest.`,
  dropInstead: "Conversation unchanged. /compact drop discards the oldest turns without asking the model.",
  tooLong:
    "Make room with /compact (summarises older turns) or /compact drop (discards the oldest), then /retry. The transcript keeps everything.",
  compacting: "Summarising older turns…",
  compacted: ({ before, after }: { before: string; after: string }) => `Compacted: ~${before} → ~${after} tokens.`,
  dropped: ({ turns }: { turns: number }) => `Discarded the oldest ${turns === 1 ? "turn" : `${turns} turns`}.`,
};

/** Headings of `/help`. */
export const slashGroups = {
  model: "Model",
  conversation: "Conversation",
  answer: "Answers",
  archive: "Saved conversations",
  input: "Input",
  program: "Program",
};
