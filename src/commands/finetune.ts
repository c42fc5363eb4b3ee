import type { Declare } from "./command.ts";
import { declareCheck, declarePrepare } from "./finetune-data.ts";
import {
  declareCancel,
  declareCheckpoints,
  declareCreate,
  declareList,
  declareUse,
  declareWatch,
} from "./finetune-jobs.ts";

/** Several commands; each declares its options, and calls a use case. */
export const finetune: Declare = (program, context) => {
  const group = program.command("finetune").description(context.words.help.commands.finetune);
  const local = [declareCheck, declarePrepare];
  const atProvider = [declareCreate, declareList, declareWatch, declareCancel, declareCheckpoints, declareUse];
  for (const declare of [...local, ...atProvider]) declare(group, context);
};
