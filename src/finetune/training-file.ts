import { type FileLine, lineText } from "../bounded-lines.ts";
import { HashIndex, Numbers } from "../hash-index.ts";
import { type CheckedExample, checkExample } from "./example-check.ts";
import { type ExampleForm, type LineProblem, problemLevels } from "./line-problem.ts";

/** Examples that are remembered to find those that come again: some 100 MB. */
const maxRemembered = 4_000_000;

/** A problem, and the number of its line. */
export interface FileProblem extends LineProblem {
  readonly line: number;
  readonly level: "error" | "warning";
}

/** What a training file holds. */
export interface TrainingSummary {
  /** Of the first example; null where there is none. */
  readonly form: ExampleForm | null;
  readonly examples: number;
  readonly messages: number;
  readonly errors: number;
  readonly warnings: number;
  /** Lines with an error. */
  readonly badLines: number;
  readonly duplicates: number;
  /** Whether all examples were compared; of very many only the first ones are. */
  readonly allCompared: boolean;
  readonly tokens: number;
  /** Tokens of the longest example, and its line; 0 where there is none. */
  readonly longest: number;
  readonly longestLine: number;
}

export interface TrainingFileOptions {
  /** Tokens of a text. */
  readonly count: (text: string) => Promise<number>;
  /** Tokens that the model reads; null where nobody knows. */
  readonly window: number | null;
  readonly onProblem: (problem: FileProblem) => void;
}

/** Looks at a training file line by line, and adds up what is in it; of an example nothing is kept but its hash. */
export class TrainingFile {
  readonly #options: TrainingFileOptions;
  readonly #seen = new HashIndex();
  readonly #lines = new Numbers();
  #form: ExampleForm | null = null;
  readonly #sum = {
    examples: 0,
    messages: 0,
    errors: 0,
    warnings: 0,
    badLines: 0,
    duplicates: 0,
    tokens: 0,
    longest: 0,
    longestLine: 0,
  };

  constructor(options: TrainingFileOptions) {
    this.#options = options;
  }

  get summary(): TrainingSummary {
    return { form: this.#form, ...this.#sum, allCompared: this.#seen.count < maxRemembered };
  }

  async take({ line, length, bytes }: FileLine): Promise<void> {
    const text = bytes === null ? null : lineText(bytes);
    if (text === null) {
      const problem = bytes === null ? ({ code: "too_long", detail: String(length) } as const) : undefined;
      return this.#tell(line, [{ at: "", ...(problem ?? { code: "not_utf8", detail: "" }) }]);
    }
    const example = checkExample(text);
    const problems = [...example.problems, ...this.#formProblem(example), ...this.#duplicate(example, line)];
    const tokens = example.text === "" ? 0 : await this.#options.count(example.text);
    this.#add(example, tokens, line);
    const { window } = this.#options;
    if (window !== null && tokens > window) problems.push({ code: "over_window", at: "", detail: String(tokens) });
    this.#tell(line, problems);
  }

  #formProblem({ form }: CheckedExample): LineProblem[] {
    this.#form ??= form;
    return form === null || form === this.#form ? [] : [{ code: "other_form", at: "", detail: this.#form ?? "" }];
  }

  #duplicate({ identity }: CheckedExample, line: number): LineProblem[] {
    if (identity === null) return [];
    const same = this.#seen.count < maxRemembered ? this.#seen.add(identity) : this.#seen.find(identity);
    if (same === null) {
      this.#lines.push(line);
      return [];
    }
    this.#sum.duplicates++;
    return [{ code: "duplicate", at: "", detail: String(this.#lines.at(same)) }];
  }

  #add({ form, messages }: CheckedExample, tokens: number, line: number): void {
    if (form === null) return;
    this.#sum.examples++;
    this.#sum.messages += messages;
    this.#sum.tokens += tokens;
    if (tokens <= this.#sum.longest) return;
    this.#sum.longest = tokens;
    this.#sum.longestLine = line;
  }

  #tell(line: number, problems: readonly LineProblem[]): void {
    let isBad = false;
    for (const problem of problems) {
      const level = problemLevels[problem.code];
      isBad ||= level === "error";
      this.#sum[level === "error" ? "errors" : "warnings"]++;
      this.#options.onProblem({ ...problem, line, level });
    }
    if (isBad) this.#sum.badLines++;
  }
}
