import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { prompts } from "../support/words.ts";
import { newPlace, type Place, put, run } from "../support/program.ts";
import { type Received, type Reply, serve } from "../support/raw-server.ts";
import { done, finish, refusal, text } from "../support/wire.ts";

/**
 * Sessions of random commands against a model of what a session is. What is compared: each request's provider, model, messages
 * and temperature, and every transcript in the end.
 */
type Command =
  | { readonly do: "ask"; readonly how: "well" | "refused" | "cut" }
  | { readonly do: "edit-last"; readonly how: "well" | "refused" }
  | { readonly do: "retry" }
  | { readonly do: "undo" }
  | { readonly do: "continue" }
  | { readonly do: "fork" }
  | { readonly do: "new" }
  | { readonly do: "drop" }
  | { readonly do: "disk" }
  | { readonly do: "compact"; readonly well: boolean }
  | { readonly do: "fork-at"; readonly turn: number }
  | { readonly do: "resume"; readonly file: "a.md" | "b.md" | "gone.md" | "missing.md" }
  | { readonly do: "model"; readonly to: "one/x" | "two/y" | "one" | "ollama" }
  | { readonly do: "set"; readonly temperature: string };

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("ask"), how: fc.constantFrom("well", "well", "refused", "cut") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit-last"), how: fc.constantFrom("well", "refused") }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("retry", "undo", "continue", "fork", "new", "drop", "disk") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compact"), well: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("fork-at"), turn: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("resume"), file: fc.constantFrom("a.md", "b.md", "gone.md", "missing.md") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("model"), to: fc.constantFrom("one/x", "two/y", "one", "ollama") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("set"), temperature: fc.constantFrom("0.5", "1", "-") }) },
);

interface Turn {
  readonly question: string;
  readonly answer: string;
  /** The exchanges it is in the file. */
  readonly parts: readonly Exchange[];
}

interface Exchange {
  readonly question: string;
  readonly answer: string;
  withdrawn: boolean;
  readonly pair: string;
  readonly temperature: number | undefined;
  readonly continues: boolean;
  readonly cut: boolean;
}

interface File {
  exchanges: Exchange[];
  /** What stands for the turns up to an exchange; null where nothing does. */
  covered: { readonly summary: string | null; readonly through: Exchange } | null;
}

/** What a session is, in the fewest words. */
class Session {
  pair = "one/one-1";
  turns: Turn[] = [];
  summary: string | null = null;
  /** Questions of turns that are not sent any more. */
  covered: Turn[] = [];
  failed: Exchange | null = null;
  cut = false;
  set: number | undefined;
  inherited: number | undefined;
  file: File;
  readonly files: Map<string, File>;
  readonly requests: string[] = [];
  isDiskBroken = false;
  ownFile = true;

  constructor(files: Map<string, File>) {
    this.files = files;
    this.file = { exchanges: [], covered: null };
    files.set("own", this.file);
  }

  get messages(): string[] {
    const summary = this.summary === null ? [] : [prompts.summary, this.summary];
    return [...summary, ...this.turns.flatMap(({ question, answer: said }) => [question, said])];
  }

  get temperature(): number | undefined {
    return this.set ?? this.inherited;
  }

  request(messages: readonly string[], isOwn = false): number {
    const temperature = isOwn ? undefined : this.temperature;
    return this.requests.push(JSON.stringify([this.pair, temperature ?? null, ...messages])) - 1;
  }

  ask(question: string): void {
    const index = this.request([...this.messages, question]);
    const isRefused = question.includes("refused");
    const isCut = question.includes("cut");
    const said = isRefused ? "" : isCut ? `part ${index}` : `answer ${index}`;
    const exchange = this.exchange(question, said, false, isCut || isRefused);
    this.failed = isRefused ? exchange : null;
    if (isRefused) return;
    this.turns.push({ question, answer: said, parts: [exchange] });
    this.cut = isCut;
  }

  exchange(question: string, said: string, continues: boolean, cut: boolean): Exchange {
    const { pair, temperature } = this;
    const exchange = { question, answer: said, withdrawn: false, pair, temperature, continues, cut };
    this.file.exchanges.push(exchange);
    return exchange;
  }

  undo(): string | null {
    const taken = this.failed === null ? this.turns.pop() : { question: this.failed.question, parts: [this.failed] };
    if (this.failed === null && taken !== undefined) this.cut = false;
    this.failed = null;
    for (const part of taken?.parts ?? []) part.withdrawn = true;
    return taken?.question ?? null;
  }

  continue(): void {
    const last = this.turns.at(-1);
    if (this.failed !== null || !this.cut || last === undefined) return;
    const index = this.request([...this.messages, prompts.continueAnswer]);
    const exchange = this.exchange("/continue", ` and ${index}`, true, false);
    const parts = [...last.parts, exchange];
    this.turns.splice(-1, 1, { ...last, answer: `${last.answer} and ${index}`, parts });
    this.cut = false;
  }

  compact(well: boolean): boolean {
    if (this.messages.length === 0) return false;
    this.request([...this.messages, prompts.summarise], true);
    if (!well) return true;
    const through = this.turns.at(-1)?.parts.at(-1) ?? this.file.covered!.through;
    this.cover("in short", this.turns, through);
    this.turns = [];
    this.cut = false;
    return true;
  }

  /** Half of what is there, the oldest first, one at least. */
  drop(): void {
    const size = (messages: readonly string[]) => Math.ceil(messages.join("\n").length * 0.3);
    const target = size(this.messages) / 2;
    let through = this.file.covered?.through ?? null;
    let isFirst = true;
    while (isFirst || (size(this.messages) > target && this.messages.length > 2)) {
      isFirst = false;
      if (this.summary !== null) this.summary = null;
      else {
        const turn = this.turns.shift();
        if (turn === undefined) return;
        this.covered.push(turn);
        through = turn.parts.at(-1)!;
      }
    }
    this.file.covered = through === null ? null : { summary: null, through };
  }

  cover(summary: string, turns: readonly Turn[], through: Exchange): void {
    this.covered.push(...turns);
    this.summary = summary;
    this.file.covered = { summary, through };
  }

  fork(kept: number | null, name: string): void {
    const asked = [...this.covered, ...this.turns];
    if (this.isDiskBroken || this.file.exchanges.length === 0) return;
    if (kept !== null && asked[kept - 1] === undefined) return;
    const last = kept === null ? this.file.exchanges.at(-1)! : asked[kept - 1]!.parts.at(-1)!;
    const copies = new Map(
      this.file.exchanges.slice(0, this.file.exchanges.indexOf(last) + 1).map((each) => [each, { ...each }]),
    );
    const copied = (turn: Turn): Turn => ({ ...turn, parts: turn.parts.map((part) => copies.get(part)!) });
    const { covered } = this.file;
    const through = covered === null ? undefined : copies.get(covered.through);
    this.file = { exchanges: [...copies.values()], covered: through === undefined ? null : { ...covered!, through } };
    this.files.set(name, this.file);
    this.ownFile = false;
    if (kept === null) {
      this.turns = this.turns.map(copied);
      this.covered = this.covered.map(copied);
      this.failed = this.failed === null ? null : copies.get(this.failed)!;
    } else this.rebuild();
  }

  /** As the file has it. */
  rebuild(): void {
    const { exchanges, covered } = this.file;
    const count = covered === null ? 0 : exchanges.indexOf(covered.through) + 1;
    this.covered = turnsOf(exchanges.slice(0, count));
    this.turns = turnsOf(exchanges.slice(count));
    this.summary = covered?.summary ?? null;
    const standing = exchanges.slice(count).filter(({ withdrawn }) => !withdrawn);
    this.cut = standing.at(-1)?.cut === true && standing.at(-1)?.answer !== "";
    this.failed = null;
  }

  resume(name: string): void {
    const file = this.files.get(name);
    if (file === undefined || this.isDiskBroken) return;
    this.file = file;
    this.ownFile = false;
    this.pair = file.exchanges.at(-1)!.pair;
    this.inherited = file.exchanges.at(-1)!.temperature;
    this.rebuild();
  }

  startNew(name: string): void {
    this.file = { exchanges: [], covered: null };
    this.files.set(name, this.file);
    this.ownFile = false;
    this.inherited = undefined;
    this.rebuild();
  }
}

function turnsOf(exchanges: readonly Exchange[]): Turn[] {
  const turns: Turn[] = [];
  for (const exchange of exchanges) {
    const { question, answer: said, withdrawn, continues } = exchange;
    const before = turns.at(-1);
    if (withdrawn || said === "") continue;
    if (continues && before !== undefined) {
      turns.splice(-1, 1, { ...before, answer: before.answer + said, parts: [...before.parts, exchange] });
    } else turns.push({ question, answer: said, parts: [exchange] });
  }
  return turns;
}

/** What the commands lead to, and the lines that say them; in the model a broken disk and failures are foreseen. */
function rehearse(session: Session, commands: readonly Command[]): { lines: string[]; summaries: boolean[] } {
  const lines: string[] = [];
  const summaries: boolean[] = [];
  for (const [index, step] of commands.entries()) {
    const name = `new ${index}`;
    if (step.do === "ask") {
      lines.push(`q${index} ${step.how}`);
      session.ask(`q${index} ${step.how}`);
    } else if (step.do === "disk") {
      // Only folders of others break: what is written to the own file is held elsewhere.
      if (!session.ownFile) continue;
      session.isDiskBroken = !session.isDiskBroken;
      lines.push(`q${index} disk ${session.isDiskBroken ? "off" : "on"}`);
      session.ask(`q${index} disk ${session.isDiskBroken ? "off" : "on"}`);
    } else if (step.do === "edit-last") {
      lines.push("/edit-last", `q${index} ${step.how}`);
      session.undo();
      session.ask(`q${index} ${step.how}`);
    } else if (step.do === "retry") {
      lines.push("/retry");
      const question = session.undo();
      if (question !== null) session.ask(question);
    } else if (step.do === "undo") {
      lines.push("/undo");
      session.undo();
    } else if (step.do === "continue") {
      lines.push("/continue");
      session.continue();
    } else if (step.do === "fork" || step.do === "fork-at") {
      lines.push(step.do === "fork" ? "/fork" : `/fork ${step.turn}`);
      session.fork(step.do === "fork" ? null : step.turn, name);
    } else if (step.do === "new") {
      if (session.isDiskBroken) continue;
      lines.push("/new");
      session.startNew(name);
    } else if (step.do === "drop") {
      lines.push("/compact drop");
      session.drop();
    } else if (step.do === "compact") {
      lines.push("/compact");
      if (session.compact(step.well)) summaries.push(step.well);
    } else if (step.do === "resume") {
      lines.push(`/resume t/${step.file}`);
      session.resume(step.file);
    } else if (step.do === "model") {
      lines.push(`/model ${step.to}`);
      // Ollama has no model of its own and does not run here: nothing changes.
      if (step.to !== "ollama") session.pair = step.to === "one" ? "one/one-1" : step.to;
    } else {
      lines.push(`/set temperature ${step.temperature}`);
      session.set = step.temperature === "-" ? undefined : Number(step.temperature);
      session.inherited = undefined;
    }
  }
  return { lines, summaries };
}

/** Without a count of tokens, so that `/compact drop` estimates. */
const answer = (said: string): Reply => ({ body: [text(said), finish(), done] });

/** Breaks and mends the folder of all conversations but the first. */
function breakDisk({ cwd }: Place, isBroken: boolean): void {
  const [folder, away] = [join(cwd, "t"), join(cwd, "away")];
  if (isBroken && !existsSync(away)) {
    renameSync(folder, away);
    put(folder, "");
  } else if (!isBroken && existsSync(away)) {
    rmSync(folder);
    renameSync(away, folder);
  }
}

const shown = ({ question, answer: said, withdrawn }: Pick<Exchange, "question" | "answer" | "withdrawn">) =>
  `${question} -> ${said}${withdrawn ? " (withdrawn)" : ""}`;

test("sessions of random commands are what a simple model says", async () => {
  const place = newPlace();
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 8, maxLength: 30 }), async (commands) => {
      rmSync(place.cwd, { recursive: true });
      mkdirSync(join(place.cwd, "t"), { recursive: true });
      const first = (pair: string, temperature: number | undefined): File => {
        const [question, said] = ["before", `answer of ${pair}`];
        const exchange = { question, answer: said, withdrawn: false, pair, temperature, continues: false, cut: false };
        return { exchanges: [exchange], covered: null };
      };
      const files = new Map([
        ["a.md", first("one/a", 1.5)],
        ["b.md", first("two/b", undefined)],
      ]);
      for (const name of ["a.md", "b.md", "gone.md"]) {
        const { pair, temperature } = files.get(name)?.exchanges[0] ?? { pair: "gone/g", temperature: undefined };
        const [provider, model] = pair.split("/");
        const turn = JSON.stringify({
          id: `id${name[0]!}`,
          at: "2026-11-20T10:00:00.000+00:00",
          provider,
          model,
          ...(temperature && { sampling: { temperature } }),
        });
        const header = `<!-- deepseek-chat conversation {"v":1,"id":"c${name[0]!}","started":"2026-11-20T10:00:00.000+00:00"} -->`;
        put(
          join(place.cwd, "t", name),
          `${header}\n\n<!-- deepseek-chat turn ${turn} -->\n[2026-11-20 10:00:00] Question:\nbefore\n\n[2026-11-20 10:00:01] Answer:\nanswer of ${pair}\n\n${"-".repeat(40)}\n<!-- deepseek-chat end {"status":"complete","finish_reason":"stop"} -->\n\n`,
        );
      }
      const session = new Session(files);
      const { lines, summaries } = rehearse(session, commands);
      const seen: string[] = [];
      const reply =
        (provider: string) =>
        (request: Received): Reply => {
          if (request.body === null || !request.path.endsWith("/chat/completions")) return refusal(404, {});
          const {
            model,
            temperature = null,
            messages,
          } = request.body as { model: string; temperature?: number; messages: { content: string }[] };
          const said = messages.map(({ content }) => content);
          const index = seen.push(JSON.stringify([`${provider}/${model}`, temperature, ...said])) - 1;
          const last = said.at(-1)!;
          if (last.includes("disk")) breakDisk(place, last.includes("disk off"));
          if (last === prompts.summarise) return summaries.shift() ? answer("in short") : refusal(422, {});
          if (last === prompts.continueAnswer) return answer(` and ${index}`);
          if (last.includes("refused")) return refusal(422, {});
          return last.includes("cut") ? { body: [text(`part ${index}`)], end: "cut" } : answer(`answer ${index}`);
        };
      await using one = await serve(reply("one"));
      await using two = await serve(reply("two"));
      const rows = Object.entries({ one, two }).map(
        ([name, { url }]) => `  ${name}: {base_url: "${url}", model: ${name}-1}\n`,
      );
      put(place.configFile, `provider: one\nproviders:\n${rows.join("")}`);
      const args = ["--retries", "0", "--transcripts", "t", "--transcript", "own.md"];
      const { stderr } = await run(args, { place, input: `${lines.join("\n")}\n` });
      breakDisk(place, false);
      const folder = join(place.cwd, "t");
      const names = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "gone.md");
      const paths = [join(place.cwd, "own.md"), ...names.map((name) => join(folder, name))].filter((path) =>
        existsSync(path),
      );
      const found = await Promise.all(
        paths.map(async (path) => (await readTranscript(path)).exchanges.map(shown).join("; ")),
      );
      const expected = [...files.values()].map(({ exchanges }) => exchanges.map(shown).join("; ")).filter(Boolean);
      // What was typed and what was said is in the failure.
      const about = { lines, stderr };
      expect({ ...about, seen }).toEqual({ ...about, seen: session.requests });
      expect({ ...about, files: found.toSorted() }).toEqual({ ...about, files: expected.toSorted() });
      expect(stderr).not.toContain("Internal error");
    }),
    { numRuns: 12 },
  );
});
