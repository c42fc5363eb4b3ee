import { extract } from "../../chat/extraction.ts";
import type { AnswerSchema } from "../../chat/model.ts";
import { answerProperty, multiSchema, objectSchema } from "../../chat/object-schema.ts";
import type { Settings } from "../../config/schema.ts";
import { strictSchema } from "../../providers/wire/strict-schema.ts";
import { type AnswerWriter, plainWriter } from "../../terminal/answer.ts";
import { jsonWriter } from "../../terminal/json-layout.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { loadSchemaWords } from "../../words/load.ts";
import type { SchemaMisfit, SchemaWords } from "../../words/types.ts";
import type { Engine } from "../engine.ts";
import { compileSchema, type SchemaCheck } from "./schema-check.ts";
import { readSchema } from "./schema-source.ts";

/** What an answer turned out to be. */
export interface CheckedAnswer {
  /** As JSON has it, numbers to the last digit: for `JSON.stringify`. Null where it does not fit. */
  readonly data: unknown;
  /** Empty where it fits. */
  readonly misfits: readonly SchemaMisfit[];
}

/** The form that answers are to have. */
export interface StructuredForm {
  readonly asked: AnswerSchema;
  /** @param isWhole false: the limit of tokens cut it off */
  readonly check: (answer: string, isWhole: boolean) => CheckedAnswer;
  /** Says what does not fit. */
  readonly misfitWords: SchemaWords["misfit"];
  /** Shows the answer as it grows. */
  readonly writer: (terminal: Terminal) => AnswerWriter;
}

/**
 * The form that a schema gives to answers, or to lists where the settings want those.
 *
 * @param given as the settings have it
 * @throws AppError `schema_unusable`, `input_unreadable`
 */
export async function openStructuredForm(
  engine: Engine,
  given: NonNullable<Settings["schema"]>,
): Promise<StructuredForm> {
  const { schema_multi: isMulti = false } = engine.settings;
  const source = engine.origins.schema?.name || "schema";
  const read = await readSchema(engine, given, source);
  const fits = await compileSchema(read, source);
  const wanted = isMulti ? multiSchema(read) : read;
  const { schema, isNested } = objectSchema(wanted);
  const text = JSON.stringify(schema);
  const words = await loadSchemaWords(engine.language);
  const check = isMulti ? await compileSchema(wanted, source) : fits;
  return {
    asked: { schema, strict: strictSchema(schema), instruction: engine.prompts.schema({ schema: text }) },
    check: (answer, isWhole) => checkAnswer(answer, isWhole, check, isNested),
    misfitWords: words.misfit,
    writer: (terminal) => jsonWriter(plainWriter(terminal)),
  };
}

function checkAnswer(answer: string, isWhole: boolean, check: SchemaCheck, isNested: boolean): CheckedAnswer {
  const json = extract(answer, "json", isWhole);
  if (json === null) return { data: null, misfits: [misfit(isWhole ? "not_json" : "cut")] };
  try {
    const [plain, exact] = [JSON.parse(json) as unknown, parseExactly(json)];
    const isInside = isNested && isObject(plain) && Object.hasOwn(plain, answerProperty);
    if (!isInside) return checkData(plain, exact, check);
    return checkData(plain[answerProperty], (exact as typeof plain)[answerProperty], check);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { data: null, misfits: [misfit("too_deep")] };
  }
}

/**
 * A null in the place of a property that may be absent stands for its absence: strict forms of a schema know no other way.
 *
 * @param exact the same value, to be returned
 */
function checkData(plain: unknown, exact: unknown, check: SchemaCheck): CheckedAnswer {
  const misfits = check(plain);
  for (let left = misfits; ; left = check(plain)) {
    if (left.length === 0) return { data: exact, misfits: [] };
    const removed = left.filter(({ path }) => removeNull(plain, path));
    if (removed.length === 0) return { data: null, misfits };
    for (const { path } of removed) removeNull(exact, path);
  }
}

/** Removes a property that is null; returns whether there was one. */
function removeNull(value: unknown, pointer: string): boolean {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const name = steps.pop();
  let parent = value;
  for (const step of steps) parent = (parent as Record<string, unknown> | undefined)?.[step];
  if (name === undefined || !isObject(parent) || !Object.hasOwn(parent, name) || parent[name] !== null) return false;
  return Reflect.deleteProperty(parent, name);
}

/** JSON whose numbers are written as they came: `1e400` and long ids are no numbers of JavaScript. */
function parseExactly(json: string): unknown {
  const { parse, rawJSON } = JSON as unknown as ExactJson;
  return parse(json, (_, value, { source }) =>
    typeof value === "number" && source !== String(value) ? rawJSON(source) : value,
  );
}

/** As Node has it since 21; TypeScript's library does not know it yet. */
interface ExactJson {
  readonly parse: (
    json: string,
    reviver: (name: string, value: unknown, context: { readonly source: string }) => unknown,
  ) => unknown;
  readonly rawJSON: (text: string) => object;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(keyword: string): SchemaMisfit {
  return { path: "", keyword, params: {}, message: keyword };
}
