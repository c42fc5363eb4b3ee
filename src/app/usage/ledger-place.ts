import { join } from "node:path";
import type { Folders } from "../../config/folders.ts";

/** Path of the ledger, which need not exist. */
export function ledgerPath({ data }: Pick<Folders, "data">): string {
  return join(data, "ledger.db");
}
