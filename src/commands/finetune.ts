import type { Declare } from "./command.ts";
import { declareCheck } from "./finetune-data.ts";

/** Several commands; each declares its options, and calls a use case. */
export const finetune: Declare = (program, context) => {
  const group = program.command("finetune").description(context.words.help.commands.finetune);
  for (const declare of [declareCheck]) declare(group, context);
};
