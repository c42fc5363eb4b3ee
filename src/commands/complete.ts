import { Option } from "commander";
import type { CompleteOptions } from "../app/complete/complete.ts";
import type { Declare } from "./command.ts";
import { counting, declareCompleteOptions } from "./options.ts";

/** What the options are where nobody gave them. */
const unsaid = { prefix: null, suffix: null, prefixFile: null, suffixFile: null, lines: null };

type Options = Partial<Omit<CompleteOptions, "output" | "place">> & Pick<CompleteOptions, "output">;

export const complete: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: args } = words.help;
  const command = program
    .command("complete")
    .description(commands.complete)
    .argument("[place]", args.place)
    .allowExcessArguments(false)
    .optionsGroup(groups.input)
    .option("--prefix <text>", options.fillPrefix)
    .option("--suffix <text>", options.fillSuffix)
    .option("--prefix-file <path>", options.fillPrefixFile)
    .option("--suffix-file <path>", options.fillSuffixFile)
    .optionsGroup(groups.output)
    .addOption(new Option("--lines <n>", options.fillLines).argParser(counting))
    .addOption(new Option("-o, --output <form>", options.fillOutput).choices(["text", "json"]).default("text"));
  declareCompleteOptions(command);
  command.action((place: string | undefined, given: Options) =>
    run(command, async (engine, console) => {
      const { runComplete } = await import("../app/complete/complete.ts");
      await runComplete(engine, console, { ...unsaid, ...given, place: place ?? null });
    }),
  );
};
