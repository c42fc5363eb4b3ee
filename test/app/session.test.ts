import { deepStrictEqual } from "node:assert";
import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Model } from "../../src/chat/layers.ts";
import type { ChatRequest, ModelRef } from "../../src/chat/model.ts";
import { AppError } from "../../src/errors.ts";
import { readTranscript } from "../../src/transcripts/store/read.ts";
import { type AppSession, enter, openSession, scriptedEngine } from "../support/app.ts";
import { newPlace, put, type Place } from "../support/program.ts";
import { type ModelConversation, type ModelExchange, SessionModel } from "./session-model.ts";

/**
 * Sessions of random commands against a model of what a session is, in this process and over models of the test's own. What is
 * compared after each command: the requests that it led to; in the end every transcript.
 */

type Outcome = "well" | "cut" | "refused" | "unopened";

/** What the models were asked, and what the next request leads to. */
interface Service {
  readonly seen: string[];
  next: Outcome;
}

/** The session that runs, and what is seen of it from outside. */
interface Real {
  readonly place: Place;
  readonly session: AppSession;
  readonly service: Service;
  /** Paths by the model's names. */
  readonly paths: Map<string, string>;
}

/** What the test wrote into texts, e.g. `q3 f1`: whatever stands around it is not looked at. */
function marks(value: unknown): string {
  const found = JSON.stringify(value).match(/\b[qafs]\d+\b/gu) ?? [];
  const rank = (mark: string) => kinds.indexOf(mark[0]!) * 1e6 + Number(mark.slice(1));
  return [...new Set(found)].toSorted((one, other) => rank(one) - rank(other)).join(" ");
}

const kinds = "qfas";

function shown({ provider, model }: ModelRef, { messages, sampling }: ChatRequest): string {
  const told = messages.map((message) => {
    const role = "prefix" in message && message.prefix ? "prefix" : message.role;
    return `${role} ${marks(message.content)}`;
  });
  return JSON.stringify([`${provider}/${model}`, sampling.temperature ?? null, ...told]);
}

function scripted(service: Service, ref: ModelRef): Model {
  if (service.next === "unopened") throw new AppError("service_failed", { provider: "one", status: 500, reason: "" });
  return async function* answer(request) {
    const number = service.seen.push(shown(ref, request));
    const error = new AppError("service_failed", { provider: "one", status: 503, reason: "" });
    if (service.next !== "refused") yield { type: "text", text: `a${number} ` };
    if (service.next === "well") yield { type: "finish", reason: "stop" };
    else yield { type: "error", error };
  };
}

async function open(place: Place): Promise<Real> {
  rmSync(place.cwd, { recursive: true, force: true });
  enter(place);
  for (const name of ["f1", "f2"]) put(join(place.cwd, `${name}.txt`), `It says ${name}.\n`);
  const earlier = join(place.cwd, "t", "earlier.md");
  put(earlier, saved("earlier", "two", "z", 1.5));
  // With a provider that there is not.
  put(join(place.cwd, "t", "gone.md"), saved("gone", "gone", "g", 1));
  const service: Service = { seen: [], next: "well" };
  const engine = await scriptedEngine((ref) => scripted(service, ref), { transcripts: "t" });
  return { place, session: await openSession(engine), service, paths: new Map([["earlier", earlier]]) };
}

/** A conversation of earlier, `q0` and `a0`. */
function saved(id: string, provider: string, model: string, temperature: number): string {
  const at = "2026-11-20T10:00:00.000+00:00";
  const turn = JSON.stringify({ id: `${id}1`, at, provider, model, sampling: { temperature } });
  return `<!-- deepseek-chat conversation ${JSON.stringify({ v: 1, id, started: at })} -->

<!-- deepseek-chat turn ${turn} -->
[2026-11-20 10:00:00] Question:
q0

[2026-11-20 10:00:01] Answer:
a0

----------------------------------------
<!-- deepseek-chat end {"status":"complete","finish_reason":"stop"} -->

`;
}

function breakDisk({ cwd }: Place, isBroken: boolean): void {
  const [folder, away] = [join(cwd, "t"), join(cwd, "away")];
  if (isBroken) {
    renameSync(folder, away);
    writeFileSync(folder, "");
  } else {
    rmSync(folder);
    renameSync(away, folder);
  }
}

/** One command of a sequence. */
class Step implements fc.AsyncCommand<SessionModel, Real> {
  readonly #name: string;
  readonly check: (model: Readonly<SessionModel>) => boolean;
  readonly #act: (model: SessionModel, real: Real) => Promise<void>;

  constructor(
    name: string,
    check: (model: Readonly<SessionModel>) => boolean,
    act: (model: SessionModel, real: Real) => Promise<void>,
  ) {
    this.#name = name;
    this.check = check;
    this.#act = act;
  }

  async run(model: SessionModel, real: Real): Promise<void> {
    await this.#act(model, real);
    const path = real.session.path();
    if (path !== null && !model.isLost) real.paths.set(model.file, path);
    deepStrictEqual(real.service.seen, model.requests);
  }

  toString(): string {
    return this.#name;
  }
}

let names = 0;
const newName = (kind: string) => `${kind}${++names}`;
const always = () => true;

const ask = fc.constantFrom<Outcome>("well", "well", "well", "cut", "refused", "unopened").map((how) => {
  return new Step(`ask ${how}`, always, async (model, real) => {
    const question = newName("q");
    real.service.next = how;
    await real.session.type(question);
    const files = model.attached.splice(0);
    if (how !== "unopened") model.ask([question, ...files].join(" "), how);
  });
});

const attach = fc.constantFrom("f1", "f2").map(
  (name) =>
    new Step(`/file ${name}`, always, async (model, real) => {
      await real.session.type(`/file ${name}.txt`);
      model.attached = [...new Set([...model.attached, name])].toSorted();
    }),
);

const retry = fc.constantFrom<Outcome>("well", "refused", "cut", "unopened").map(
  (how) =>
    new Step(`/retry ${how}`, always, async (model, real) => {
      real.service.next = how;
      await real.session.type("/retry");
      const { last } = model;
      if (last === null || how === "unopened") return;
      model.undo();
      model.ask(last, how);
    }),
);

const editLast = fc.constantFrom<Outcome>("well", "refused", "unopened").map(
  (how) =>
    new Step(`/edit-last ${how}`, always, async (model, real) => {
      const { last } = model;
      const question = newName("q");
      real.service.next = how;
      await real.session.type("/edit-last");
      await real.session.type(question);
      const before = (last ?? "").split(" ").filter((mark) => mark.startsWith("f"));
      const files = [...new Set([...before, ...model.attached.splice(0)])].toSorted();
      if (how === "unopened") return;
      if (last !== null) model.undo();
      model.ask([question, ...files].join(" "), how);
    }),
);

const undo = fc.constant(
  new Step("/undo", always, async (model, real) => {
    await real.session.type("/undo");
    model.undo();
  }),
);

const continueAnswer = fc.constant(
  new Step("/continue", always, async (model, real) => {
    real.service.next = "well";
    await real.session.type("/continue");
    if (model.failed === null && model.cut && model.turns.length > 0) model.continue();
  }),
);

const compact = fc.constantFrom<"well" | "refused">("well", "refused").map(
  (how) =>
    new Step(`/compact ${how}`, always, async (model, real) => {
      real.service.next = how;
      await real.session.type("/compact");
      if (model.messages.length > 0) model.compact(how);
    }),
);

const fork = fc.option(fc.integer({ min: 1, max: 4 })).map(
  (turns) =>
    new Step(
      `/fork ${turns ?? ""}`,
      ({ isLost }) => !isLost,
      async (model, real) => {
        await real.session.type(`/fork ${turns ?? ""}`);
        const isSaved = model.files.has(model.file) && !model.isDiskBroken;
        if (isSaved && (turns === null || turns <= model.asked.length)) model.fork(newName("fork"), turns);
      },
    ),
);

const startNew = fc.constant(
  new Step("/new", always, async (model, real) => {
    await real.session.type("/new");
    model.startNew(newName("new"));
  }),
);

const resume = fc.nat().map(
  (which) =>
    new Step(`/resume ${which}`, always, async (model, real) => {
      const known = [...model.files.keys()].filter((name) => real.paths.has(name));
      const name = [...known, "missing", "gone"][which % (known.length + 2)]!;
      const path = real.paths.get(name) ?? `t/${name}.md`;
      await real.session.type(`/resume ${path}`);
      const isThere = !model.isDiskBroken || path.endsWith("-kept.md");
      if (known.includes(name) && isThere) model.resume(name);
    }),
);

const save = fc.constant(
  new Step("/save", always, async (model, real) => {
    const name = newName("saved");
    const path = join(real.place.cwd, `${name}-kept.md`);
    await real.session.type(`/save ${path}`);
    if (model.conversation.exchanges.length === 0) return;
    model.saveTo(name);
    real.paths.set(name, path);
  }),
);

const useModel = fc.constantFrom("one/x", "two/y", "two", "dead").map(
  (to) =>
    new Step(`/model ${to}`, always, async (model, real) => {
      await real.session.type(`/model ${to}`);
      // It has no model of its own and does not run.
      if (to !== "dead") model.pair = to === "two" ? "two/two-1" : to;
    }),
);

const setTemperature = fc.constantFrom(0.5, 1, undefined).map(
  (value) =>
    new Step(`/set temperature ${value}`, always, async (model, real) => {
      await real.session.type(`/set temperature ${value ?? "-"}`);
      model.set = value;
      model.inherited = undefined;
    }),
);

const useSystem = fc.boolean().map(
  (some) =>
    new Step(`/system ${some ? "text" : "-"}`, always, async (model, real) => {
      const text = some ? newName("s") : null;
      await real.session.type(`/system ${text ?? "-"}`);
      [model.system, model.ownSystem] = [text, text];
    }),
);

const disk = fc.constant(
  new Step("disk", always, async (model, real) => {
    model.isDiskBroken = !model.isDiskBroken;
    breakDisk(real.place, model.isDiskBroken);
  }),
);

const steps = [ask, ask, ask, attach, retry, editLast, undo, continueAnswer, compact, fork, startNew, resume, save];
const commands = fc.commands([...steps, useModel, setTemperature, useSystem, disk], { maxCommands: 40, size: "max" });

function row({ question, answer, pair, temperature, system, withdrawn }: ModelExchange): object {
  return { question, answer, pair, temperature, system, withdrawn };
}

async function readRows(path: string): Promise<object[]> {
  const { exchanges } = await readTranscript(path);
  return exchanges.map(({ question, answer, provider, model, sampling, system, withdrawn }) => ({
    question: marks(question),
    answer: marks(answer),
    pair: `${provider}/${model}`,
    temperature: sampling.temperature,
    system: system === null ? null : marks(system),
    withdrawn,
  }));
}

test("sessions of random commands send and save what a simple model says", async () => {
  const place = newPlace();
  const rows = ["one", "two"].map((name) => `  ${name}: {base_url: "http://127.0.0.1:9/v1", model: ${name}-1}\n`);
  const dead = '  dead: {base_url: "http://127.0.0.1:9/v1"}\n';
  put(place.configFile, `provider: one\nproviders:\n${rows.join("")}${dead}`);
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      const model = new SessionModel();
      const before = { question: "q0", answer: "a0", pair: "two/z", temperature: 1.5, system: null };
      const exchanges = [{ ...before, continues: false, cut: false, withdrawn: false }];
      model.files.set("earlier", { exchanges, covered: 0, summary: null });
      const real = await open(place);
      await fc.asyncModelRun(() => ({ model, real }), sequence);
      if (model.isDiskBroken) breakDisk(place, false);
      await real.session.leave();
      const files = [...model.files] as [string, ModelConversation][];
      for (const [name, { exchanges }] of files) {
        expect({ name, rows: await readRows(real.paths.get(name)!) }).toEqual({ name, rows: exchanges.map(row) });
      }
      const folder = join(place.cwd, "t");
      const made = files.map(([name]) => real.paths.get(name)!).filter((path) => dirname(path) === folder);
      expect(readdirSync(folder).toSorted()).toEqual([...made.map((path) => basename(path)), "gone.md"].toSorted());
      expect(real.session.terminal.stderr).not.toContain("Internal error");
    }),
    { numRuns: 250 },
  );
});
