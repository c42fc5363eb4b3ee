import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { sanitize } from "../terminal/sanitize.ts";
import type { CompletionCandidate, Completer, Completion } from "./editor/completion.ts";
import type { Host } from "./host.ts";
import { slashes } from "./line-kind.ts";
import { findCommand, slashCommands } from "./slash/table.ts";

const commandStart = new RegExp(`^[${slashes}](\\S*)$`, "u");
const commandArgument = new RegExp(`^[${slashes}](\\S+)\\s+((?:\\S+\\s+)*)(\\S*)$`, "u");

/** What Tab offers: slash commands and their arguments at the start of a line, file paths after `@`. */
export function completerFor(host: Host): Completer {
  return async (text, caret) => {
    const before = text.slice(0, caret);
    const mention = await completeMention(host, before);
    if (mention !== null) return mention;
    const slash = commandStart.exec(before);
    if (slash !== null) {
      return { from: 1, candidates: [...commandsLike(host, slash[1]!), ...(await promptsLike(host, slash[1]!))] };
    }
    const argument = commandArgument.exec(before);
    if (argument === null) return null;
    const command = findCommand(argument[1]!);
    if (command === undefined && argument[1]!.includes(":")) {
      return { from: caret - argument[3]!.length, candidates: await argumentsLike(host, argument[1]!, argument[3]!) };
    }
    if (command?.complete === undefined || (argument[2] !== "" && command.completesWords !== true)) return null;
    const typed = argument[3]!;
    if (command.complete === "path") return { from: caret - typed.length, candidates: await pathsLike(typed) };
    const candidates = (await command.complete(host, typed)).filter(({ value }) => value.startsWith(typed));
    return { from: caret - typed.length, candidates };
  };
}

/** A path, or a resource of an MCP server, behind `@`; blanks in it are written as they must be there, within quotes or escaped. */
async function completeMention(host: Host, before: string): Promise<Completion | null> {
  const quoted = /(?:^|[\s\p{sc=Han}，。：；])@"([^"\n]*)$/u.exec(before)?.[1];
  if (quoted !== undefined) {
    const candidates = await pathsLike(quoted, (value) => value.replace(/ $/u, '" '));
    return { from: before.length - quoted.length, candidates };
  }
  const plain = /(?:^|[\s\p{sc=Han}，。：；])@((?:\\[^\n]|[^\s\\"])*)$/u.exec(before)?.[1];
  if (plain === undefined) return null;
  const typed = plain.replace(/\\([^\p{L}\p{N}])/gu, "$1");
  const written = (value: string) => value.replace(/[ \\"'](?!$)/gu, "\\$&");
  const candidates = [...(await pathsLike(typed, written)), ...(await resourcesLike(host, typed, written))];
  return { from: before.length - plain.length, candidates };
}

function commandsLike(host: Host, typed: string): CompletionCandidate[] {
  return slashCommands
    .filter(({ name }) => name.startsWith(typed))
    .map(({ name }) => ({ value: `${name} `, label: `/${name}`, hint: host.words.slash[name] }));
}

/** Prompts of MCP servers, which are typed as commands. */
async function promptsLike({ servers }: Host, typed: string): Promise<CompletionCandidate[]> {
  // Nobody waits for servers at every slash.
  if (typed === "") return [];
  const prompts = (await servers.prompts()).filter(({ name }) => name.startsWith(typed));
  return prompts.map(({ name, description }) => ({
    value: `${name} `,
    label: `/${sanitize(name)}`,
    hint: sanitize(description),
  }));
}

/** Names of a prompt's arguments; behind `name=` what the server offers for it. */
async function argumentsLike({ servers }: Host, prompt: string, typed: string): Promise<CompletionCandidate[]> {
  const found = (await servers.prompts()).find(({ name }) => name === prompt);
  const [, argument, value = ""] = /^([^\s=]+)=(.*)$/su.exec(typed) ?? [];
  if (argument === undefined) {
    const names = found?.arguments.map(({ name }) => `${name}=`) ?? [];
    return names.filter((name) => name.startsWith(typed)).map((name) => ({ value: name, label: sanitize(name) }));
  }
  const values = await servers.valuesLike(prompt, argument, value);
  return values.map((each) => ({ value: `${argument}=${each} `, label: sanitize(each) }));
}

async function resourcesLike(
  { servers }: Host,
  typed: string,
  written: (value: string) => string,
): Promise<CompletionCandidate[]> {
  if (typed === "") return [];
  const resources = (await servers.resources()).filter(({ name }) => name.startsWith(typed));
  return resources.map(({ name, title }) => ({
    value: written(`${name} `),
    label: sanitize(name),
    hint: sanitize(title),
  }));
}

/**
 * Files and folders whose path begins like this; hidden ones when the dot is typed.
 *
 * @param written how a path, with a blank behind a file's, is written where it is put in
 */
async function pathsLike(typed: string, written = (value: string) => value): Promise<CompletionCandidate[]> {
  const folder = typed.endsWith("/") ? typed : typed.includes("/") ? `${dirname(typed)}/` : "";
  const start = typed.slice(folder.length);
  const real = folder.startsWith("~/") ? join(homedir(), folder.slice(2)) : folder || ".";
  const entries = await readdir(real, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(({ name }) => name.startsWith(start) && (start.startsWith(".") || !name.startsWith(".")))
    .slice(0, 500)
    .map((entry) => ({ value: written(folder + entry.name + (entry.isDirectory() ? "/" : " ")), label: entry.name }));
}
