import type { Command } from "commander";
import type { Declare } from "./command.ts";

export const config: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names } = words.help;
  /** A profile that is named is the one that is changed; there may be none of that name yet. */
  const change = async (command: Command, name: string, value: string | null) => {
    const { profile = null } = program.opts<{ profile?: string }>();
    await run(
      command,
      async (engine, console) => (await import("../app/config.ts")).set(engine, console, name, value, profile),
      { flags: {}, tolerant: true },
    );
  };
  const group = program.command("config").description(commands.config);

  const list = group.command("list").description(commands.configList).optionsGroup(groups.output);
  list.option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (engine, console) => (await import("../app/config.ts")).list(engine, console, json)),
  );

  const get = group.command("get").description(commands.configGet).argument("<setting>", names.setting);
  get.action((name: string) =>
    run(get, async (engine, console) => (await import("../app/config.ts")).get(engine, console, name)),
  );

  const set = group.command("set").description(commands.configSet);
  set
    .argument("<setting>", names.setting)
    .argument("<value>", names.value)
    .allowUnknownOption()
    .action((name: string, value: string) => change(set, name, value));

  const unset = group.command("unset").description(commands.configUnset).argument("<setting>", names.setting);
  unset.action((name: string) => change(unset, name, null));

  // These two must work when the file is broken: that is when they are needed.
  const edit = group.command("edit").description(commands.configEdit);
  edit.action(() =>
    run(edit, async (engine, console) => (await import("../app/config.ts")).edit(engine, console), { tolerant: true }),
  );

  const path = group.command("path").description(commands.configPath);
  path.action(() =>
    run(path, async (engine, console) => console.terminal.text(`${engine.folders.configFile}\n`), {
      configFile: false,
    }),
  );
};
