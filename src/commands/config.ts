import type { Declare } from "./command.ts";

export const config: Declare = (program, { words, run }) => {
  const { commands, options, arguments: names } = words.help;
  const group = program.command("config").description(commands.config);

  const list = group.command("list").description(commands.configList).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (app) => (await import("../app/config.ts")).list(app, json)),
  );

  const get = group.command("get").description(commands.configGet).argument("<setting>", names.setting);
  get.action((name: string) => run(get, async (app) => (await import("../app/config.ts")).get(app, name)));

  const set = group.command("set").description(commands.configSet);
  set
    .argument("<setting>", names.setting)
    .argument("<value>", names.value)
    .allowUnknownOption()
    .action((name: string, value: string) =>
      run(set, async (app) => (await import("../app/config.ts")).set(app, name, value)),
    );

  const unset = group.command("unset").description(commands.configUnset).argument("<setting>", names.setting);
  unset.action((name: string) => run(unset, async (app) => (await import("../app/config.ts")).set(app, name, null)));

  // These two must work when the file is broken: that is when they are needed.
  const edit = group.command("edit").description(commands.configEdit);
  edit.action(() => run(edit, async (app) => (await import("../app/config.ts")).edit(app), { tolerant: true }));

  const path = group.command("path").description(commands.configPath);
  path.action(() => run(path, async (app) => app.terminal.text(`${app.folders.configFile}\n`), { configFile: false }));
};
