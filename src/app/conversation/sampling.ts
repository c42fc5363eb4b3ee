import type { Thinking } from "../../chat/model.ts";
import { type Sampling, type SamplingName, samplingOf } from "../../chat/sampling.ts";
import type { Settings } from "../../config/schema.ts";

/** Parameters of a request, under the names of settings. */
export type Parameters = Pick<Partial<Settings>, SamplingName | "thinking" | "effort">;

/** An effort alone switches thinking on; null where nobody said anything. */
export function thinkingOf({ thinking, effort }: Parameters): Thinking | null {
  if (thinking === undefined && effort === undefined) return null;
  return { enabled: thinking ?? true, effort: effort ?? null };
}

/** Parameters of a turn as settings, without fields of the body, which may be anything and must be set again. */
export function parametersOf(sampling: Sampling, thinking: Thinking | null): Parameters {
  return {
    ...samplingOf(sampling, (kind) => kind !== "form" && kind !== "fields"),
    ...(thinking !== null && { thinking: thinking.enabled }),
    ...(thinking?.effort && { effort: thinking.effort }),
  };
}

/** The settings in force: what somebody set comes before what a resumed conversation was asked with. */
export function inForce(settings: Settings, { thinking, effort, ...sampling }: Parameters): Settings {
  // The two are one switch: setting one sets both.
  const switched = settings.thinking !== undefined || settings.effort !== undefined;
  const inherited = {
    ...sampling,
    ...(!switched && thinking !== undefined && { thinking }),
    ...(!switched && effort !== undefined && { effort }),
  };
  return { ...inherited, ...settings };
}
