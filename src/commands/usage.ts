import { Option } from "commander";
import { AppError } from "../errors.ts";
import { moment } from "./point-in-time.ts";
import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

const groupings = ["day", "week", "month", "model", "provider", "conversation", "purpose"] as const;

interface Options {
  readonly by: (typeof groupings)[number];
  readonly since?: Date;
  readonly until?: Date;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly audit?: boolean;
  readonly rebuild?: boolean;
}

export const usage: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program.command("usage").description(help.commands.usage).allowExcessArguments(false);
  declareProviderOptions(command, ["provider", "timeout", "transcripts"]);
  command
    .addOption(new Option("--by <grouping>", help.options.by).choices(groupings).default("day"))
    .option("--since <when>", help.options.usageSince, moment)
    .option("--until <when>", help.options.usageUntil, moment)
    .option("--audit", help.options.audit)
    .option("--rebuild", help.options.rebuild)
    .optionsGroup(help.groups.output)
    .option("--json", help.options.json)
    .option("--csv", help.options.csv)
    .action((options: Options) =>
      run(command, async (engine, console) => {
        const { by, since = null, until = null, json = false, csv = false, audit = false, rebuild = false } = options;
        if ([json && csv, audit && rebuild, csv && audit, rebuild && (json || csv)].includes(true)) {
          throw new AppError("usage", { message: help.usage.notTogether });
        }
        if (rebuild) return await (await import("../app/usage/rebuild.ts")).rebuildUsage(engine, console);
        if (audit)
          return await (await import("../app/usage/account-audit.ts")).auditAccount(engine, console, { since, json });
        const { showUsage } = await import("../app/usage/usage.ts");
        const provider = engine.origins.provider?.kind === "flag" ? engine.settings.provider : null;
        return await showUsage(engine, console, {
          by,
          since,
          until,
          provider,
          form: json ? "json" : csv ? "csv" : "table",
        });
      }),
    );
};
