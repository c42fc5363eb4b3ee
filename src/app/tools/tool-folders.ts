import { dirname, join } from "node:path";
import type { Engine } from "../engine.ts";

/** The folder with the person's own tools, one a YAML file; it need not exist. */
export function ownToolFolder({ folders }: Pick<Engine, "folders">): string {
  return join(dirname(folders.configFile), "tools");
}

/** The folder of the working directory that may have a project's tools. */
export function projectToolFolder({ workingFolder }: Pick<Engine, "workingFolder">): string {
  return join(workingFolder, "tools");
}
