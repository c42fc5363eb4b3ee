import { findingsOf, readFindings, saveFindings } from "../config/capabilities.ts";
import type { Folders } from "../config/folders.ts";
import type { ConfigFile } from "../config/schema.ts";
import type { Provider } from "../providers/catalogue.ts";

/** A provider as it was found to be with a model (`doctor --probe`); what the config file says of it wins. */
export function withFindings<Row extends Provider>(
  { folders, file }: { readonly folders: Folders; readonly file: ConfigFile },
  row: Row,
  model: string,
): Row {
  const { name: provider, baseUrl } = row;
  const found = findingsOf(readFindings(folders.cache), { provider, baseUrl, model });
  if (found === null) return row;
  const set = file.providers?.[provider];
  return {
    ...row,
    thinking: set?.thinking ?? found.thinking ?? row.thinking,
    prefix: set?.prefix ?? found.prefix ?? row.prefix,
    streamUsage: set?.stream_usage ?? found.stream_usage ?? row.streamUsage,
    schema: set?.schema ?? found.schema ?? row.schema,
  };
}

/** Keeps that a service refuses `stream_options`; where it cannot be kept, the next run finds it out once more. */
export function keepStreamUsage({ cache }: Folders, { name: provider, baseUrl }: Provider, model: string): void {
  const about = { provider, baseUrl, model };
  const known = findingsOf(readFindings(cache), about) ?? { thinking: null, prefix: null, json: null, schema: null };
  const findings = { ...known, at: new Date().toISOString(), stream_usage: false };
  try {
    saveFindings(cache, about, findings);
  } catch {
    // Done without.
  }
}
