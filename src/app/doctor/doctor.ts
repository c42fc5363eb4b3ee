import type { Folders } from "../../config/folders.ts";
import { shortenHome } from "../../config/home.ts";
import { findingsOf, findingsPath, readFindings, saveFindings } from "../../config/capabilities.ts";
import type { ProbedCapabilities } from "../../config/schema.ts";
import { examine, type Result, worstFailure } from "../../diagnostics/examination.ts";
import { failureKind, type Problem, type ProblemCode, type ProblemDetails } from "../../diagnostics/problems.ts";
import type { Subject } from "../../diagnostics/subject.ts";
import { type ErrorKind, exitCodeOf } from "../../errors.ts";
import { checklistItem } from "../../terminal/checklist.ts";
import { sanitize } from "../../terminal/sanitize.ts";
import { Spinner } from "../../terminal/spinner.ts";
import { errorWords } from "../../terminal/terminal.ts";
import type { Words } from "../../words/types.ts";
import type { Console } from "../console.ts";
import type { Engine } from "../engine.ts";
import { subjectOf } from "./inspection.ts";

/**
 * What `doctor` does: looks at everything, tells it, and what to do about what is wrong.
 *
 * @returns what the exit code comes from; null when nothing failed
 */
export async function runDoctor(
  engine: Engine,
  console: Console,
  { probe, json }: { probe: boolean; json: boolean },
): Promise<{ readonly code: string; readonly kind: ErrorKind } | null> {
  const subject = await subjectOf(engine, console, probe);
  const results: Result[] = [];
  const waiting = new PendingCheck(console);
  try {
    for await (const result of examine(subject)) {
      waiting.end();
      results.push(result);
      if (!json) tell(console, result);
      if (!probe || json || results.some(({ status }) => status === "fail")) continue;
      if (result.id === "findings") tellAsking(console, subject);
      if (results.some(({ id }) => id === "findings")) waiting.begin(subject.provider().model ?? "");
    }
  } finally {
    waiting.end();
  }
  if (probe) await keep(engine.folders, console, subject, results);
  const kind = worstFailure(results.flatMap(({ problems }) => problems));
  if (json) console.terminal.json(asObject(console, results, kind));
  else sum(console, results);
  return kind === null ? null : { code: "doctor", kind };
}

function tell({ terminal, words }: Console, result: Result): void {
  const { titles } = words.doctor;
  const item = {
    status: result.status,
    title: titles[result.id],
    text: textOf(words, result),
    problems: result.problems.map((found) => problemWords(words, found)),
  };
  terminal.out(checklistItem(terminal, item, Object.values(titles)));
}

type Advice = { readonly [Code in ProblemCode]: (details: ProblemDetails[Code]) => { what: string; next: string } };

/** What was seen, with `~` for the home folder. */
function withShortPaths(seen: unknown): unknown {
  if (typeof seen === "string") return shortenHome(seen);
  if (Array.isArray(seen)) return seen.map(withShortPaths);
  if (typeof seen !== "object" || seen === null) return seen;
  return Object.fromEntries(Object.entries(seen).map(([name, value]) => [name, withShortPaths(value)]));
}

function textOf(words: Words, { id, facts, skipped }: Result): string {
  const { doctor } = words;
  if (skipped !== null) {
    return skipped.why === "blocked" ? doctor.blocked(doctor.titles[skipped.by!]) : doctor.skipped[skipped.why];
  }
  return facts === null ? "" : (doctor.facts[id] as (facts: unknown) => string)(withShortPaths(facts));
}

function problemWords({ doctor, errors }: Words, found: Problem): { what: string; next: string } {
  if (found.kind === "error") {
    const { what, next } = errorWords(found.error, errors);
    return { what: found.about === undefined ? what : `${found.about}: ${what}`, next };
  }
  const advice: Advice = doctor.problems;
  return (advice[found.code] as (details: unknown) => { what: string; next: string })(found.details);
}

function tellAsking({ terminal, words }: Console, subject: Subject): void {
  terminal.say(terminal.ink.err.muted(sanitize(words.doctor.asking({ model: subject.provider().model ?? "" }))));
}

/** Shows on a terminal for how long the model has been asked now. */
class PendingCheck {
  readonly #console: Console;
  readonly #spinner: Spinner;
  #timer: NodeJS.Timeout | null = null;

  constructor(console: Console) {
    this.#console = console;
    this.#spinner = new Spinner(console.terminal);
  }

  begin(model: string): void {
    const startedAt = Date.now();
    const show = () => {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      this.#spinner.show(sanitize(this.#console.words.doctor.askingNow({ model, seconds })));
    };
    this.#timer = setInterval(show, 1000);
    show();
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#spinner.hide();
  }
}

/** Keeps what was found out by asking; what was not found out overwrites nothing but earlier findings about the same model. */
async function keep(
  folders: Folders,
  { terminal, words }: Console,
  subject: Subject,
  results: readonly Result[],
): Promise<void> {
  if (!results.some(({ id, facts }) => id === "streaming" && facts !== null)) return;
  const probe = await subject.probe!();
  const { provider, baseUrl } = subject.provider();
  const about = { provider, baseUrl, model: probe.door.model };
  const found = probe.findings(new Date());
  // What a slow model left open may be known from a better day.
  const earlier = probe.slow ? findingsOf(readFindings(folders.cache), about) : null;
  saveFindings(folders.cache, about, earlier === null ? found : withEarlier(found, earlier));
  terminal.say(terminal.ink.err.muted(sanitize(words.doctor.kept({ path: shortenHome(findingsPath(folders.cache)) }))));
}

function withEarlier(
  found: ProbedCapabilities,
  { thinking, prefix, stream_usage: usage, json, schema }: ProbedCapabilities,
): ProbedCapabilities {
  return {
    at: found.at,
    thinking: found.thinking ?? thinking,
    prefix: found.prefix ?? prefix,
    stream_usage: found.stream_usage ?? usage,
    json: found.json ?? json,
    schema: found.schema ?? schema,
  };
}

function sum({ terminal, words }: Console, results: readonly Result[]): void {
  const { success, warning, error } = terminal.ink.out;
  const problems = results.flatMap((result) => result.problems);
  const failures = problems.filter((found) => failureKind(found) !== null).length;
  const warnings = problems.length - failures;
  const lines = [
    ...(failures > 0 ? [error(words.doctor.failed(failures))] : []),
    ...(warnings > 0 ? [warning(words.doctor.warned(warnings))] : []),
  ];
  terminal.print(`\n${lines.length > 0 ? lines.join(" · ") : success(words.doctor.allFine)}`);
}

/** The object of `doctor --json`. */
function asObject(console: Console, results: readonly Result[], worst: ErrorKind | null): object {
  return {
    ok: worst === null,
    exit_code: exitCodeOf(worst),
    checks: results.map(({ id, status, facts, problems, skipped }) => ({
      id,
      status,
      facts: inSnakeCase(facts),
      problems: problems.map((found) => {
        const { what, next } = problemWords(console.words, found);
        const { code, details } = found.kind === "error" ? found.error : found;
        return { code, exit_code: exitCodeOf(failureKind(found)), details: inSnakeCase(details), message: what, next };
      }),
      skipped,
    })),
  };
}

/** Field names as in all JSON that the program prints. */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
      inSnakeCase(inner),
    ]),
  );
}
