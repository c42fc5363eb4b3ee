import { samplingNames } from "../../chat/sampling.ts";
import type { Settings } from "../../config/schema.ts";

const ofChats: ReadonlySet<string> = new Set([...samplingNames, "thinking", "effort", "web"]);

/**
 * The settings for a request for pictures: without the parameters of chats, and without earlier turns.
 *
 * @param fields of the request
 */
export function imageSettings(settings: Settings, fields: Readonly<Record<string, unknown>>): Settings {
  const kept = Object.entries(settings).filter(([name]) => !ofChats.has(name));
  return {
    ...(Object.fromEntries(kept) as Settings),
    web: false,
    history: false,
    stream: false,
    title: false,
    body: { ...fields },
  };
}
