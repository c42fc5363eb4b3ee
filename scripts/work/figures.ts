/** What of the counts is held to bounds, and what it means when one is exceeded. */
import { globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Counts } from "./runs.ts";

/** What a start or a stream did, by figure. */
export type Figures = Readonly<Record<string, number>>;

/** What a start used, by name, to say what is new when a figure is exceeded. */
export interface Used {
  /** Characters of each script's source. */
  readonly scripts: Readonly<Record<string, number>>;
  readonly builtins: readonly string[];
  readonly files: readonly string[];
}

/** The figures of a start and of a stream; each says what it means that there are more. */
export const meanings: Readonly<Record<string, string>> = {
  scripts: "more files of the program are read and run before it does its work",
  kB: "more source, in kB, is loaded and run",
  compiled: "V8 compiles scripts that it should find compiled by an earlier run",
  builtins: "more of Node's own modules are loaded, beyond those of an empty script",
  opened: "more files and folders are opened",
  examined: "the file system is asked more often about files",
  changed: "more files and folders are made, written or removed",
  "transcript writes": "what comes together is no longer written to the transcript together",
  "transcript fstats": "the system is asked for the state of the transcript at each write",
  "output writes": "what comes together is no longer printed together",
  "output kB": "what is printed already is printed again",
  "JSON.parse": "an event of the stream is parsed more than once",
  timers: "timers are set for each event of the stream",
  "largest kB": "the script that every command loads has grown",
  "all kB": "the package has grown",
};

const opens = /^(?:open|readFile|opendir|readdir)/u;
const examines = /^(?:l?stat|fstat|access|exists|realpath|readlink|statfs)/u;
const changes = /^(?:mk|rm|unlink|rename|link|symlink|chmod|copy|truncate|ftruncate|utimes|write|append)/u;
/** The standard streams are no files of the program's. */
const standard = / std(?:in|out|err)$/u;

const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);
const thousands = (bytes: number) => Math.ceil(bytes / 1000);

function callsOf(counted: Readonly<Record<string, number>>, kind: RegExp, target = /^(?!std(?:in|out|err)$)/u): number {
  const chosen = Object.entries(counted).filter(([key]) => {
    const [name = "", ...words] = key.split(" ");
    return kind.test(name) && target.test(words.join(" "));
  });
  return sum(chosen.map(([, count]) => count));
}

export function startFigures({ scripts, builtins, calls }: Counts): Figures {
  return {
    scripts: scripts.length,
    kB: thousands(sum(scripts.map(({ size }) => size))),
    compiled: scripts.filter(({ compiled }) => compiled === true).length,
    builtins: builtins.length,
    opened: callsOf(calls, opens),
    // How often the transcript's state is asked depends on the time; streams show it.
    examined: callsOf(calls, examines, /^(?!std(?:in|out|err)$)(?!.*\.md$)/u),
    changed: callsOf(calls, changes),
  };
}

/** Per 1,000 chunks. */
export function streamFigures({ calls, bytes, tallies }: Counts): Figures {
  const transcript = /\.md$/u;
  const output = /^stdout$/u;
  return {
    "transcript writes": callsOf(calls, /^write/u, transcript),
    "transcript fstats": callsOf(calls, /^(?:fstat|stat)/u, transcript),
    "output writes": callsOf(calls, /^write/u, output),
    "output kB": thousands(callsOf(bytes, /^write/u, output)),
    "JSON.parse": tallies["JSON.parse"],
    timers: tallies.timers,
  };
}

export function bundleFigures(): Figures {
  const cwd = fileURLToPath(new URL("../../dist/", import.meta.url));
  const sizes = globSync("*.script", { cwd }).map((name) => statSync(`${cwd}${name}`).size);
  return { scripts: sizes.length, "largest kB": thousands(Math.max(...sizes)), "all kB": thousands(sum(sizes)) };
}

export function usedBy({ scripts, builtins, calls }: Counts): Used {
  const files = Object.keys(calls).filter((key) => !standard.test(key) && !/^(?:read|write)Sync |\.script$/u.test(key));
  return {
    scripts: Object.fromEntries(scripts.map(({ name, size }) => [name, size])),
    builtins: builtins.toSorted(),
    files: files.toSorted(),
  };
}

/** What a start uses now and did not, as a sentence for each kind of thing; a script also where it has grown by more than 1 %. */
export function additions(before: Used, now: Used): readonly string[] {
  const size = (characters: number) => `${thousands(characters)} kB`;
  const loaded = Object.entries(now.scripts).flatMap(([name, characters]) => {
    const known = before.scripts[name];
    if (known === undefined) return [`loads ${name}, ${size(characters)}, which it did not`];
    return characters > known * 1.01 ? [`loads ${name} of ${size(characters)}, which had ${size(known)}`] : [];
  });
  const builtins = now.builtins.filter((name) => !before.builtins.includes(name));
  const files = now.files.filter((name) => !before.files.includes(name));
  return [
    ...loaded,
    ...(builtins.length > 0 ? [`loads ${builtins.join(", ")} of Node, which it did not`] : []),
    ...files.map((call) => `calls ${call}, which it did not`),
  ];
}
