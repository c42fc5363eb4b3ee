/** A message of an example. */
export interface ExampleMessage {
  readonly role: string;
  readonly content: unknown;
  readonly tool_calls?: readonly object[];
  readonly weight?: 0 | 1;
}

/** A turn of a conversation that may become part of an example. */
interface ExampleTurn {
  readonly turn: number;
  readonly isGood: boolean;
  readonly system: string | null;
  readonly question: string;
  readonly answers: readonly ExampleMessage[];
  /** Why it cannot; null where it can. */
  readonly unfit: "unfinished" | "picture" | null;
}

/** Which system prompt examples have: the conversation's own, none, or this one. */
export type SystemChoice =
  | { readonly kind: "own" }
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: string };

/** An example, and the turns that are not in it. */
export interface BuiltExample {
  /** Empty where nothing is left. */
  readonly messages: readonly ExampleMessage[];
  /** Turn of each message. */
  readonly turns: readonly number[];
  readonly leftOut: readonly {
    readonly turn: number;
    readonly why: "unfinished" | "picture" | "not_good" | "context";
  }[];
}

/**
 * Makes one example of a conversation. A turn that is unfit ends it: those behind it were answered with that one in mind. With
 * `goodOnly` it ends with the last answer that was marked as good, and the answers before it that were not have the weight 0: they are
 * read, and not learnt.
 */
export function buildExample(turns: readonly ExampleTurn[], choice: SystemChoice, goodOnly: boolean): BuiltExample {
  const unfitAt = turns.findIndex(({ unfit }) => unfit !== null);
  const fit = unfitAt === -1 ? turns : turns.slice(0, unfitAt);
  const end = goodOnly ? fit.findLastIndex(({ isGood }) => isGood) + 1 : fit.length;
  const used = fit.slice(0, end);
  const behind = fit.slice(end).map(({ turn }) => ({ turn, why: "not_good" as const }));
  const unfit = turns.slice(fit.length).map(({ turn, unfit: why }) => ({ turn, why: why ?? ("context" as const) }));
  const system = choice.kind === "own" ? (used[0]?.system ?? null) : choice.kind === "text" ? choice.text : null;
  const isWeighted = goodOnly && used.some(({ isGood }) => !isGood);
  const messages = used.flatMap(({ turn, isGood, question, answers }) => [
    { turn, message: { role: "user", content: question } },
    ...answers.map((answer) => ({ turn, message: isWeighted ? withWeight(answer, isGood) : answer })),
  ]);
  const first =
    used.length > 0 && system !== null ? [{ turn: used[0]!.turn, message: { role: "system", content: system } }] : [];
  const all = [...first, ...messages];
  return {
    messages: all.map(({ message }) => message),
    turns: all.map(({ turn }) => turn),
    leftOut: [...behind, ...unfit],
  };
}

function withWeight(message: ExampleMessage, isGood: boolean): ExampleMessage {
  return message.role === "assistant" ? { ...message, weight: isGood ? 1 : 0 } : message;
}
