import type { Engine } from "../engine.ts";

/**
 * The system prompt of a resumed conversation, where it holds on: where nothing here sets another, or only the config file's `role`
 * does, whose variables may have had other values.
 *
 * @param last the conversation's own; null for none
 * @returns null where the settings' holds
 * @throws AppError as `Engine.system`
 */
export function inheritedSystem(
  engine: Pick<Engine, "origins" | "settings" | "system">,
  last: string | null,
): string | null {
  if (last === null) return null;
  const isStanding = engine.settings.system === undefined && engine.origins.role?.kind === "file";
  return isStanding || engine.system === null ? last : null;
}
