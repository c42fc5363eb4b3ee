/**
 * What a session is: conversations as lists of exchanges, of which the next request sends those that stand. A file is such a
 * list too, so what a command does to the conversation it does to the file.
 */

export interface ModelExchange {
  /** Marks of the question and of what is attached to it, e.g. `q3 f1`. */
  readonly question: string;
  readonly answer: string;
  /** Whether it continues the answer before. */
  readonly continues: boolean;
  /** Whether its answer breaks off. */
  readonly cut: boolean;
  readonly pair: string;
  readonly temperature: number | undefined;
  readonly system: string | null;
  withdrawn: boolean;
}

export interface ModelConversation {
  exchanges: ModelExchange[];
  /** How many of them, from the first, a summary stands for. */
  covered: number;
  summary: string | null;
}

/** Exchanges that are one turn: a question, and what continues its answer. */
type ModelTurn = readonly ModelExchange[];

export class SessionModel {
  pair = "one/one-1";
  /** What `/set` and a resumed conversation say. */
  set: number | undefined;
  inherited: number | undefined;
  /** As `/system` says it; undefined where it said nothing. */
  ownSystem: string | null | undefined;
  system: string | null = null;
  attached: string[] = [];
  conversation: ModelConversation = { exchanges: [], covered: 0, summary: null };
  /** The newest question, where it was not answered; `/undo` and `/retry` mean it. */
  failed: ModelExchange | null = null;
  cut = false;
  /** Whether the transcripts folder cannot be used, and whether the conversation in use lost its file by that. */
  isDiskBroken = false;
  isLost = false;
  /** What is on disk, by names of the test. */
  readonly files = new Map<string, ModelConversation>();
  /** The file in use. */
  file = "first";
  readonly requests: string[] = [];

  /** Whether the file in use is one that `/save` made, outside of the transcripts folder. */
  get isElsewhere(): boolean {
    return this.file.startsWith("saved");
  }

  /** Turns that the next request sends. */
  get turns(): ModelTurn[] {
    const { exchanges, covered } = this.conversation;
    return turnsOf(exchanges.slice(covered));
  }

  /** All that was asked and answered, also what is not sent any more. */
  get asked(): ModelTurn[] {
    return turnsOf(this.conversation.exchanges);
  }

  get messages(): string[] {
    const { summary } = this.conversation;
    const said = this.turns.flatMap((turn) => [`user ${turn[0]!.question}`, `assistant ${answerOf(turn)}`]);
    return [...(summary === null ? [] : ["user ", `assistant ${summary}`]), ...said];
  }

  /** Files of the question that `/retry` and `/edit-last` mean; null where there is none. */
  get last(): string | null {
    return (this.failed ?? this.turns.at(-1)?.[0])?.question ?? null;
  }

  /** @returns number of the request */
  request(messages: readonly string[], isOwn = false): number {
    const temperature = isOwn ? undefined : (this.set ?? this.inherited);
    const system = this.system === null ? [] : [`system ${this.system}`];
    return this.requests.push(JSON.stringify([this.pair, temperature ?? null, ...system, ...messages]));
  }

  ask(question: string, how: "well" | "cut" | "refused"): void {
    const number = this.request([...this.messages, `user ${question}`]);
    const answer = how === "refused" ? "" : `a${number}`;
    const exchange = this.put({ question, answer, continues: false, cut: how !== "well" });
    this.failed = answer === "" ? exchange : null;
    if (answer !== "") this.cut = how === "cut";
  }

  continue(): void {
    const turns = this.turns.slice(0, -1);
    const last = this.turns.at(-1)!;
    const kept = this.messages.slice(0, -2);
    const number = this.request([...kept, `user ${last[0]!.question}`, `prefix ${answerOf(last)}`]);
    this.put({ question: "", answer: `a${number}`, continues: true, cut: false });
    this.cut = false;
    if (turns.length + 1 !== this.turns.length) throw new Error("A continued answer is no turn of its own.");
  }

  put(said: Pick<ModelExchange, "question" | "answer" | "continues" | "cut">): ModelExchange {
    this.touch();
    const temperature = this.set ?? this.inherited;
    const exchange = { ...said, pair: this.pair, temperature, system: this.system, withdrawn: false };
    this.conversation.exchanges.push(exchange);
    if (!this.isLost) this.files.set(this.file, this.conversation);
    return exchange;
  }

  /** Before something is written: on a broken disk the file stays what it is, and the conversation goes on without. */
  touch(): void {
    if (!this.isDiskBroken || this.isLost || this.isElsewhere) return;
    this.isLost = true;
    if (this.files.has(this.file)) this.files.set(this.file, structuredClone(this.conversation));
  }

  undo(): void {
    const taken = this.failed === null ? (this.turns.at(-1) ?? []) : [this.failed];
    if (this.failed === null && taken.length > 0) this.cut = false;
    if (taken.length > 0) this.touch();
    for (const exchange of taken) exchange.withdrawn = true;
    this.failed = null;
  }

  compact(how: "well" | "refused"): void {
    const number = this.request([...this.messages, "user "], true);
    if (how === "refused") return;
    this.touch();
    const last = this.turns.at(-1)?.at(-1);
    const { conversation } = this;
    if (last !== undefined) conversation.covered = conversation.exchanges.indexOf(last) + 1;
    conversation.summary = `a${number}`;
    this.cut = false;
  }

  /** @param turns how many are taken over; null for all */
  fork(file: string, turns: number | null): void {
    const before = this.conversation;
    const kept =
      turns === null ? before.exchanges.length : before.exchanges.indexOf(this.asked[turns - 1]!.at(-1)!) + 1;
    const copy = structuredClone({ ...before, exchanges: before.exchanges.slice(0, kept) });
    // A summary of what comes later is none of the beginning.
    if (before.covered > kept) Object.assign(copy, { covered: 0, summary: null });
    const failed = this.failed === null ? -1 : before.exchanges.indexOf(this.failed);
    this.open(file, copy);
    this.files.set(file, copy);
    if (turns === null) this.failed = copy.exchanges[failed] ?? null;
    else this.cut = isCut(copy);
  }

  startNew(file: string): void {
    this.open(file, { exchanges: [], covered: 0, summary: null });
    this.inherited = undefined;
    this.system = this.ownSystem ?? null;
    this.cut = false;
  }

  resume(file: string): void {
    const conversation = this.files.get(file)!;
    const last = conversation.exchanges.at(-1)!;
    this.open(file, conversation);
    this.cut = isCut(conversation);
    this.pair = last.pair;
    this.inherited = last.temperature;
    this.system = last.system;
    this.ownSystem = undefined;
  }

  saveTo(file: string): void {
    const { conversation } = this;
    this.files.set(file, this.isLost ? conversation : structuredClone(conversation));
    if (this.isLost) this.file = file;
    this.isLost = false;
  }

  open(file: string, conversation: ModelConversation): void {
    this.file = file;
    this.conversation = conversation;
    this.isLost = false;
    this.failed = null;
  }
}

function answerOf(turn: ModelTurn): string {
  return turn.map(({ answer }) => answer).join(" ");
}

function turnsOf(exchanges: readonly ModelExchange[]): ModelTurn[] {
  const turns: ModelExchange[][] = [];
  for (const exchange of exchanges) {
    if (exchange.withdrawn || exchange.answer === "") continue;
    if (exchange.continues && turns.length > 0) turns.at(-1)!.push(exchange);
    else turns.push([exchange]);
  }
  return turns;
}

function isCut({ exchanges, covered }: ModelConversation): boolean {
  const last = exchanges.slice(covered).findLast(({ withdrawn }) => !withdrawn);
  return last !== undefined && last.answer !== "" && last.cut;
}
