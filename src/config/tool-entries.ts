import * as v from "valibot";

const text = v.pipe(v.string(), v.nonEmpty());
/** Whether a value is a mapping; a list is none. */
export const isMapping = (input: unknown): boolean =>
  typeof input === "object" && input !== null && !Array.isArray(input);

/** A word of a command; YAML reads some of them as numbers, or as `true`. */
const word = v.pipe(v.union([text, v.number(), v.boolean()]), v.transform(String));

/** What services allow as the name of a tool (api-docs.deepseek.com, function calling). */
export const toolNamePattern = /^[A-Za-z0-9_-]{1,64}$/u;

/** A program that a model may call, as an entry of `tools` in the config file, or a file of its own. */
export const toolSchema = v.strictObject({
  description: text,
  /** JSON Schema of its arguments; absent where it takes none. */
  parameters: v.optional(v.looseObject({ type: v.literal("object") })),
  /** The program and its arguments, as words or as one line that is split at blanks; run without a shell. */
  command: v.union([v.pipe(v.string(), v.trim(), v.nonEmpty()), v.pipe(v.array(word), v.minLength(1))]),
  /** Seconds. */
  timeout: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(86_400))),
  approve: v.optional(v.picklist(["ask", "allow"])),
  /** Variables beside the few that every tool gets. */
  env: v.optional(v.record(v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/u)), v.string())),
});
export type ToolEntry = v.InferOutput<typeof toolSchema>;

/** Names, or patterns with `*`. */
const choice = v.array(text);
/** Which tools are offered: all, none, or those named. */
export const choiceSchema = v.union([v.boolean(), text, choice]);

const mappingSchema = v.pipe(
  v.custom<Record<string, unknown>>(isMapping),
  v.objectWithRest(
    {
      /** The tools that are offered, built-in ones among them; absent: all but the built-in ones. */
      enable: v.optional(choice),
      /** Folders of aichat's functions; `true`: the one where aichat has it. */
      aichat: v.optional(v.union([v.boolean(), text, v.array(text)])),
    },
    toolSchema,
  ),
);
export type ToolsMapping = v.InferOutput<typeof mappingSchema>;

/** The mapping of the config file; or which tools are offered: all, none, or those named. */
export type ToolsSetting = boolean | string | readonly string[] | ToolsMapping;

/** Which form is meant follows from the value, so that an error names what is wrong in it. */
export const toolsSchema = v.lazy((value) => {
  if (typeof value === "boolean") return v.boolean();
  if (typeof value === "string") return text;
  return isMapping(value) ? mappingSchema : choice;
}) as v.GenericSchema<ToolsSetting>;
