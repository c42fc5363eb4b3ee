import type { Settings } from "../../config/schema.ts";
import type { Provider } from "../../providers/catalogue.ts";

/** Whether documents go to a provider as files, and not their text. */
export function takesDocuments({ files }: Provider, { documents }: Pick<Settings, "documents">): boolean {
  return files !== null && documents === "upload";
}
