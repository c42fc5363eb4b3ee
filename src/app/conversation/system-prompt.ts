import type { Preface } from "../../chat/conversation.ts";
import type { Exchange } from "../../transcripts/format/types.ts";
import type { Engine } from "../engine.ts";

/**
 * The system prompt and the examples of a resumed conversation, where they hold on: where nothing here sets others, or only the config
 * file's `role` does, whose variables may have had other values.
 *
 * @param last the conversation's last exchange; null for none
 * @returns null where the settings' hold
 * @throws AppError as `Engine.preface`
 */
export function inheritedPreface(
  engine: Pick<Engine, "origins" | "preface" | "settings">,
  last: Pick<Exchange, "system" | "examples"> | null,
): Preface | null {
  const { system = null, examples = [] } = last ?? {};
  if (system === null && examples.length === 0) return null;
  const isStanding = engine.settings.system === undefined && engine.origins.role?.kind === "file";
  return isStanding || isEmpty(engine.preface) ? { system, examples } : null;
}

function isEmpty({ system, examples }: Preface): boolean {
  return system === null && examples.length === 0;
}
