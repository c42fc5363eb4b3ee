/** A tool as a request describes it to a model. */
export interface ToolDefinition {
  /** `[A-Za-z0-9_-]{1,64}` (api-docs.deepseek.com, function calling). */
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
