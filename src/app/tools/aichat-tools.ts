import { join, resolve } from "node:path";
import { expandHome, home } from "../../config/home.ts";
import { aichatFolders } from "../../config/tool-choice.ts";
import { AppError, systemReason } from "../../errors.ts";
import { aichatTools } from "../../tools/aichat-functions.ts";
import { toolEnvironment } from "../../tools/tool-environment.ts";
import type { Engine } from "../engine.ts";
import type { SourcedTools } from "./sourced-tools.ts";

/** The functions of aichat's folders that the config file names. */
export async function aichatFunctions(engine: Engine): Promise<SourcedTools> {
  const { environment, workingFolder } = engine;
  const variables = toolEnvironment(environment.variables);
  const found = aichatFolders(engine.file.tools).map((named): SourcedTools => {
    const path = named === true ? aichatFolder(engine) : resolve(workingFolder, expandHome(named));
    try {
      return { tools: aichatTools({ path, variables, folder: workingFolder }), failures: [] };
    } catch (error) {
      const reason = error instanceof SyntaxError || error instanceof TypeError ? error.message : systemReason(error);
      const details = { line: null, key: null, value: "", expected: null, reason };
      const failure = new AppError(
        "tools_unreadable",
        { path: join(path, "functions.json"), ...details },
        { cause: error },
      );
      return { tools: [], failures: [failure] };
    }
  });
  return { tools: found.flatMap(({ tools }) => tools), failures: found.flatMap(({ failures }) => failures) };
}

/** Where aichat itself looks for them. */
function aichatFolder({ environment: { variables } }: Engine): string {
  const { AICHAT_FUNCTIONS_DIR: named, AICHAT_CONFIG_DIR: config } = variables;
  if (named) return named;
  return join(config || join(variables["XDG_CONFIG_HOME"] || join(home(), ".config"), "aichat"), "functions");
}
