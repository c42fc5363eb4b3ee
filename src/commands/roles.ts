import type { Declare } from "./command.ts";

export const roles: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const group = program.command("roles").description(commands.roles);

  const list = group.command("list", { isDefault: true }).description(commands.rolesList);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (engine, console) => (await import("../app/roles.ts")).list(engine, console, json)),
  );

  const show = group.command("show").description(commands.rolesShow).argument("<role>", names.role);
  show.optionsGroup(groups.output).option("--json", options.json);
  show.action((name: string, { json = false }: { json?: boolean }) =>
    run(show, async (engine, console) => await (await import("../app/roles.ts")).show(engine, console, name, json)),
  );

  const edit = group.command("edit").description(commands.rolesEdit).argument("<role>", names.role);
  edit.action((name: string) =>
    run(edit, async (engine, console) => await (await import("../app/roles.ts")).edit(engine, console, name)),
  );
};
