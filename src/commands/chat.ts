import { type ChatOptions, declareChatOptions } from "./options.ts";
import { declareAttachments, earlierOf, type ResumeOptions } from "./resume.ts";
import { type Declare, unknownCommand } from "./command.ts";

interface Options extends ResumeOptions, ChatOptions {
  readonly file?: readonly string[];
}

export const chat: Declare = (program, { words, run }) => {
  const command = program.command("chat", { isDefault: true }).description(words.help.commands.chat);
  declareAttachments(command);
  declareChatOptions(command);
  // A first word that is no command ends up here, where it would be an argument too many.
  command.allowExcessArguments();
  command.action((options: Options) =>
    run(command, async (engine, console) => {
      const [word] = command.args;
      if (word !== undefined) throw unknownCommand(word, program);
      const { runSession } = await import("../app/session/session.ts");
      const { file: files = [], estimate = false } = options;
      return await runSession(engine, console, { earlier: earlierOf(options), files, estimate });
    }),
  );
};
