import { findingsOf, readFindings, saveFindings } from "../config/capabilities.ts";
import type { Provider } from "../providers/catalogue.ts";
import type { App } from "./app.ts";

/** A provider as it was found to be with a model (`doctor --probe`); what the config file says of it wins. */
export function withFindings<Row extends Provider>({ folders, file }: App, row: Row, model: string): Row {
  const { name: provider, baseUrl } = row;
  const found = findingsOf(readFindings(folders.cache), { provider, baseUrl, model });
  if (found === null) return row;
  const set = file.providers?.[provider];
  return {
    ...row,
    thinking: set?.thinking ?? found.thinking ?? row.thinking,
    prefix: set?.prefix ?? found.prefix ?? row.prefix,
    streamUsage: set?.stream_usage ?? found.stream_usage ?? row.streamUsage,
  };
}

/** Keeps that a service refuses `stream_options`; where it cannot be kept, the next run finds it out once more. */
export async function keepStreamUsage(
  { folders }: App,
  { name: provider, baseUrl }: Provider,
  model: string,
): Promise<void> {
  const about = { provider, baseUrl, model };
  const known = findingsOf(readFindings(folders.cache), about) ?? { thinking: null, prefix: null, json: null };
  const findings = { ...known, at: new Date().toISOString(), stream_usage: false };
  await saveFindings(folders.cache, about, findings).catch(() => {});
}
