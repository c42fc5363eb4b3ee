import { AppError } from "../errors.ts";
import type { Declare } from "./command.ts";

export const trust: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: names, usage } = words.help;
  // A broken config file keeps nobody from revoking.
  const despite = { tolerant: true };
  const group = program.command("trust").description(commands.trust);

  const list = group.command("list", { isDefault: true }).description(commands.trustList);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(
      list,
      async (engine, console) => (await import("../app/trust/trust-list.ts")).list(engine, console, json),
      despite,
    ),
  );

  const revoke = group.command("revoke").description(commands.trustRevoke).argument("[what...]", names.trusted);
  revoke.option("--all", options.revokeAll);
  revoke.action((what: string[], { all = false }: { all?: boolean }) => {
    if (what.length > 0 === all) throw new AppError("usage", { message: usage.revokeWhat });
    return run(
      revoke,
      async (engine, console) =>
        (await import("../app/trust/trust-list.ts")).revoke(engine, console, all ? null : what),
      despite,
    );
  });
};
