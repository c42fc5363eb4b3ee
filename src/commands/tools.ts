import type { Declare } from "./command.ts";
import { declareApprovalOption } from "./options.ts";

export const tools: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const group = program.command("tools").description(commands.tools);

  const list = group.command("list", { isDefault: true }).description(commands.toolsList);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (engine, console) => await (await import("../app/tools/tools.ts")).list(engine, console, json)),
  );

  const show = group.command("show").description(commands.toolsShow).argument("<tool>", names.tool);
  show.optionsGroup(groups.output).option("--json", options.json);
  show.action((name: string, { json = false }: { json?: boolean }) =>
    run(
      show,
      async (engine, console) => await (await import("../app/tools/tools.ts")).show(engine, console, name, json),
    ),
  );

  const call = group
    .command("run")
    .description(commands.toolsRun)
    .argument("<tool>", names.tool)
    .argument("[arguments]", names.toolArguments, "{}");
  declareApprovalOption(call);
  call.optionsGroup(groups.output).option("--json", options.json);
  call.action((name: string, text: string, { json = false }: { json?: boolean }) =>
    run(call, async (engine, console) =>
      (await import("../app/tools/tools.ts")).run(engine, console, { name, text, json }),
    ),
  );
};
