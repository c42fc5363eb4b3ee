/** Words of the interactive session. */
export const session = {
  banner: ({ provider, model }: { provider: string; model: string }) => `deepseek-chat · ${provider} · ${model}`,
  saving: ({ path }: { path: string }) => `Saved to ${path}. /help lists the commands, q leaves.`,
  notSaving: "Nothing is saved (--no-transcript). /help lists the commands, q leaves.",
  demo: "Demo: no model is behind this; a small server inside the program answers from a fixed tour.",
  howToLeave: "q, or Ctrl-C again, leaves.",
  left: ({ path, command }: { path: string; command: string }) => `Saved in ${path}. Go on with: ${command}`,
  leftPartly: ({ path }: { path: string }) => `A part of this conversation is not saved: ${path} could not be written.`,
  unsaved: ({ path }: { path: string }) =>
    `A part of this conversation is not saved: ${path} cannot be written. /save <file> saves all of it; once more leaves it.`,
  leftUnsaved: "Nothing was saved.",
  unknownCommand: ({ name, nearest }: { name: string; nearest: string | null }) =>
    `There is no /${name}${nearest === null ? "." : `; did you mean /${nearest}?`} /help lists the commands. //${name} sends it as text.`,
  modelIs: ({ provider, model }: { provider: string; model: string }) => `Model: ${provider}/${model}`,
  noModels: ({ provider }: { provider: string }) => `${provider} lists no models. /model <id> takes one by its name.`,
  modelMeant: ({ nearest }: { nearest: string }) => `Did you mean ${nearest}?`,
  systemIs: ({ system }: { system: string }) => `The system prompt is: ${system}`,
  systemSet: "The system prompt holds from the next question on.",
  systemCleared: "There is no system prompt any more.",
  noSystem: "There is no system prompt. /system <text> sets one.",
  newStarted: "A new conversation begins with the next question.",
  resumed: ({ title, turns }: { title: string; turns: number }) =>
    `Going on with “${title}” (${turns} ${turns === 1 ? "exchange" : "exchanges"}).`,
  retired: ({ model, successor }: { model: string; successor: string }) =>
    `${model} was retired on 2026-07-24; its successor is ${successor}: --model ${successor}.`,
  nothingToContinue: "The last answer is whole, or there is none: nothing to go on with.",
  canContinue: "/continue goes on from where it stopped.",
  nothingToSend: "Nothing to send.",
  answerUnchanged: "The answer was not changed. Nothing was sent.",
  nothingToUndo: "There is no question to take back.",
  undone: ({ question }: { question: string }) => `Taken back: ${question}`,
  nothingToCopy: "There is nothing like that to copy.",
  copied: ({ characters }: { characters: number }) =>
    `Copied ${characters} ${characters === 1 ? "character" : "characters"}.`,
  noClipboard: "The clipboard cannot be read here; paste with the terminal's own key.",
  emptyClipboard: "There is no text in the clipboard.",
  spent: ({ questions, tokens, cost }: Spent) =>
    [
      `${questions} ${questions === 1 ? "question" : "questions"}`,
      tokens === null ? "" : `: ${tokens.prompt} tokens in (${tokens.cached} cached), ${tokens.completion} out`,
      cost === null ? "" : `, ${cost}`,
    ].join(""),
  tokensUnknown: ({ requests }: { requests: number }) =>
    `(tokens unknown for ${requests} ${requests === 1 ? "request" : "requests"})`,
  spentUnknown: ({ requests }: { requests: number }) =>
    `(cost unknown for ${requests} ${requests === 1 ? "request" : "requests"})`,
  exportHow: ({ formats }: { formats: string }) => `/export <${formats}> [file] [--turns 3-5] [--no-thinking]`,
  fileHow: "/file <path, folder or pattern>; or write @path in the question.",
  filesAdded: ({ files }: { files: number }) =>
    `${files} ${files === 1 ? "file goes" : "files go"} with the next question.`,
  forked: ({ path }: { path: string }) => `From here on in a branch of its own: ${path}.`,
  forkHow: "/fork [turn]: the number that /history gives the last turn to keep",
  noTurn: ({ turn, turns }: { turn: number; turns: number }) =>
    `No turn ${turn}: this conversation has ${turns} (/history lists them).`,
  nothingSaved: "Nothing of this conversation is saved yet.",
  changedElsewhere: ({ id }: { id: string }) =>
    `Another program has added to this conversation; what it added is not sent from here. /resume ${id} reads it.`,
  nothingSaid: "Nothing was asked yet.",
  langHow: "/lang en or /lang zh",
  languageIs: "The program speaks English.",
  multilineOn: "Enter makes a new line, Alt-Enter sends.",
  multilineOff: "Enter sends, Alt-Enter makes a new line.",
  noRoles: "There are no roles; the config file's roles.<name> makes one.",
  roles: ({ names }: { names: string }) => `Roles: ${names}. /role <name> takes one.`,
  saveHow: "/save <file> writes the whole conversation to a new file.",
  savedTo: ({ path }: { path: string }) => `Saved to ${path}.`,
  searchHow: "/search <words> looks through all conversations.",
  noThinking: "There was no thinking yet.",
  thinkingHow: "/thinking on, off, low, high or max; alone it shows the last thinking.",
  thinkingIs: ({ value }: { value: string }) => `Thinking: ${value}, from the next question on.`,
  tornLast: "The last answer broke off. /continue goes on from where it stopped.",
  lastExchange: "The last exchange:",
  keys: [
    "Alt-Enter or Ctrl-J: new line · Ctrl-R: search what was typed · Tab: complete · Ctrl-X Ctrl-E: editor",
    "@path attaches a file · //text sends a leading slash · Ctrl-C stops an answer · q leaves",
  ],
};

interface Spent {
  readonly questions: number;
  /** Null where no request was counted. */
  readonly tokens: { readonly prompt: string; readonly cached: string; readonly completion: string } | null;
  readonly cost: string | null;
}

/** The room a conversation takes in the model's window. */
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
  }) => `Context: ${estimated ? "about " : ""}${used} tokens${window === null ? "" : ` of ${window} (${share})`}.`,
  near: ({ share }: { share: string }) =>
    `The conversation fills ${share} of what the model can read. /compact summarises the older turns, /compact drop forgets the oldest; the transcript keeps all.`,
  full: ({ tokens, window }: { tokens: string; window: string }) =>
    `This question probably does not fit: about ${tokens} tokens, and the model reads ${window}. /compact summarises older turns; /compact drop discards the oldest.`,
  dropInstead: "The conversation is as it was. /compact drop discards the oldest turns without asking the model.",
  tooLong:
    "/compact summarises the older turns, /compact drop forgets the oldest; then ask again with /retry. The transcript keeps all.",
  compacting: "The model is summarising the older turns…",
  compacted: ({ before, after }: { before: string; after: string }) => `About ${before} tokens are now about ${after}.`,
  dropped: ({ turns }: { turns: number }) => `Forgot the oldest ${turns} ${turns === 1 ? "exchange" : "exchanges"}.`,
};

/** Headings of `/help`. */
export const slashGroups = {
  model: "Model",
  conversation: "Conversation",
  answer: "Answers",
  archive: "Saved conversations",
  input: "Typing",
  program: "Program",
};

/** One line each, for `/help`. */
export const slash = {
  model: "show or change the model: an id, or provider/id; alone, a picker",
  provider: "show or change the provider",
  system: "show, set or (with -) remove the system prompt",
  role: "take a system prompt of the config file",
  set: "show or change a setting for this session, e.g. /set temperature 0.3; - unsets it",
  thinking: "switch thinking, or show the last one again",
  new: "begin a new conversation",
  retry: "ask the last question again",
  "edit-answer": "edit the last answer and let the model continue it from its end",
  "edit-last": "change the last question and ask again",
  undo: "take the last question and its answer back",
  continue: "go on with an answer that was cut off",
  compact: "summarise the older turns to make room; drop: forget the oldest",
  fork: "go on in a new file that names this conversation",
  copy: "copy the last answer, or its n-th block of code",
  tokens: "how much of the model's window is used",
  cost: "tokens and money of this session",
  history: "what was asked in this conversation",
  resume: "go on with a saved conversation",
  search: "look through all conversations",
  save: "write the whole conversation to another file",
  export: "write the conversation, or --turns 3-5 of it, in another form; --no-thinking leaves thinking out",
  file: "send files, a folder or a pattern with the next question",
  paste: "take the clipboard's text into the prompt",
  edit: "write the question in $VISUAL or $EDITOR",
  multiline: "swap Enter and Alt-Enter",
  lang: "language of the program's own words",
  help: "what there is to type",
  quit: "leave; q does too",
};
