import { nearestName } from "../../nearest-name.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import type { Host } from "../host.ts";
import { mayLeave } from "../leave-guard.ts";
import type { SlashCommand, SlashOutcome } from "./command.ts";
import { compact } from "./compact.ts";
import { continueAnswer } from "./continue.ts";
import { copy } from "./copy.ts";
import { cost } from "./cost.ts";
import { editLast } from "./edit-last.ts";
import { editAnswer } from "./edit-answer.ts";
import { edit } from "./edit.ts";
import { exportConversation } from "./export.ts";
import { file } from "./file.ts";
import { find } from "./find.ts";
import { fork } from "./fork.ts";
import { good } from "./good.ts";
import { helpOn } from "./help.ts";
import { history } from "./history.ts";
import { image } from "./image.ts";
import { lang } from "./lang.ts";
import { mcp } from "./mcp.ts";
import { model } from "./model.ts";
import { multiline } from "./multiline.ts";
import { newConversation } from "./new.ts";
import { paste } from "./paste.ts";
import { provider } from "./provider.ts";
import { quit } from "./quit.ts";
import { resume } from "./resume.ts";
import { retry } from "./retry.ts";
import { role } from "./role.ts";
import { save } from "./save.ts";
import { search } from "./search.ts";
import { show } from "./show.ts";
import { runServerPrompt } from "./server-prompt.ts";
import { set } from "./set.ts";
import { system } from "./system.ts";
import { thinking } from "./thinking.ts";
import { title } from "./title.ts";
import { tools } from "./tools.ts";
import { tokens } from "./tokens.ts";
import { undo } from "./undo.ts";
import { web } from "./web.ts";

/** Add one by writing its file and naming it here. */
export const slashCommands: readonly SlashCommand[] = [
  model,
  provider,
  system,
  role,
  set,
  thinking,
  web,
  tools,
  mcp,
  newConversation,
  retry,
  editLast,
  editAnswer,
  undo,
  good,
  continueAnswer,
  compact,
  fork,
  title,
  find,
  show,
  copy,
  tokens,
  cost,
  history,
  resume,
  search,
  save,
  exportConversation,
  file,
  image,
  paste,
  edit,
  multiline,
  lang,
  helpOn(() => slashCommands),
  quit,
];

export function findCommand(name: string): SlashCommand | undefined {
  return slashCommands.find((command) => command.name === name || command.aliases.includes(name));
}

/** Runs `/name argument`; an unknown one is named, with the nearest there is, and is not sent as a question. */
export async function runSlash(host: Host, line: string): Promise<SlashOutcome> {
  const [, name = "", argument = ""] = /^\/(\S*)\s*([\s\S]*)$/u.exec(line) ?? [];
  const found = findCommand(name);
  if (found !== undefined) return found.leaves && !mayLeave(host) ? "stay" : await found.run(host, argument.trim());
  const outcome = name.includes(":") ? await runServerPrompt(host, name, argument) : null;
  if (outcome !== null) return outcome;
  const names = [slashCommands.map((command) => command.name), slashCommands.map((command) => command.aliases)];
  const nearest = name === "" ? null : nearestName(name, names.flat(2));
  host.lines.pauseQueue();
  host.terminal.warn(host.words.session.unknownCommand({ name: sanitize(name), nearest }));
  return "stay";
}
