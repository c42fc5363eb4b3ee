import { declareChatOptions } from "./options.ts";
import { declareAttachments, earlierOf, type ResumeOptions } from "./resume.ts";
import type { Declare } from "./verb.ts";

interface Options extends ResumeOptions {
  readonly file?: readonly string[];
}

export const chat: Declare = (program, { words, run }) => {
  const command = program.command("chat", { isDefault: true }).description(words.help.commands.chat);
  declareChatOptions(command);
  declareAttachments(command);
  command.action((options: Options) =>
    run(command, async (app) => {
      const { runSession } = await import("../app/session.ts");
      return await runSession(app, earlierOf(options), options.file ?? []);
    }),
  );
};
