import type { SchemaMisfit, SchemaWords } from "../types.ts";
type Params = SchemaMisfit["params"];

const rules: Readonly<Record<string, (params: Params) => string>> = {
  type: ({ type }) => `类型应为 ${[type].flat().map(String).join(" 或 ")}`,
  required: ({ missingProperty }) => `缺少 ${quoted(missingProperty)}`,
  additionalProperties: ({ additionalProperty }) => `不应有 ${quoted(additionalProperty)}`,
  unevaluatedProperties: ({ unevaluatedProperty }) => `不应有 ${quoted(unevaluatedProperty)}`,
  enum: ({ allowedValues }) => `应为 ${[allowedValues].flat().map(quoted).join("、")} 之一`,
  const: ({ allowedValue }) => `应为 ${quoted(allowedValue)}`,
  minimum: ({ limit }) => `应不小于 ${String(limit)}`,
  maximum: ({ limit }) => `应不大于 ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `应大于 ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `应小于 ${String(limit)}`,
  multipleOf: ({ multipleOf }) => `应为 ${String(multipleOf)} 的倍数`,
  minLength: ({ limit }) => `应至少有 ${String(limit)} 个字符`,
  maxLength: ({ limit }) => `最多 ${String(limit)} 个字符`,
  pattern: ({ pattern }) => `应匹配 ${String(pattern)}`,
  format: ({ format }) => `应为 ${String(format)} 格式`,
  minItems: ({ limit }) => `应至少有 ${String(limit)} 项`,
  maxItems: ({ limit }) => `最多 ${String(limit)} 项`,
  items: ({ limit }) => `最多 ${String(limit)} 项`,
  uniqueItems: () => "不应有重复项",
  minProperties: ({ limit }) => `应至少有 ${String(limit)} 个属性`,
  maxProperties: ({ limit }) => `最多 ${String(limit)} 个属性`,
  anyOf: () => "不符合 anyOf 中的任何一项",
  oneOf: () => "应恰好符合 oneOf 中的一项",
  empty: () => "为空",
  not_json: () => "不是 JSON",
  too_deep: () => "嵌套过深",
  too_slow: () => "校验耗时过长",
  cut: () => "在 max_tokens 处被截断",
};

export const schemaWords: SchemaWords = {
  misfit: ({ path, keyword, params, message }) =>
    `${path === "" ? "回答" : `${path} `}${rules[keyword]?.(params) ?? message}`,
};

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
