import type { AuthForm } from "../../config/auth-options.ts";
import type { ProviderConfig } from "../../config/schema.ts";
import type { EnvelopeConfig } from "../../config/wire-schema.ts";
import type { Connection } from "../../providers/connection.ts";
import { withVersion } from "../../providers/http/base-url.ts";
import { type OfferedModel, readModelList } from "../../providers/model-list.ts";
import { answerRowsFor, envelopeFor } from "../../providers/wire/envelope-rows.ts";
import { askEndpoint, type EndpointAnswer } from "./endpoint-answer.ts";
import { keyForms, wantsKey, wantsSignature } from "./endpoint-keys.ts";

/** The way to an endpoint that nobody knows. */
export interface EndpointDoor {
  /** Whether there is a key for it. */
  readonly hasKey: boolean;
  /** A connection by such rows; with the key where they say how it is sent. */
  connect(entry: ProviderConfig): Promise<Connection>;
  readonly stop: AbortSignal;
}

/** What an endpoint turned out to be. */
export interface FoundEndpoint {
  readonly kind: "found";
  readonly baseUrl: string;
  /** Null where it wants no key. */
  readonly auth: AuthForm | null;
  /** Null where it gives no list. */
  readonly models: readonly OfferedModel[] | null;
  readonly model: string;
  readonly streams: boolean;
  /** Null for OpenAI's chat completions. */
  readonly wire: EnvelopeConfig | null;
  readonly rename: Readonly<Record<string, string>>;
}

/** An endpoint of which nothing could be made, and what it said last. */
interface StrangeEndpoint {
  readonly kind: "key" | "rejected" | "signed" | "websocket" | "refused" | "strange" | "nothing";
  readonly baseUrl: string;
  readonly status: number;
  readonly said: string;
}

type ProbedEndpoint = FoundEndpoint | StrangeEndpoint;

/** Where a service is that lets a key in, and how it is sent. */
interface KeyedList extends Pick<FoundEndpoint, "baseUrl"> {
  readonly auth: AuthForm;
  readonly models: readonly OfferedModel[];
}

/** Requests that the form of an endpoint may take to find out. */
export const maxFormRequests = 16;

class TooManyRequests extends Error {}

/** Rows of a connection without a key, whatever key a provider of that name has. */
const without: AuthForm = { type: "none" };
/** Tokens of an answer. */
const maxTokens = 16;
const question = "Reply with the word: ok";

/** Finds out where an endpoint is, how it is sent a key, which models it lists, and what form its answers have. */
export class EndpointProbe {
  readonly #door: EndpointDoor;
  readonly #address: string;
  readonly #named: string | null;
  #models: readonly OfferedModel[] | null = null;
  /** Requests that were sent. */
  requests = 0;

  /**
   * @param address a base URL, or the whole address of an endpoint
   * @param model the one to ask; null: the only one of its list, or the first
   */
  constructor(door: EndpointDoor, address: string, model: string | null) {
    this.#door = door;
    this.#address = address;
    this.#named = model;
  }

  /** @throws AppError for the network; `insecure_endpoint` where a key may not go there */
  async find(): Promise<ProbedEndpoint> {
    try {
      const list = await this.#findList();
      if ("kind" in list) return list;
      return (await this.#findAnswer(list.bases, list.auth)) ?? this.#strange("nothing", null);
    } catch (error) {
      if (error instanceof TooManyRequests) return this.#strange("nothing", null);
      throw error;
    }
  }

  /**
   * The list of models, where a key is sent in another form than as a bearer token; asks no question.
   *
   * @returns null where it is nowhere, or anybody may read it
   * @throws AppError as `find`
   */
  async findKeyedList(): Promise<KeyedList | null> {
    const list = await this.#findList();
    if ("kind" in list || list.auth.type === "none" || this.#models === null) return null;
    return { baseUrl: list.bases[0]!, auth: list.auth, models: this.#models };
  }

  get #model(): string {
    const chat = (this.#models ?? []).find(({ chats }) => chats);
    return this.#named ?? chat?.id ?? "default";
  }

  /** Looks for a list of models, without a key and, where one is wanted, with it in each form. */
  async #findList(): Promise<{ bases: readonly string[]; auth: AuthForm } | StrangeEndpoint> {
    const bases = candidates(this.#address);
    let refused: { base: string; answer: EndpointAnswer } | null = null;
    for (const base of bases) {
      const answer = await this.#ask(base, "/models", null, without);
      if (this.#takeList(answer)) return { bases: [base], auth: without };
      if (wantsKey(answer)) refused ??= { base, answer };
    }
    if (refused === null) return { bases, auth: without };
    const { base, answer } = refused;
    const others = bases.filter((each) => each !== base);
    if (!this.#door.hasKey) return this.#strange(wantsSignature(answer) ? "signed" : "key", answer, base);
    for (const auth of keyForms(answer)) {
      const again = await this.#ask(base, "/models", null, auth);
      if (this.#takeList(again)) return { bases: [base], auth };
      // It was let in, and there is no list.
      if (!wantsKey(again)) return { bases: await this.#withList(others, base, auth), auth };
    }
    return this.#strange(wantsSignature(answer) ? "signed" : "rejected", answer, base);
  }

  /** The one of the places that lists models; where none does, all of them. */
  async #withList(others: readonly string[], base: string, auth: AuthForm): Promise<readonly string[]> {
    for (const other of others) if (this.#takeList(await this.#ask(other, "/models", null, auth))) return [other];
    return [base, ...others];
  }

  #takeList({ isSuccess, documents }: EndpointAnswer): boolean {
    const list = isSuccess ? readModelList(documents[0]) : null;
    if (list !== null) this.#models = list;
    return list !== null;
  }

  /** Asks a question at each place where chat completions may be, then at the address itself. */
  async #findAnswer(bases: readonly string[], auth: AuthForm): Promise<ProbedEndpoint | null> {
    let last: ProbedEndpoint | null = null;
    for (const [base, path] of [
      ...bases.map((each) => [each, "/chat/completions"] as const),
      [this.#address, ""] as const,
    ]) {
      const found = await this.#withKeys(base, path, auth);
      if (found === null) continue;
      if (found.kind !== "refused" && found.kind !== "strange") return found;
      last ??= found;
    }
    return last;
  }

  async #withKeys(base: string, path: string, auth: AuthForm): Promise<ProbedEndpoint | null> {
    const first = await this.#question(base, path, auth);
    if (first === null || first.kind !== "key") return first;
    if (!this.#door.hasKey || auth.type !== "none")
      return auth.type === "none" ? first : { ...first, kind: "rejected" };
    for (const form of keyForms({ challenge: "", text: first.said })) {
      const found = await this.#question(base, path, form);
      if (found === null || found.kind !== "key") return found;
    }
    return { ...first, kind: "rejected" };
  }

  /** One question, put again without what is refused of it; null where nothing is there. */
  async #question(base: string, path: string, auth: AuthForm): Promise<ProbedEndpoint | null> {
    let rename: Readonly<Record<string, string>> = {};
    let stream = true;
    let prompts = false;
    for (let tries = 0; tries < 4; tries++) {
      const asked = prompts ? { prompt: question } : { messages: [{ role: "user", content: question }] };
      const limit = rename["max_tokens"] ?? "max_tokens";
      const answer = await this.#ask(base, path, { model: this.#model, ...asked, [limit]: maxTokens, stream }, auth);
      if (answer.status === 404 || answer.status === 405 || answer.status === 501) return null;
      if (answer.isSuccess) return this.#read(answer, { base, path, auth, rename, prompts });
      if (answer.status === 426 || /\bwebsocket\b/iu.test(answer.challenge))
        return this.#strange("websocket", answer, base);
      if (wantsKey(answer)) {
        return this.#strange(wantsSignature(answer) && auth.type === "none" ? "signed" : "key", answer, base);
      }
      if (/max_completion_tokens/u.test(answer.text) && limit === "max_tokens")
        rename = { max_tokens: "max_completion_tokens" };
      else if (stream && /stream/iu.test(answer.text)) stream = false;
      else if (!prompts && path === "" && /\bprompt\b/iu.test(answer.text)) prompts = true;
      else return this.#strange("refused", answer, base);
    }
    return null;
  }

  #read(
    answer: EndpointAnswer,
    how: Pick<FoundEndpoint, "rename"> & { base: string; path: string; auth: AuthForm; prompts: boolean },
  ): ProbedEndpoint {
    const { base, path, auth, rename, prompts } = how;
    const found = {
      kind: "found",
      baseUrl: base,
      auth: auth.type === "none" ? null : auth,
      models: this.#models,
      model: this.#model,
      streams: answer.isStream,
      rename,
    } as const;
    if (answer.documents.some(isCompletion) && path !== "") return { ...found, wire: null };
    const document = answer.documents.find((each) => answerRowsFor(each) !== null);
    const wire = document === undefined ? null : envelopeFor(document, path, answer.isStream);
    if (wire === null) return this.#strange("strange", answer, base);
    const { messages: _, ...others } = wire.request;
    return { ...found, wire: prompts ? { ...wire, request: { ...others, prompt: "${prompt}" } } : wire };
  }

  async #ask(base: string, path: string, body: object | null, auth: AuthForm): Promise<EndpointAnswer> {
    if (this.requests >= maxFormRequests) throw new TooManyRequests();
    this.requests++;
    const connection = await this.#door.connect({ base_url: base, auth });
    return await askEndpoint(connection, `${base}${path}`, body, this.#door.stop);
  }

  #strange(kind: StrangeEndpoint["kind"], answer: EndpointAnswer | null, baseUrl = this.#address): StrangeEndpoint {
    const said = [answer?.challenge ?? "", answer?.text ?? ""].filter((text) => text !== "").join(" · ");
    return { kind, baseUrl, status: answer?.status ?? 0, said: said.replace(/\s+/gu, " ").slice(0, 200) };
  }
}

/** The address, and with the version that most servers want or without the one that it has. */
function candidates(address: string): string[] {
  const versioned = withVersion(address);
  if (versioned !== null) return [address, versioned];
  return [address, address.replace(/\/v\d+[a-z\d.]*$/iu, "")].filter((each, index, all) => all.indexOf(each) === index);
}

function isCompletion(document: unknown): boolean {
  return (
    typeof document === "object" && document !== null && Array.isArray((document as { choices?: unknown }).choices)
  );
}
