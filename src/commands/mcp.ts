import type { Declare } from "./command.ts";

interface AddOptions {
  readonly url?: string;
  readonly env?: readonly string[];
  readonly header?: readonly string[];
}

export const mcp: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  const group = program.command("mcp").description(commands.mcp);
  const collect = (value: string, before: readonly string[] = []) => [...before, value];

  const list = group.command("list", { isDefault: true }).description(commands.mcpList);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (engine, console) => (await import("../app/mcp/commands.ts")).list(engine, console, json)),
  );

  const add = group.command("add").description(commands.mcpAdd);
  add
    .argument("<name>", names.mcpServer)
    .argument("[command...]", names.mcpCommand)
    .option("--url <url>", options.mcpUrl)
    .option("--env <name=value>", options.mcpEnv, collect)
    .option("--header <header>", options.mcpHeader, collect);
  add.action((name: string, command: string[], { url, env = [], header: headers = [] }: AddOptions) =>
    run(add, async (engine, console) =>
      (await import("../app/mcp/commands.ts")).add(engine, console, name, { url: url ?? null, command, env, headers }),
    ),
  );

  const remove = group.command("remove").description(commands.mcpRemove).argument("<name>", names.mcpServer);
  remove.action((name: string) =>
    run(remove, async (engine, console) => (await import("../app/mcp/commands.ts")).remove(engine, console, name)),
  );

  const test = group.command("test").description(commands.mcpTest).argument("[name]", names.mcpServer);
  test.optionsGroup(groups.output).option("--json", options.json);
  test.action((name: string | undefined, { json = false }: { json?: boolean }) =>
    run(test, async (engine, console) =>
      (await import("../app/mcp/commands.ts")).test(engine, console, name ?? null, json),
    ),
  );
};
