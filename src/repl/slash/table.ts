import { closest, distance } from "fastest-levenshtein";
import type { AppError } from "../../errors.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host } from "../host.ts";
import type { SlashCommand } from "./command.ts";
import { help } from "./help.ts";
import { model } from "./model.ts";
import { newConversation } from "./new.ts";
import { quit } from "./quit.ts";
import { system } from "./system.ts";

/** Add one by writing its file and naming it here. */
export const slashCommands: readonly SlashCommand[] = [model, system, newConversation, help, quit];

/** Runs `/name argument`; an unknown one is named, with the nearest there is, and is not sent as a question. */
export async function runSlash(host: Host, line: string): Promise<"stay" | "leave" | AppError> {
  const [, name = "", argument = ""] = /^\/(\S*)\s*([\s\S]*)$/u.exec(line) ?? [];
  const found = slashCommands.find((command) => command.name === name || command.aliases.includes(name));
  if (found !== undefined) return await found.run(host, argument.trim());
  const names = slashCommands.map((command) => command.name);
  const near = closest(name, names);
  const nearest = distance(name, near) <= 2 ? near : null;
  host.terminal.warn(host.words.session.unknownCommand({ name: sanitize(name), nearest }));
  return "stay";
}
