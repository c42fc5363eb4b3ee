import { Option } from "commander";
import { AppError } from "../errors.ts";
import { type ChatOptions, declareChatOptions, declareSchemaOptions, readFlags } from "./options.ts";
import { declareAttachments, earlierOf, type ResumeOptions } from "./resume.ts";
import type { Declare } from "./command.ts";

interface Options extends ResumeOptions, ChatOptions {
  readonly file?: readonly string[];
  readonly output: "text" | "json" | "jsonl";
  readonly extract?: "code" | "json";
  readonly continueAnswer?: boolean;
  readonly offPeak?: boolean;
  readonly detach?: boolean;
}

export const ask: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program
    .command("ask")
    .description(help.commands.ask)
    .argument("[question...]", help.arguments.question);
  declareAttachments(command);
  command.option("--continue-answer", help.options.continueAnswer);
  declareChatOptions(command);
  declareSchemaOptions(command);
  command
    .optionsGroup(help.groups.output)
    .addOption(
      new Option("-o, --output <form>", help.options.output).choices(["text", "json", "jsonl"]).default("text"),
    )
    .addOption(new Option("--extract <form>", help.options.extract).choices(["code", "json"]))
    .option("--detach", help.options.detach)
    .optionsGroup(help.groups.cost)
    .option("--off-peak", help.options.offPeak)
    .action((question: string[], options: Options) =>
      run(command, async (engine, console) => {
        const {
          output,
          extract = null,
          file: files = [],
          continueAnswer = false,
          offPeak = false,
          detach = false,
          estimate = false,
        } = options;
        if (continueAnswer && (question.length > 0 || files.length > 0)) {
          throw new AppError("usage", { message: help.usage.noQuestionToContinue });
        }
        if (detach && extract !== null) throw new AppError("usage", { message: help.usage.detachExtract });
        const { runAsk } = await import("../app/ask/ask.ts");
        const named = earlierOf(options);
        const earlier = continueAnswer && named.kind === "none" ? ({ kind: "newest" } as const) : named;
        return await runAsk(engine, console, {
          words: question.join(" "),
          files,
          output,
          extract,
          earlier,
          continueAnswer,
          estimate,
          offPeak,
          detach: detach ? readFlags(command) : null,
        });
      }),
    );
};
