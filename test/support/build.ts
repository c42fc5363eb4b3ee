import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder that holds what is published: bin, dist and package.json. */
    program: string;
    /** Why there is nothing in it; null when there is. */
    programFailure: string | null;
  }
}

/**
 * Builds the program once, into a folder of its own: what the tests run is the source as it stands, without the checkout's
 * node_modules beside it, and a build that somebody starts meanwhile does not pull it away.
 */
export default async function build(project: TestProject): Promise<() => Promise<void>> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "deepseek-chat-built-"));
  project.provide("program", folder);
  try {
    await promisify(execFile)(process.execPath, [join(root, "scripts/build.ts"), join(folder, "dist")]);
    for (const part of ["bin", "package.json"]) await cp(join(root, part), join(folder, part), { recursive: true });
    project.provide("programFailure", null);
  } catch (error) {
    // The tests that need no program can still run.
    project.provide("programFailure", error instanceof Error ? error.message : String(error));
  }
  return () => rm(folder, { recursive: true, force: true });
}
