import { createContext, Script } from "node:vm";
import type { ErrorObject, Options } from "ajv";
import type { SchemaMisfit } from "../../words/types.ts";
import { AppError, type SchemaMistake } from "../../errors.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Gives what of a value does not fit; empty where it fits. */
export type SchemaCheck = (value: unknown) => readonly SchemaMisfit[];

/** Milliseconds: patterns can take for ever. */
const maxTime = 3000;

/**
 * Compiles a schema of the version that `$schema` names, 2020-12 where there is none.
 *
 * @param source what the schema was given with, for errors
 * @param timeout milliseconds that it, or a value, may take
 * @throws AppError `schema_unusable`
 */
export async function compileSchema(schema: Schema, source: string, timeout = maxTime): Promise<SchemaCheck> {
  const unusable = (why: SchemaMistake, said: string, at = "", cause?: unknown) =>
    new AppError("schema_unusable", { source, at, why, said }, { cause });
  const { $schema: dialect = "https://json-schema.org/draft/2020-12/schema", ...rest } = schema;
  const validator = typeof dialect === "string" ? await validatorOf(dialect) : null;
  if (validator === null) throw unusable("dialect", JSON.stringify(dialect));
  let validate: ReturnType<typeof validator.compile>;
  try {
    if (within(timeout, () => validator.validateSchema(rest)) !== true) {
      const [first] = validator.errors ?? [];
      throw unusable("invalid", first?.message ?? "", first?.instancePath);
    }
    validate = within(timeout, () => validator.compile(rest));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unusable("invalid", isLate(error) ? "timeout" : messageOf(error), "", error);
  }
  return (value) => {
    try {
      return within(timeout, () => validate(value)) ? [] : (validate.errors ?? []).map(misfitOf);
    } catch (error) {
      return [{ path: "", keyword: isLate(error) ? "too_slow" : "too_deep", params: {}, message: messageOf(error) }];
    }
  };
}

async function validatorOf(dialect: string) {
  const load = {
    "2020-12": async () => (await import("ajv/dist/2020.js")).Ajv2020,
    "2019-09": async () => (await import("ajv/dist/2019.js")).Ajv2019,
    "draft-07": async () => (await import("ajv")).Ajv,
  };
  const [, version = ""] =
    /^https?:\/\/json-schema\.org\/(?:draft\/)?(2020-12|2019-09|draft-07)\/schema#?$/u.exec(dialect) ?? [];
  if (!Object.hasOwn(load, version)) return null;
  const [Ajv, { default: formats }] = await Promise.all([load[version as keyof typeof load](), import("ajv-formats")]);
  // `strict` refuses schemas that are valid; unknown formats then fit.
  const options: Options = { allErrors: true, strict: false, logger: false };
  return formats.default(new Ajv(options));
}

/** Runs a function that is ended when it takes too long, also in the midst of a regular expression. */
function within<Result>(timeout: number, run: () => Result): Result {
  let result: Result;
  const context = createContext({ run: () => void (result = run()) });
  new Script("run()").runInContext(context, { timeout });
  return result!;
}

function isLate(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function misfitOf({ instancePath: path, keyword, params, message = keyword }: ErrorObject): SchemaMisfit {
  return { path, keyword, params: params as SchemaMisfit["params"], message };
}
