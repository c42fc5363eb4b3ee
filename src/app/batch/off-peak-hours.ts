import type { ModelRef } from "../../chat/model.ts";
import { offPeakFrom, tariffAt } from "../../usage/tariff.ts";
import type { Engine } from "../engine.ts";
import { modelPrice } from "../usage/model-price.ts";

/** Milliseconds on both sides of a change of the tariff: this clock may differ a little from the one that the service bills by. */
const margin = 5_000;

/** When a request to a model surely costs the off-peak rate; null for now, and where its price does not depend on the hour. */
export function offPeakFor(
  { file, settings }: Pick<Engine, "file" | "settings">,
  to: ModelRef,
  now: Date,
): Date | null {
  if ((modelPrice({ file, settings }, to)?.peakFactor ?? 1) === 1) return null;
  const { holidays = [] } = file;
  const isPeak = (ms: number) => tariffAt(new Date(now.getTime() + ms), holidays) !== "off-peak";
  if (![-margin, 0, margin].some(isPeak)) return null;
  const begin = offPeakFrom(new Date(now.getTime() + (isPeak(0) ? 0 : isPeak(margin) ? margin : -margin)), holidays);
  return new Date(begin.getTime() + margin);
}
