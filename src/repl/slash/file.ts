import type { SlashCommand } from "./command.ts";

export const file: SlashCommand = {
  name: "file",
  aliases: ["f"],
  group: "input",
  usage: "<path | folder | pattern | URL>",
  examples: [
    "/file notes.md",
    "/file report.pdf#3-5",
    "/file src",
    '/file "src/**/*.ts"',
    "/file https://example.com/article",
  ],
  complete: "path",
  async run({ addFile, lines, terminal, words }, argument) {
    if (argument === "") {
      terminal.warn(words.session.fileHow);
      return "stay";
    }
    const controller = new AbortController();
    const release = lines.hold(() => controller.abort());
    try {
      terminal.succeed(words.session.filesAdded({ files: await addFile(argument, controller.signal) }));
    } finally {
      release();
    }
    return "stay";
  },
};
