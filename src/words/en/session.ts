/** Words of the interactive session. */
export const session = {
  banner: ({ provider, model }: { provider: string; model: string }) => `deepseek-chat · ${provider} · ${model}`,
  saving: ({ path }: { path: string }) => `Saved to ${path}. /help lists the commands, q leaves.`,
  notSaving: "Nothing is saved (--no-transcript). /help lists the commands, q leaves.",
  demo: "Demo: no model is behind this; a small server inside the program answers from a fixed tour.",
  howToLeave: "q, or Ctrl-C again, leaves.",
  left: ({ path, command }: { path: string; command: string }) => `Saved in ${path}. Go on with: ${command}`,
  leftUnsaved: "Nothing was saved.",
  unknownCommand: ({ name, nearest }: { name: string; nearest: string | null }) =>
    `There is no /${name}${nearest === null ? "" : `; did you mean /${nearest}?`} /help lists the commands. //${name} sends it as text.`,
  modelIs: ({ provider, model }: { provider: string; model: string }) => `The model is ${model} at ${provider}.`,
  systemIs: ({ system }: { system: string }) => `The system prompt is: ${system}`,
  systemSet: "The system prompt holds from the next question on.",
  systemCleared: "There is no system prompt any more.",
  noSystem: "There is no system prompt. /system <text> sets one.",
  newStarted: "A new conversation begins with the next question.",
  resumed: ({ title, turns }: { title: string; turns: number }) =>
    `Going on with “${title}” (${turns} ${turns === 1 ? "exchange" : "exchanges"}).`,
  retired: ({ model, successor }: { model: string; successor: string }) =>
    `${model} was retired on 2026-07-24; its successor is ${successor}: --model ${successor}.`,
};

/** One line each, for `/help`. */
export const slash = {
  help: "what there is to type",
  model: "show or change the model: /model <id>, or provider/id",
  system: "show, set or (with -) remove the system prompt",
  new: "begin a new conversation",
  quit: "leave; q does too",
};
