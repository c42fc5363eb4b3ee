import { expanded, unclosedReference, UnexpandedVariable } from "../config/expansion.ts";
import { looksLikeKey } from "../config/keys.ts";
import { versionPattern } from "../config/request-rows.ts";
import type { WireConfig } from "../config/wire-schema.ts";
import type { Variables } from "../config/variables.ts";
import { AppError } from "../errors.ts";
import { type Provider, versionMark } from "../providers/catalogue.ts";
import { headerSecrets } from "../providers/wire/redact.ts";

/** A provider with values where its entry names variables. */
interface ExpandedProvider {
  readonly provider: Provider;
  /** Values that are secret by their name or their look. */
  readonly secrets: readonly string[];
}

/** Names of variables, parameters and fields whose values are secret. */
const secretName = /key|secret|token|passw|credential|signature|^sig$/iu;

/**
 * A provider with the values of the variables that its entry names, and with the version of its API in place. They come from the
 * environment alone: a working directory's `.env` may have come with somebody's project, and would speak in the person's name.
 *
 * @param version of the API, as the settings say; null where they do not
 * @throws AppError `unset_variable`; `bad_value` for one that is not closed, and for what is no version
 */
export function withVariables(found: Provider, variables: Variables, version: string | null): ExpandedProvider {
  const secrets = new Set<string>();
  const at = (row: string) => `providers.${found.name}.${row}`;
  const fill = (text: string, row: string): string => {
    const unclosed = unclosedReference(text);
    if (unclosed !== null)
      throw new AppError("bad_value", { name: at(row), value: unclosed, expected: `${unclosed}}` });
    try {
      return expanded(text, (name) => {
        const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (value && (secretName.test(name) || looksLikeKey(value))) secrets.add(value);
        return value;
      });
    } catch (error) {
      if (!(error instanceof UnexpandedVariable)) throw error;
      throw new AppError("unset_variable", { setting: at(row), variable: error.variable }, { cause: error });
    }
  };
  const fillAll = (value: unknown, row: string, fillText = fill): unknown => {
    if (typeof value === "string") {
      const whole = fillText(value, row);
      if (!whole.includes("${") && isSecret(row.slice(row.lastIndexOf(".") + 1), whole)) secrets.add(whole);
      return whole;
    }
    if (Array.isArray(value)) return value.map((each, index) => fillAll(each, `${row}.${index}`, fillText));
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).map(([name, each]) => [name, fillAll(each, `${row}.${name}`, fillText)]);
    return Object.fromEntries(fields);
  };
  // The variables of a template itself are not in capitals.
  const template = <Template>(value: Template, row: string) =>
    fillAll(value, row, (text) => text.replaceAll(capitals, (name) => fill(name, row))) as Template;
  const texts = (value: Readonly<Record<string, string>>, row: string) => fillAll(value, row) as Record<string, string>;
  const fields = (value: Provider["body"], row: string) => fillAll(value, row) as Record<string, unknown>;
  const headers = texts(found.headers, "headers");
  headerSecrets(headers).forEach((secret) => secrets.add(secret));
  const filled: Provider = {
    ...found,
    headers,
    query: texts(found.query, "query"),
    defaults: fields(found.defaults, "defaults"),
    extraBody: fields(found.extraBody, "extra_body"),
    wire: withTemplates(found.wire, template),
  };
  return { provider: versioned(filled, version, fill), secrets: [...secrets] };
}

/** A wire with what is made of its templates by their rows. */
function withTemplates(wire: WireConfig, fill: <Template>(value: Template, row: string) => Template): WireConfig {
  if (wire === "openai") return wire;
  const { path, request } = wire;
  const filled = {
    ...(path !== undefined && { path: fill(path, "wire.path") }),
    request: fill(request, "wire.request"),
  };
  if (wire.type === "envelope" || wire.auth === undefined) return { ...wire, ...filled };
  return { ...wire, ...filled, auth: { ...wire.auth, message: fill(wire.auth.message, "wire.auth.message") } };
}

/** An environment variable in a template. */
const capitals = /\$\{[A-Z_][A-Z0-9_]*(?::-[^{}]*)?\}/gu;

/** Whether a value of a provider's entry must not be shown. */
export function isSecret(name: string, value: string): boolean {
  return looksLikeKey(value) || (secretName.test(name) && value.length >= 8);
}

function versioned(provider: Provider, setting: string | null, fill: (text: string, row: string) => string): Provider {
  const { name, apiVersion, baseUrl } = provider;
  const row = `providers.${name}.api_version`;
  if (apiVersion === null) return provider;
  if (setting === null && apiVersion.value === null) {
    throw new AppError("unset_variable", { setting: row, variable: "DEEPSEEK_CHAT_API_VERSION" });
  }
  const version = setting ?? fill(apiVersion.value!, "api_version");
  if (!versionPattern.test(version)) {
    throw new AppError("bad_value", { name: row, value: version, expected: "v1, 2026-06-01" });
  }
  if (apiVersion.in === "query") return { ...provider, query: { ...provider.query, [apiVersion.name]: version } };
  if (apiVersion.in === "header") return { ...provider, headers: { ...provider.headers, [apiVersion.name]: version } };
  const withPlace = baseUrl.includes(versionMark) ? baseUrl : `${baseUrl.replace(/\/+$/u, "")}/${versionMark}`;
  return { ...provider, baseUrl: withPlace.replaceAll(versionMark, version) };
}
