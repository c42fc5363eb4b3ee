import { AppError } from "../../errors.ts";
import { chooseByKey, type KeyChoice } from "../../terminal/key-choice.ts";
import { localDay } from "../../terminal/local-time.ts";
import { ownLines } from "../../terminal/own-line.ts";
import { askText } from "../../terminal/prompts.ts";
import { quoted } from "../../terminal/quoted-text.ts";
import { sanitize, sanitizeLine } from "../../terminal/sanitize.ts";
import type { ApprovalRequest } from "../../tools/approval.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { displayPath } from "../display-path.ts";
import { showOnErr } from "../pager.ts";
import type { TrustEntry } from "./trust-store.ts";

/** What of a tool is approved for good: another definition or command is asked about again. */
export interface ToolIdentity {
  readonly subject: string;
  readonly parts: TrustEntry["parts"];
  readonly digest: string;
}

/** A call that nobody decided about so far. */
interface CallQuestion extends ApprovalRequest, ToolIdentity {
  /** The last approval of that tool as it was before; null where there is none. */
  readonly earlier: TrustEntry | null;
}

export type CallAnswer =
  | { readonly kind: "once" | "session" | "always" }
  /** `reason`: for the model; null for none. */
  | { readonly kind: "no"; readonly reason: string | null };

type ApprovalChoice = CallAnswer["kind"] | "reason" | "show";

type CallEngine = Pick<Engine, "environment" | "keyPlaces" | "workingFolder">;

/** Asks a person about a call, while nothing else writes to the terminal. Ctrl-C stops the answer. */
export async function askCall(
  engine: CallEngine,
  { terminal, words }: Console,
  question: CallQuestion,
  signal: AbortSignal,
): Promise<CallAnswer> {
  const { ink, columns } = terminal;
  const say = (line: string) => terminal.direct(`${ownLines(line, columns)}\n`);
  const isWhole = show(engine, { terminal, words }, question);
  const choices = choicesFor(words.approval, question, isWhole);
  const { keys } = words.approval;
  while (true) {
    const answer = await chooseByKey(terminal, choices, { first: null, hint: keys({ keys: choices.length }), signal });
    if (answer.kind === "chosen" && answer.value === "show") {
      await showOnErr(engine, terminal, wholeText(words.approval, question));
      continue;
    }
    const reason = answer.kind === "chosen" && answer.value === "reason" ? await reasonFor(words.approval) : undefined;
    // Esc at the reason leads back to the choice.
    if (reason === null) continue;
    const kind = answer.kind === "chosen" && answer.value !== "reason" && answer.value !== "show" ? answer.value : "no";
    say(`${ink.err.muted(words.approval.decided[kind])}\n`);
    if (answer.kind === "interrupt") terminal.dialogues.interrupt();
    return kind === "no" ? { kind, reason: reason || null } : { kind };
  }
}

/** @returns whether all of it could be shown */
function show(
  engine: CallEngine,
  { terminal, words }: Pick<Console, "terminal" | "words">,
  question: CallQuestion,
): boolean {
  const { approval } = words;
  const { ink, symbols, columns } = terminal;
  const { tool, args, earlier, parts } = question;
  const say = (line: string) => terminal.direct(`${ownLines(line, columns)}\n`);
  const name = ink.err.strong(sanitizeLine(tool.definition.name));
  say(`${ink.err.warning(symbols.warning)} ${approval.asks({ name, origin: originOf(engine, words, question) })}`);
  if (earlier !== null) {
    const changed = partNames.filter((part) => earlier.parts[part] !== parts[part]).map((part) => approval.parts[part]);
    say(ink.err.warning(approval.changed({ day: localDay(earlier.approvedAt), parts: changed })));
    if (earlier.parts["identity"] !== parts["identity"]) {
      say(approval.before);
      terminal.direct(quoted(terminal, earlier.parts["identity"] ?? "", "", words.trust.more).text);
      say(approval.now);
    }
  }
  const texts = [tool.describe(args), readable(args)].filter((text) => text !== "");
  const block = quoted(terminal, texts.join("\n\n"), "", words.trust.more);
  terminal.direct(block.text);
  const { claims = [] } = tool;
  if (claims.length > 0) say(ink.err.muted(approval.claims({ claims: sanitizeLine(claims.join(", ")) })));
  const { waiting } = terminal.dialogues;
  if (waiting > 0) say(ink.err.muted(approval.waiting({ calls: waiting })));
  return block.isWhole;
}

const partNames = ["identity", "description", "parameters"] as const;

function originOf({ workingFolder }: CallEngine, words: Words, { tool: { origin } }: CallQuestion): string {
  const { kind, source } = origin;
  if (source === "") return words.tools.kinds[kind];
  return `${words.tools.kinds[kind]} ${sanitizeLine(kind === "mcp" ? source : displayPath(workingFolder, source))}`;
}

/** Arguments as JSON in which a line of a text ends a row; empty for none. */
function readable(args: CallQuestion["args"]): string {
  if (Object.keys(args).length === 0) return "";
  return JSON.stringify(args, null, 2).replaceAll(/\\(.)/gu, (escape, sign) =>
    sign === "n" ? `${escape}\n    ` : escape,
  );
}

/** All that there is to know of a call, made harmless. */
function wholeText(words: Words["approval"], { tool, args, earlier }: CallQuestion): string {
  const { name, description, parameters } = tool.definition;
  const sections: readonly (readonly [string, string])[] = [
    [name, tool.describe(args)],
    [words.arguments, readable(args)],
    [words.parts.description, description],
    [words.parts.parameters, JSON.stringify(parameters, null, 2)],
    ...(earlier === null ? [] : [[words.earlier, JSON.stringify(earlier.parts, null, 2)] as const]),
  ];
  const texts = sections.map(([heading, text]) => `${heading}\n\n${text.replaceAll(/^/gmu, "  ")}\n`);
  return sanitize(texts.join("\n"));
}

function choicesFor(words: Words["approval"], { tool }: CallQuestion, isWhole: boolean): KeyChoice<ApprovalChoice>[] {
  const kinds: readonly ApprovalChoice[] = [
    "once",
    ...(tool.approval === "always" ? [] : (["session", "always"] as const)),
    "no",
    "reason",
    ...(isWhole ? [] : (["show"] as const)),
  ];
  return kinds.map((value, index) => ({ key: String(index + 1), value, name: words.choices[value] }));
}

/** What the model is told; empty for nothing, null where the person would rather choose again. */
async function reasonFor(words: Words["approval"]): Promise<string | null> {
  try {
    return await askText(words.why, { hidden: () => false, problem: () => null });
  } catch (error) {
    if (error instanceof AppError && error.code === "interrupted") return null;
    throw error;
  }
}
