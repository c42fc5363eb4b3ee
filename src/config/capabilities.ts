import { join } from "node:path";
import * as v from "valibot";
import { readRegular } from "../files.ts";
import { replaceFile } from "../atomic-file.ts";
import { type ProbedCapabilities, findingsSchema } from "./schema.ts";

/** What findings are about. */
export interface ProbedModel {
  readonly provider: string;
  readonly baseUrl: string;
  readonly model: string;
}

type All = Readonly<Record<string, ProbedCapabilities>>;

const fileSchema = v.object({ v: v.literal(1), findings: v.record(v.string(), findingsSchema) });

/**
 * All findings that are kept, by what they are about. They lie in the cache folder: derived data that may be deleted, so a
 * file that is missing or not ours holds none.
 */
export function readFindings(cache: string): All {
  try {
    return v.parse(fileSchema, JSON.parse(readOwn(findingsPath(cache)))).findings;
  } catch {
    return {};
  }
}

/** Findings say which model thinks and how: in a shared folder another user could have laid them there. */
function readOwn(path: string): string {
  return readRegular(path, { maxBytes: maxFindingsBytes, noLinks: true, owner: "self" }).toString("utf8");
}

const maxFindingsBytes = 16 * 1024 * 1024;

export function findingsOf(all: All, found: ProbedModel): ProbedCapabilities | null {
  const name = nameOf(found);
  return Object.hasOwn(all, name) ? all[name]! : null;
}

/** @throws AppError `storage_failed` */
export function saveFindings(cache: string, found: ProbedModel, findings: ProbedCapabilities): void {
  const all = { ...readFindings(cache), [nameOf(found)]: findings };
  replaceFile(findingsPath(cache), `${JSON.stringify({ v: 1, findings: all }, null, 2)}\n`);
}

function nameOf({ provider, baseUrl, model }: ProbedModel): string {
  return `${provider} ${baseUrl} ${model}`;
}

/** The file they lie in. */
export function findingsPath(cache: string): string {
  return join(cache, "findings.json");
}
