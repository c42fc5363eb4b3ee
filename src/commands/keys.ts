import type { Declare } from "./command.ts";

export const keys: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  // A broken config file keeps nobody from their keys.
  const despite = { tolerant: true };
  const group = program.command("keys").description(commands.keys);

  const list = group.command("list", { isDefault: true }).description(commands.keysList);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(
      list,
      async (engine, console) => (await import("../app/setup/stored-keys.ts")).list(engine, console, json),
      despite,
    ),
  );

  const store = group.command("store").description(commands.keysStore).argument("<name>", names.keyName);
  store.action((name: string) =>
    run(store, async (engine, console) => (await import("../app/setup/stored-keys.ts")).store(engine, console, name)),
  );

  const remove = group.command("remove").description(commands.keysRemove).argument("<provider>", names.keyProvider);
  remove.action((provider: string) =>
    run(
      remove,
      async (engine, console) => (await import("../app/setup/stored-keys.ts")).remove(engine, console, provider),
      despite,
    ),
  );
};
