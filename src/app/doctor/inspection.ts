import type { Environment } from "../../config/environment.ts";
import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { dirname, join } from "node:path";
import manifest from "../../../package.json" with { type: "json" };
import type { CheckFacts, StoragePlace, Subject, TranscriptFacts } from "../../diagnostics/subject.ts";
import { type AppError, asAppError, systemReason } from "../../errors.ts";
import { readBalance } from "../../providers/account.ts";
import { findAbilities } from "../../terminal/capabilities.ts";
import { queryTerminal } from "../../terminal/capabilities-query.ts";
import { namesIn } from "../../transcripts/store/folder.ts";
import { leftoverPictures } from "../../transcripts/store/leftover-pictures.ts";
import { listTranscripts } from "../../transcripts/store/read.ts";
import type { Console } from "../console.ts";
import { plainSecrets } from "../plain-secrets.ts";
import type { Engine } from "../engine.ts";
import { InspectedService } from "./inspected-service.ts";

/**
 * The program as `doctor` examines it. Nothing is asked of the network before a check does.
 *
 * @param probing whether the model is to be asked questions
 */
export async function subjectOf(engine: Engine, console: Console, probing: boolean): Promise<Subject> {
  const service = await InspectedService.open(engine, console);
  return {
    program: programFacts(),
    terminal: console.terminal.outIsTerminal ? () => terminalFacts(engine.environment, console) : null,
    settings: settingsFacts(engine, console),
    mistakes: [...engine.mistakes, ...mistakesIn(engine)],
    plainSecrets: plainSecrets(engine.file),
    places: placesOf(engine),
    transcripts: () => transcriptFacts(engine),
    index: async () =>
      (await import("../../transcripts/search/health.ts")).indexHealth(engine.folders.cache, engine.transcripts),
    provider: () => service.facts(),
    mayBeReached: () => service.mayBeReached(),
    proxy: service.proxy(),
    key: () => service.keyFacts(),
    reach: () => service.reach(),
    models: () => service.models(),
    balance: async () => await readBalance(await service.connection(), engine.stop),
    failover: () => service.failover(),
    findings: () => service.findings(),
    probe: probing ? () => service.probe() : null,
  };
}

function programFacts(): CheckFacts["program"] {
  const { platform, arch, execPath: executable, versions } = process;
  return { version: manifest.version, node: versions.node, platform, arch, executable };
}

async function terminalFacts(environment: Environment, { terminal }: Console): Promise<CheckFacts["terminal"]> {
  const { variables } = environment;
  const { columns, hyperlinks, unicode } = await findAbilities(terminal);
  const said = await queryTerminal();
  terminal.useBackground(said.background);
  const [term, program] = [variables["TERM"] ?? "", variables["TERM_PROGRAM"] ?? ""];
  return { term, program, columns, rows: terminal.rows, colors: terminal.ink.out.level, unicode, hyperlinks, ...said };
}

/** Longer values, such as system prompts, are cut. */
const longestValue = 60;

function settingsFacts(
  { folders, settings, origins }: Pick<Engine, "folders" | "origins" | "settings">,
  { words }: Console,
): CheckFacts["settings"] {
  const path = folders.configFile;
  const set = (Object.keys(origins) as (keyof typeof origins)[]).flatMap((name) => {
    const origin = origins[name];
    if (origin === undefined || origin.kind === "built-in") return [];
    const setting = settings[name];
    const text = (
      typeof setting === "object" && !Array.isArray(setting) ? JSON.stringify(setting) : String(setting)
    ).replace(/\s+/gu, " ");
    const value = text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
    return [{ name, value, origin: `${words.tables.origin[origin.kind]} ${origin.name}`.trim() }];
  });
  return { path, exists: existsSync(path), set };
}

/** Mistakes that only show when a setting is used. */
function mistakesIn(engine: Pick<Engine, "failoverMistakes" | "preface">): AppError[] {
  const { failoverMistakes } = engine;
  try {
    void engine.preface;
    return [...failoverMistakes];
  } catch (error) {
    return [asAppError(error), ...failoverMistakes];
  }
}

function placesOf({ folders, transcripts, file }: Pick<Engine, "file" | "folders" | "transcripts">): StoragePlace[] {
  // A config file is as public as its owner wants it, unless headers or other rows in it may be credentials.
  const secrets =
    Object.values(file.providers ?? {}).some(({ headers }) => headers !== undefined) || plainSecrets(file).length > 0;
  const own = dirname(transcripts) === folders.data;
  return [
    { what: "config", path: folders.configFile, isPrivate: secrets },
    { what: "keys", path: folders.keyFile, isPrivate: true },
    { what: "data", path: folders.data, isPrivate: true },
    { what: "cache", path: folders.cache, isPrivate: true },
    { what: "transcripts", path: transcripts, isPrivate: own },
  ];
}

async function transcriptFacts({
  transcripts: folder,
  folders,
}: Pick<Engine, "folders" | "transcripts">): Promise<TranscriptFacts> {
  const listed = await listTranscripts(folder, folders.cache);
  const known = new Set(listed.map(({ path }) => path));
  const others = namesIn(folder)
    .map((name) => join(folder, name))
    .filter((path) => !known.has(path));
  const unreadable = await Promise.all(
    others.map(async (path) => {
      const reason = await access(path, constants.R_OK).then(() => null, systemReason);
      return reason === null ? [] : [{ path, reason }];
    }),
  );
  const bytes = listed.reduce((sum, { bytes: size }) => sum + size, 0);
  const leftovers = leftoverPictures(folder);
  return { folder, count: listed.length, bytes, unreadable: unreadable.flat(), leftovers };
}
