import { InvalidArgumentError } from "commander";
import type { Engine } from "../app/engine.ts";
import type { NamedImageModel } from "../app/images/image-target.ts";
import type { Declare } from "./command.ts";
import { counting, declareImageOptions, gathered } from "./options.ts";

interface Options {
  readonly file?: readonly string[];
  readonly number: number;
  readonly size?: string;
  readonly steps?: number;
  readonly guidance?: number;
  readonly negative?: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly metadata: boolean;
}

/** In the place of a path, as `ask` has it. */
const jsonWord = "json";

export const image: Declare = (program, { words, run }) => {
  const { help } = words;
  const command = program
    .command("image")
    .description(help.commands.image)
    .argument("[prompt...]", help.arguments.prompt)
    .optionsGroup(help.groups.input)
    .option("-f, --file <path>", help.options.imageFile, gathered)
    .optionsGroup(help.groups.picture)
    .option("-n, --number <n>", help.options.imageNumber, counting, 1)
    .option("--size <size>", help.options.imageSize)
    .option("--steps <n>", help.options.imageSteps, counting)
    .option("--guidance <number>", help.options.guidance, measure)
    .option("--negative <text>", help.options.negative)
    .optionsGroup(help.groups.output)
    .option("-o, --output <path>", help.options.imageOutput)
    .option("--json", help.options.json)
    .option("--no-metadata", help.options.noMetadata);
  declareImageOptions(command);
  command.action((prompt: string[], options: Options) =>
    run(command, async (engine, console) => {
      const { file: files = [], number: count, size = null, steps = null, guidance = null, negative = null } = options;
      const { output, json = false, metadata } = options;
      const { runImage } = await import("../app/images/image.ts");
      const { seed, body = {} } = engine.settings;
      return await runImage(engine, console, {
        words: prompt.join(" "),
        files,
        options: { size, count, steps, guidance, negative, seed: isFlag(engine, "seed") ? (seed ?? null) : null },
        fields: isFlag(engine, "body") ? body : {},
        named: namedIn(engine),
        output: output === undefined || output === jsonWord ? null : output,
        json: json || output === jsonWord,
        metadata,
      });
    }),
  );
};

/** A number from 0. */
function measure(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
  throw new InvalidArgumentError("≥ 0");
}

/** Whether a flag set it: what is set for chats may not suit pictures. */
function isFlag({ origins }: Engine, name: "model" | "provider" | "seed" | "body"): boolean {
  return origins[name]?.kind === "flag";
}

/** The model that flags name for pictures: a provider alone has its own. */
function namedIn(engine: Engine): NamedImageModel | null {
  const { provider, model = null } = engine.settings;
  if (isFlag(engine, "model")) return { provider, model };
  return isFlag(engine, "provider") ? { provider, model: null } : null;
}
