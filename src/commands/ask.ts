import { Option } from "commander";
import { declareChatOptions } from "./options.ts";
import { declareAttachments, earlierOf, type ResumeOptions } from "./resume.ts";
import type { Declare } from "./verb.ts";

interface Options extends ResumeOptions {
  readonly file?: readonly string[];
  readonly output: "text" | "json" | "jsonl";
}

export const ask: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program
    .command("ask")
    .description(help.commands.ask)
    .argument("[question...]", help.arguments.question);
  declareChatOptions(command);
  declareAttachments(command);
  command
    .addOption(
      new Option("-o, --output <form>", help.options.output).choices(["text", "json", "jsonl"]).default("text"),
    )
    .action((question: string[], options: Options) =>
      run(command, async (app) => {
        const { runAsk } = await import("../app/asking.ts");
        const { output, file = [] } = options;
        await runAsk(app, { words: question.join(" "), files: file, output, earlier: earlierOf(options) });
      }),
    );
};
