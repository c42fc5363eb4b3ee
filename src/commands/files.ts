import { Option } from "commander";
import { AppError } from "../errors.ts";
import { declareProviderOptions } from "./options.ts";
import type { Declare } from "./command.ts";

/** `files`: what lies at the provider. */
export const files: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: described, usage } = words.help;
  const group = program.command("files").description(commands.files);

  const list = group.command("list", { isDefault: true }).description(commands.filesList);
  declareProviderOptions(list, ["provider", "timeout"]);
  list.optionsGroup(groups.output).option("--json", options.json);
  list.action(({ json = false }: { json?: boolean }) =>
    run(list, async (engine, console) =>
      (await import("../app/files/uploaded-files.ts")).listFiles(engine, console, json),
    ),
  );

  const remove = group.command("remove").description(commands.filesRemove).argument("[id...]", described.fileIds);
  remove.option("--all", options.allFiles).option("--yes", options.yes);
  declareProviderOptions(remove, ["provider", "timeout"]);
  remove.action((ids: string[], { all = false, yes = false }: { all?: boolean; yes?: boolean }) =>
    run(remove, async (engine, console) => {
      if (all && ids.length > 0) throw new AppError("usage", { message: usage.notTogether });
      if (!all && ids.length === 0) throw new AppError("nothing_named", { option: "--all", what: "file" });
      return await (await import("../app/files/uploaded-files.ts")).removeFiles(engine, console, { ids, yes });
    }),
  );
};

/** `ocr`: the text of documents and pictures. */
export const ocr: Declare = (program, { words, run }) => {
  const { commands, options, groups, arguments: described } = words.help;
  const command = program.command("ocr").description(commands.ocr).argument("<file...>", described.ocrFiles);
  declareProviderOptions(command, ["provider", "timeout", "max_cost", "over_budget"]);
  command
    .optionsGroup(groups.output)
    .option("--layout", options.layout)
    .addOption(new Option("-o, --output <form>", options.ocrOutput).choices(["text", "json"]).default("text"))
    .optionsGroup(groups.cost)
    .option("--estimate", options.ocrEstimate)
    .action((paths: string[], { layout = false, output, estimate = false }: OcrOptions) =>
      run(command, async (engine, console) => {
        const { recognizeText } = await import("../app/files/text-recognition.ts");
        return await recognizeText(engine, console, { paths, layout, output, estimate });
      }),
    );
};

interface OcrOptions {
  readonly layout?: boolean;
  readonly output: "text" | "json";
  readonly estimate?: boolean;
}
