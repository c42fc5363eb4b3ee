import { samplingNames } from "../../chat/sampling.ts";
import * as v from "valibot";
import { misfit } from "../expectation.ts";
import { misfitIn, parseConfig, treeOf } from "../file.ts";
import { roleSchema } from "../schema.ts";
import { splitFrontMatter } from "./role-file.ts";
import type { RoleReading } from "./role.ts";

/** Variables of aichat, and the ones that say the same here. */
const sameVariables: Readonly<Record<string, string>> = {
  __os__: "os",
  __os_distro__: "os",
  __os_family__: "os",
  __shell__: "shell",
};

/**
 * Reads a role of aichat: `model`, `temperature`, `top_p` and `use_tools` as front matter; a prompt with `__INPUT__` in the place of the
 * question, or with examples behind `### INPUT:` and `### OUTPUT:`. The format is that of its `src/config/role.rs`.
 *
 * @param model what a model's name of aichat stands for here; null for none
 * @throws AppError as `readRoleFile`
 */
export async function readAichatRole(
  path: string,
  text: string,
  model: (name: string) => string | null,
): Promise<RoleReading> {
  const { front, body } = splitFrontMatter(path, text);
  const document = await parseConfig(path, front);
  const { model: named, ...given } = treeOf(path, document) as Record<string, unknown>;
  const entries = Object.entries(given).filter(([, value]) => value !== null);
  const known = entries.filter(([name]) => samplingNames.some((each) => each === name));
  const own = typeof named === "string" ? model(named) : null;
  const { template, unsupported } = asTemplate(body);
  const fields = { ...(own !== null && { model: own }), ...Object.fromEntries(known), ...promptsIn(template) };
  const result = v.safeParse(roleSchema, fields);
  if (!result.success) throw await misfitIn(path, front, document, misfit(result.issues[0], roleSchema));
  const left = entries.filter((entry) => !known.includes(entry)).map(([name, value]) => `${name}: ${String(value)}`);
  const foreign = typeof named === "string" && own === null ? [`model: ${named}`] : [];
  return { content: result.output, unsupported: [...foreign, ...left, ...unsupported] };
}

/** aichat's variables under their names here; all other braces stay what they are. */
function asTemplate(body: string): { readonly template: string; readonly unsupported: readonly string[] } {
  const unsupported = new Set<string>();
  const template = body.replaceAll(/\{\{(?:(\w+)\}\})?/gu, (written, name: string | undefined) => {
    const own = name === undefined ? undefined : sameVariables[name];
    if (own !== undefined) return `{{${own}}}`;
    if (name?.startsWith("__") === true) unsupported.add(written);
    return `\\${written}`;
  });
  return { template, unsupported: [...unsupported] };
}

interface Prompts {
  readonly system?: string;
  readonly prompt?: string;
  readonly examples?: readonly { readonly user: string; readonly assistant: string }[];
}

function promptsIn(template: string): Prompts {
  if (template === "") return {};
  if (template.includes("__INPUT__")) return { prompt: template.replaceAll("__INPUT__", "{{input}}") };
  const [start = "", ...pairs] = template.split("### INPUT:");
  const examples = pairs.map((pair) => {
    const [user = "", assistant = "", ...more] = pair.split("### OUTPUT:").map((piece) => piece.trim());
    return { user: verbatim(user), assistant: verbatim(assistant), isWhole: assistant !== "" && more.length === 0 };
  });
  if (examples.length === 0 || examples.some(({ isWhole }) => !isWhole)) return { system: template };
  const system = start.trim();
  return {
    ...(system !== "" && { system }),
    examples: examples.map(({ user, assistant }) => ({ user, assistant })),
  };
}

/** Examples are no templates. */
function verbatim(template: string): string {
  return template.replaceAll("\\{{", "{{");
}
