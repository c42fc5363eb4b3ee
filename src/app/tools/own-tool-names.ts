import type { Engine } from "../engine.ts";
import { builtInTools } from "./built-in-tools.ts";
import { configTools, folderTools } from "./own-tools.ts";

/** The names of the person's own tools and the built-in ones: nobody is asked, and no server is started. */
export async function ownToolNames(engine: Engine): Promise<string[]> {
  const found = await Promise.all([configTools(engine), folderTools(engine), builtInTools(engine)]);
  return found.flatMap(({ tools }) => tools.map(({ definition }) => definition.name)).sort();
}
