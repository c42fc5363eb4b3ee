/** Words of asking before a tool runs. */
export const approval = {
  asks: ({ name, origin }: { name: string; origin: string }) => `Run the tool ${name} (${origin})?`,
  changed: ({ day, parts }: { day: string; parts: readonly string[] }) =>
    `Changed since you always allowed it, on ${day}: ${parts.join(", ")}.`,
  /** What a person approves of a tool beside its name. */
  parts: {
    identity: "command or address",
    description: "description",
    parameters: "parameters",
  },
  before: "Before:",
  now: "Now:",
  arguments: "arguments",
  /** Above what was allowed before. */
  earlier: "allowed before",
  claims: ({ claims }: { claims: string }) => `Its server says, unchecked: ${claims}`,
  waiting: ({ calls }: { calls: number }) =>
    calls === 1 ? "1 more question after this one." : `${calls} more questions after this one.`,
  choices: {
    once: "Yes, once",
    session: "Yes, for this session",
    always: "Yes, always, until its command or definition changes",
    no: "No",
    reason: "No, and tell the model why",
    show: "Show all of it",
  },
  keys: ({ keys }: { keys: number }) => `1–${keys} or arrow keys and Enter · Esc: no · Ctrl-C: stop`,
  why: "Tell the model:",
  decided: {
    once: "Allowed once.",
    session: "Allowed for this session.",
    always: "Always allowed.",
    no: "Not allowed.",
  },
};
