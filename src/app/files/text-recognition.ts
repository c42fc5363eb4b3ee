import type { Cost } from "../../chat/model.ts";
import { AppError, asAppError } from "../../errors.ts";
import { findProvider, providersWith, serviceOf } from "../../providers/catalogue.ts";
import type { Connection } from "../../providers/connection.ts";
import { type RecognizedPage, recognitionLimits, recognizePages } from "../../providers/files/text-recognition.ts";
import { sayBudget, sayUnbooked } from "../../terminal/answer-notes.ts";
import { count, money, shortBytes } from "../../terminal/figures.ts";
import { sanitizeLine } from "../../terminal/sanitize.ts";
import { describe } from "../../terminal/terminal.ts";
import { UploadRow } from "../../terminal/upload-row.ts";
import { sumByCurrency } from "../../usage/cost.ts";
import type { BudgetState } from "../../usage/budget-state.ts";
import { unitCost } from "../../usage/prices.ts";
import { loadFileWords, loadUploadWords } from "../../words/load.ts";
import type { FileWords, UploadWords } from "../../words/types.ts";
import type { Console } from "../console.ts";
import { writtenNumbers } from "../documents/document-extent.ts";
import type { Engine } from "../engine.ts";
import { tellError } from "../startup.ts";
import { Books } from "../usage/books.ts";
import { askExcess } from "../usage/excess-question.ts";
import { mayBeBilled, UnitMeter } from "../usage/unit-meter.ts";
import { pageCount } from "./page-count.ts";
import { pagesAsMarkdown, pageText } from "./recognized-text.ts";
import { cleanedPicture, refuseTooLarge, type SendableFile, sendableFile } from "./sendable-file.ts";

export interface RecognitionOptions {
  readonly paths: readonly string[];
  /** Keeps the service's marks. */
  readonly layout: boolean;
  readonly output: "text" | "json";
  /** Says what it costs at most, and sends nothing. */
  readonly estimate: boolean;
}

/** A file, and how many pages it has; null where that is not known before it is read. */
interface CountedFile {
  readonly shown: string;
  readonly file: SendableFile;
  readonly pages: number | null;
}

interface UnsendableFile {
  readonly shown: string;
  readonly error: unknown;
}

/** What is done with each file. */
interface Recognition {
  readonly engine: Engine;
  readonly console: Console;
  readonly words: FileWords;
  readonly uploads: UploadWords;
  readonly connection: Connection;
  readonly others: readonly string[];
  readonly meter: UnitMeter;
  readonly options: RecognitionOptions;
  /** Whether text of an earlier file is on stdout. */
  readonly printed: { any: boolean };
}

/** What the exit code follows from. */
type Failure = Pick<AppError, "code" | "kind">;

/** The service's text recognition as the ledger calls it. */
const model = "ocr";

/**
 * What `ocr` does: prints the text of each file as Markdown, in the order in which they were named. A file that fails costs itself alone.
 *
 * @throws AppError `not_offered`; what keeps a key from going there
 * @returns what the exit code follows from; null where all was recognized
 */
export async function recognizeText(
  engine: Engine,
  console: Console,
  options: RecognitionOptions,
): Promise<Failure | null> {
  const { terminal } = console;
  const custom = engine.file.providers ?? {};
  const { provider } = engine.settings;
  serviceOf(findProvider(provider, custom), "ocr", custom);
  const connection = await engine.connect(provider);
  const [words, uploads] = await Promise.all([loadFileWords(engine.language), loadUploadWords(engine.language)]);
  const books = engine.hold(new Books(engine.folders));
  const warnings: BudgetState[] = [];
  const meter = new UnitMeter({
    engine,
    books,
    mayExceed: async (error) => await askExcess(console, error),
    onWarnings: (crossed) => warnings.push(...crossed),
  });
  const others = providersWith("ocr", custom);
  const run = { engine, console, words, uploads, connection, others, meter, options, printed: { any: false } };
  const files = await Promise.all(options.paths.map(async (path) => await countedFile(engine, path)));
  tellPrice(
    run,
    files.filter((file) => "file" in file),
  );
  const [costs, failures]: [(Cost | null)[], Failure[]] = [[], []];
  for (const each of files) {
    if (engine.stop.aborted) break;
    if ("error" in each) failures.push(failed(run, each.shown, each.error));
    else if (!options.estimate) {
      const done = await recognized(run, each);
      if ("code" in done) failures.push(done);
      else costs.push(done.cost);
    }
  }
  const known = sumByCurrency(costs.filter((cost) => cost !== null));
  if (costs.length > 1 && terminal.errIsTerminal && known.length > 0)
    terminal.say(terminal.ink.err.muted(words.paid({ cost: known.map(money).join(" + ") })));
  sayBudget(terminal, console.words, { warnings });
  sayUnbooked(terminal, console.words, { unbooked: books.takeFailure() });
  return failures.find(({ kind }) => kind === "interrupted") ?? failures[0] ?? null;
}

/** What a path names, or why that cannot be sent. */
async function countedFile(engine: Engine, path: string): Promise<CountedFile | UnsendableFile> {
  const shown = sanitizeLine(path);
  try {
    const file = await sendableFile(path, engine.workingFolder);
    const unit = file?.form?.unit;
    if (file === null || unit === "sheet" || unit === "chapter")
      throw new AppError("input_unreadable", { path, reason: "no_pages" });
    if (file.form?.obstacle === "document_locked")
      throw new AppError("input_unreadable", { path, reason: file.form.obstacle, limit: file.form.label });
    refuseTooLarge(file, path);
    const ready = file.form === null ? await cleanedPicture(file, path) : file;
    const pages = await pageCount(engine, ready, path, engine.stop);
    if (pages !== null && pages > recognitionLimits.pages)
      throw new AppError("input_unreadable", { path, reason: "too_many_pages", limit: count(recognitionLimits.pages) });
    return { shown, file: ready, pages };
  } catch (error) {
    return { shown, error };
  }
}

/** Says what was wrong with a file; with `-o json` also in its place on stdout. */
function failed({ console, options }: Recognition, path: string, thrown: unknown): Failure {
  const known = asAppError(thrown);
  if (known.code !== "interrupted") tellError(console.terminal, console.words, known);
  if (options.output === "json") {
    const { code } = known;
    const error = { code, message: describe(known, console.words.errors) };
    console.terminal.json({ file: path, pages: [], complete: false, cost: null, error });
  }
  return known;
}

/** One line for each file, before anything is sent. */
function tellPrice({ engine, console, words, connection }: Recognition, files: readonly CountedFile[]): void {
  const { terminal } = console;
  for (const { shown, file, pages } of files) {
    const cost = costOfPages(engine, connection, pages ?? 1);
    const price = cost === null ? null : money(cost);
    const facts = { name: shown, size: shortBytes(file.size), pages: pages === null ? null : count(pages), price };
    terminal.say(terminal.ink.err.muted(words.toRecognize(facts)));
  }
}

function costOfPages({ settings }: Engine, { name }: Connection, pages: number): Cost | null {
  const amount = unitCost(name, settings.currency, "page", pages);
  return amount === null ? null : { currency: settings.currency, amount };
}

/** Sends a file and prints its pages. */
async function recognized(run: Recognition, counted: CountedFile): Promise<{ readonly cost: Cost | null } | Failure> {
  const { engine, console, words, connection, meter } = run;
  const { shown, pages } = counted;
  const atMost = costOfPages(engine, connection, pages ?? recognitionLimits.pages);
  const claim = { to: { provider: connection.name, model }, purpose: "ocr", atMost } as const;
  let isSent = false;
  try {
    const { result, cost } = await meter.run(claim, async (onBillable) => {
      const came = await sendFile(run, counted, () => {
        isSent = true;
        onBillable();
      });
      return { result: came, cost: costOfPages(engine, connection, came.length) };
    });
    return print(run, counted, result, cost) ?? { cost };
  } catch (error) {
    const failure = failed(run, shown, error);
    if (isSent && mayBeBilled(error)) console.terminal.warn(words.cutOff({ name: shown, provider: connection.name }));
    return failure;
  }
}

async function sendFile(run: Recognition, { shown, file }: CountedFile, onSent: () => void): Promise<RecognizedPage[]> {
  const { engine, console, uploads, connection, others, options } = run;
  const purpose = options.layout ? "rich_layout_recognition" : "text_recognition";
  using row = new UploadRow(console.terminal, uploads, { name: shown, provider: connection.name, size: file.size });
  const count = (bytes: number) => {
    onSent();
    row.onSent(bytes);
  };
  return await recognizePages(connection, others, { file, purpose }, count, engine.stop);
}

/** Prints the pages of a file. @returns what is wrong with them; null where nothing is */
function print(
  { console, words, options, printed }: Recognition,
  { shown, pages: known }: CountedFile,
  pages: readonly RecognizedPage[],
  cost: Cost | null,
): Failure | null {
  const { terminal } = console;
  const cut = pages.filter(({ finishReason }) => finishReason !== null && finishReason !== "stop");
  const expected = known ?? pages.at(-1)?.number ?? 0;
  const numbers = new Set(pages.map(({ number }) => number));
  const missing = Array.from({ length: expected }, (_, index) => index + 1).filter((number) => !numbers.has(number));
  const isWhole = cut.length === 0 && missing.length === 0 && pages.length > 0;
  if (options.output === "json") {
    const list = pages.map((page) => ({
      page: page.number,
      text: pageText(page, options),
      finish_reason: page.finishReason,
    }));
    terminal.json({ file: shown, pages: list, complete: isWhole, cost, error: null });
  } else if (pages.length > 0) {
    const isOneOfMany = options.paths.length > 1;
    const separated = printed.any ? "\n" : "";
    printed.any = true;
    terminal.text(separated + pagesAsMarkdown(shown, pages, { layout: options.layout, isOneOfMany }));
  }
  for (const { number, finishReason } of cut)
    terminal.warn(words.pageCut({ name: shown, page: number, reason: sanitizeLine(finishReason ?? "") }));
  if (missing.length > 0) terminal.warn(words.pagesMissing({ name: shown, pages: writtenNumbers(missing) }));
  if (pages.length === 0) terminal.warn(words.noText({ name: shown }));
  return isWhole ? null : { code: "incomplete_answer", kind: "service" };
}
