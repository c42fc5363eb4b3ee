import type { ConfigFile, Settings } from "../../config/schema.ts";
import { type Provider, providersWith } from "../../providers/catalogue.ts";

/** Whether documents go to a provider as files, and not their text. */
export function takesDocuments({ files }: Provider, { documents }: Pick<Settings, "documents">): boolean {
  return files !== null && documents === "upload";
}

/** The same of a provider by its name; of one that nobody knows, no. */
export function uploadsDocuments(
  { file, settings }: { readonly file: ConfigFile; readonly settings: Pick<Settings, "documents"> },
  provider: string,
): boolean {
  return settings.documents === "upload" && providersWith("files", file.providers ?? {}).includes(provider);
}
