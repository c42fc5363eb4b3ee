import type { AnswerSchema, ChatRequest } from "../chat/model.ts";
import type { ProbedCapabilities, prefixForms, schemaForms, thinkingForms } from "../config/schema.ts";
import { assistantMessage, userMessage } from "../chat/message-text.ts";
import type { RawAnswer } from "../providers/wire/raw-request.ts";

type ThinkingForm = (typeof thinkingForms)[number];
type PrefixForm = (typeof prefixForms)[number];
type AnswerForm = (typeof schemaForms)[number];

/** The way to the model that is probed. */
export interface ProbeDoor {
  readonly provider: string;
  readonly model: string;
  /** What the program takes the service for. */
  readonly thinking: ThinkingForm;
  readonly prefix: PrefixForm;
  readonly schema: AnswerForm;
  /** @throws AppError for what is no matter of the question */
  ask(question: ProbeQuestion): Promise<RawAnswer>;
}

interface ProbeQuestion {
  readonly request: ChatRequest;
  readonly thinking: ThinkingForm;
  readonly prefix: PrefixForm;
  readonly streamUsage: boolean;
  readonly schema: AnswerForm;
  readonly json: boolean;
}

/** Tokens: enough to see what an answer begins with; and for one that thinks before it and cannot be told not to. */
const maxTokens = { short: 64, object: 200, thoughtful: 800 };
/** Milliseconds of asking, all questions together, after which no other one is put. */
const budget = 120_000;
const switches = ["deepseek", "enable_thinking", "reasoning_effort", "chat_template"] as const;

/** What a service does with a thinking switch. */
export interface SwitchFacts {
  /** The form that works; `none` where none does. */
  readonly form: ThinkingForm;
  /** The form that the program would have sent was refused. */
  readonly refused: boolean;
  readonly byDefault: boolean;
  readonly on: boolean | null;
  readonly off: boolean | null;
  readonly field: string | null;
}

/**
 * Asks a model a few tiny questions to find out what its service really does. Each method gives facts; `findings` gives what
 * the program is to go by from then on.
 */
export class Probe {
  readonly door: ProbeDoor;
  #first: Promise<{ answer: RawAnswer; streamUsage: boolean }> | null = null;
  readonly #found: { -readonly [Name in Exclude<keyof ProbedCapabilities, "at">]: ProbedCapabilities[Name] } = {
    thinking: null,
    prefix: null,
    stream_usage: null,
    json: null,
    schema: null,
  };
  /** An answer was still coming when its time was up. */
  #cut = false;
  /** Milliseconds spent so far. */
  #spent = 0;

  constructor(door: ProbeDoor) {
    this.door = door;
  }

  /** Whether the model is too slow for a further question: what is not known by then stays unknown. */
  get slow(): boolean {
    return this.#cut || this.#spent > budget;
  }

  /** The first question, streamed, with its usage asked for; without, where that is refused. */
  first(): Promise<{ answer: RawAnswer; streamUsage: boolean }> {
    return (this.#first ??= this.#askFirst());
  }

  async #askFirst(): Promise<{ answer: RawAnswer; streamUsage: boolean }> {
    const asked = await this.#ask("Is 91 a prime number? Answer with one word.", {});
    if (asked.refused === null) {
      this.#found.stream_usage = true;
      return { answer: asked, streamUsage: true };
    }
    const unasked = await this.#ask("Is 91 a prime number? Answer with one word.", { streamUsage: false });
    if (unasked.refused === null) this.#found.stream_usage = false;
    return { answer: unasked, streamUsage: false };
  }

  /** The switch that the program would send, then, where that one does nothing, the others. */
  async thinking(): Promise<SwitchFacts> {
    const { answer } = await this.first();
    const byDefault = thought(answer);
    const nothing = { form: "none", byDefault, on: null, off: null, field: answer.reasoningField } as const;
    const own = this.door.thinking;
    let refused = false;
    let tried: SwitchFacts | null = null;
    for (const form of [own, ...switches.filter((form) => form !== own)]) {
      if (form === "none") continue;
      const facts = await this.#trySwitch(form, byDefault);
      if (form === own) refused = facts === null && !this.#cut;
      if (facts !== null && facts.on !== facts.off) {
        this.#found.thinking = form;
        return { ...facts, refused };
      }
      if (this.slow) return { ...nothing, refused: false };
      // A form that is taken and does nothing is as good as none; the program's own stands for it.
      tried ??= facts;
    }
    this.#found.thinking = refused || own === "none" ? "none" : null;
    return { ...(tried ?? nothing), form: "none", refused };
  }

  async #trySwitch(form: ThinkingForm, byDefault: boolean): Promise<SwitchFacts | null> {
    const text = "Is 87 a prime number? Answer with one word.";
    // First against what it does by itself: where that changes nothing, the other way changes nothing either.
    const against = await this.#ask(text, { thinking: form, on: !byDefault });
    if (against.refused !== null || (this.#cut && !thought(against))) return null;
    const facts = { form, refused: false, byDefault, field: against.reasoningField };
    if (thought(against) === byDefault) return { ...facts, on: byDefault, off: byDefault };
    const along = await this.#ask(text, { thinking: form, on: byDefault });
    if (along.refused !== null || (this.#cut && !thought(along))) return null;
    const [on, off] = byDefault ? [along, against] : [against, along];
    return { ...facts, on: thought(on), off: thought(off), field: on.reasoningField };
  }

  /** The form of prefix completion that goes on from exactly there; `none` where none does. */
  async prefix(): Promise<PrefixForm> {
    const own = this.door.prefix;
    const forms = [own, ...(["beta", "field"] as const).filter((form) => form !== own)].filter(
      (form) => form !== "none",
    );
    for (const form of forms) {
      // A model may start over once even though its service supports it.
      if ((await this.#goesOn(form)) || (form === own && !this.slow && (await this.#goesOn(form)))) {
        return (this.#found.prefix = form);
      }
      if (this.slow) return "none";
    }
    return (this.#found.prefix = "none");
  }

  async #goesOn(form: PrefixForm): Promise<boolean> {
    const question = "Write the numbers from 1 to 9, separated by commas, and nothing else.";
    const thinking = this.#found.thinking ?? this.door.thinking;
    const answer = await this.#ask(question, {
      ...(await this.#unthinking()),
      thinking,
      prefix: form,
      beginning: "1, 2, 3, 4, 5, 6,",
    });
    return answer.refused === null && /^\s*7\b/u.test(answer.text);
  }

  async json(): Promise<{ accepted: boolean; valid: boolean }> {
    const question = 'Answer with this json object and nothing else: {"ok": true}';
    const answer = await this.#ask(question, {
      maxTokens: maxTokens.object,
      ...(await this.#unthinking()),
      json: true,
    });
    const accepted = answer.refused === null;
    const valid = accepted && isObject(answer.text);
    if (valid || !this.slow) this.#found.json = valid;
    return { accepted, valid };
  }

  /** The form in which it gives an answer that fits a schema; the prompt where no other works. To be asked behind `json`. */
  async schema(): Promise<AnswerForm> {
    const forms = new Set([this.door.schema, "json_schema", "tool", "json"] as const);
    for (const form of forms) {
      if (form === "prompt" || (form === "json" && this.#found.json === false)) continue;
      if (await this.#keepsTo(form)) return (this.#found.schema = form);
      if (this.slow) return "prompt";
    }
    return (this.#found.schema = "prompt");
  }

  /** Whether it takes tools; null where that was not found out. */
  async tools(): Promise<boolean | null> {
    const form = this.#found.schema ?? "prompt";
    if (form === "tool" || form === "strict_tool") return true;
    const { refused } = await this.#ask("Li was born 30 years ago. Who is that?", {
      ...(await this.#unthinking()),
      schema: "tool",
    });
    return this.slow ? null : refused === null;
  }

  async #keepsTo(form: AnswerForm): Promise<boolean> {
    const answer = await this.#ask("Li was born 30 years ago. Who is that?", {
      maxTokens: maxTokens.object,
      ...(await this.#unthinking()),
      schema: form,
    });
    return answer.refused === null && isPerson(answer.called || answer.text);
  }

  /** @param at when it was found out */
  findings(at: Date): ProbedCapabilities {
    return { at: at.toISOString(), ...this.#found };
  }

  /** Thinking off, where there is a switch that works: it would take the tokens that the answer needs. */
  async #unthinking(): Promise<How> {
    const form = this.#found.thinking ?? "none";
    if (form !== "none") return { thinking: form, on: false };
    return thought((await this.first()).answer) ? { maxTokens: maxTokens.thoughtful } : {};
  }

  async #ask(text: string, how: How): Promise<RawAnswer> {
    const { thinking = "none", on = null, prefix = "none", schema, beginning = null, json = false } = how;
    const streamUsage = how.streamUsage ?? this.#found.stream_usage ?? true;
    const start = beginning === null ? [] : [{ ...assistantMessage(beginning), prefix: true } as const];
    const request: ChatRequest = {
      model: this.door.model,
      messages: [userMessage(text), ...start],
      sampling: { max_tokens: how.maxTokens ?? maxTokens.short },
      thinking: on === null ? null : { enabled: on, effort: null },
      stream: true,
      ...(schema !== undefined && { schema: personSchema }),
    };
    const forms = { thinking, prefix, streamUsage, schema: schema ?? this.door.schema };
    const answer = await this.door.ask({ request, ...forms, json });
    this.#cut ||= answer.slow;
    this.#spent += answer.totalMs;
    return answer;
  }
}

interface How {
  readonly thinking?: ThinkingForm;
  /** Where the switch is to be; left out: nothing is sent of it. */
  readonly on?: boolean;
  readonly prefix?: PrefixForm;
  /** Of the answer. */
  readonly beginning?: string;
  /** Asks for an answer that fits a schema. */
  readonly schema?: AnswerForm;
  readonly json?: boolean;
  readonly streamUsage?: boolean;
  readonly maxTokens?: number;
}

function thought({ reasoning, text }: RawAnswer): boolean {
  return reasoning !== "" || /^\s*<think>\s*\S/u.test(text);
}

function isObject(text: string): boolean {
  return objectIn(text) !== null;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const person = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
} as const;

const personSchema: AnswerSchema = {
  schema: person,
  strict: person,
  instruction: `Answer in json with this schema alone: ${JSON.stringify(person.properties)}`,
};

function isPerson(text: string): boolean {
  const { name, age } = objectIn(text) ?? {};
  return typeof name === "string" && typeof age === "number";
}
